"""keystoneauth1 and openstacksdk, unpatched, log in with their ordinary configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fake_ims import FakeIMS

openstack = pytest.importorskip("openstack")
loading = pytest.importorskip("keystoneauth1.loading")
exceptions = pytest.importorskip("keystoneauth1.exceptions")
session = pytest.importorskip("keystoneauth1.session")
v3 = pytest.importorskip("keystoneauth1.identity.v3")

# openstacksdk warns of what it will drop itself, whatever it is asked to do.
pytestmark = pytest.mark.filterwarnings(
    "ignore::PendingDeprecationWarning", "ignore::DeprecationWarning")
PROFILES = [pytest.param(profile, marks=pytest.mark.fake_ims(profile=profile, auth="issued"))
            for profile in ("otc", "openstack")]
MOUNTS = ["/v3", "/v3/", "/identity", "/identity/v3"]
IMAGE = {"service_type": "image", "interface": "public"}


@pytest.fixture
def open_session() -> Iterator[Callable[[Any], Any]]:
    """Sessions, closed after the test."""
    made = []

    def start(auth: Any) -> Any:
        made.append(session.Session(auth))
        return made[-1]

    yield start
    for one in made:
        one.session.close()


def password(fake: FakeIMS, path: str = "/v3", **other: Any) -> Any:
    """keystoneauth's plugin for the default user."""
    domain = fake.user_domain_name
    return v3.Password(f"{fake.url}{path}", **{
        "username": fake.username, "password": fake.password, "user_domain_name": domain,
        "project_name": fake.project_name, "project_domain_name": domain, **other})


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("path", MOUNTS)
def test_keystoneauth_with_a_password(
    open_session: Any, fake_ims: FakeIMS, path: str, profile: str
) -> None:
    client = open_session(password(fake_ims, path))
    assert client.get_project_id() == fake_ims.project_id
    assert client.get_user_id() == fake_ims.user_id
    for interface in ("public", "internal", "admin"):
        found = client.get_endpoint(service_type="image", interface=interface)
        assert found.rstrip("/") == fake_ims.url
    assert client.get("/v2/images", endpoint_filter=IMAGE).json()["images"] == []
    identity = f"{fake_ims.url}/identity/v3"
    assert client.get_endpoint(service_type="identity", version="3") == identity


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("path", MOUNTS)
def test_keystoneauth_finds_keystones_versions_at_the_catalogs_url(
    open_session: Any, fake_ims: FakeIMS, path: str, profile: str
) -> None:
    client = open_session(password(fake_ims, path))
    found = client.auth.get_all_version_data(client, service_type="identity")
    (row,) = found[fake_ims.region]["public"]["identity"]
    assert (row.url, row.version) == (f"{fake_ims.url}/identity/v3/", "3.14")
    # The image service has versions 2, too: those are not to be taken for Keystone's.
    any_version = {"min_version": "2", "max_version": "latest"}
    data = client.auth.get_endpoint_data(client, service_type="identity", **any_version)
    assert (data.url, data.api_version) == (f"{fake_ims.url}/identity/v3/", (3, 14))
    images = client.auth.get_all_version_data(client, service_type="image")
    assert {one.url for one in images[fake_ims.region]["public"]["image"]} >= {
        f"{fake_ims.url}/v2/"}


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("path", ["/v3", "/identity"])
def test_the_generic_plugin_finds_the_version(
    open_session: Any, fake_ims: FakeIMS, path: str, profile: str
) -> None:
    domain = fake_ims.user_domain_name
    auth = loading.get_plugin_loader("password").load_from_options(
        auth_url=f"{fake_ims.url}{path}", username=fake_ims.username,
        password=fake_ims.password, user_domain_name=domain, project_name="eu-de",
        project_domain_name=domain)
    assert open_session(auth).get_project_id() == fake_ims.project_id


@pytest.mark.parametrize("profile", PROFILES)
def test_keystoneauth_with_other_methods(
    open_session: Any, fake_ims: FakeIMS, profile: str
) -> None:
    first = open_session(password(fake_ims, project_name=None, project_domain_name=None))
    unscoped = first.get_token()
    assert first.get_project_id() is None
    token = v3.Token(fake_ims.auth_url, unscoped, project_id=fake_ims.project_id)
    assert open_session(token).get_project_id() == fake_ims.project_id
    made = fake_ims.identity.application_credential(fake_ims.username)
    credential = v3.ApplicationCredential(
        fake_ims.auth_url, application_credential_id=made.id,
        application_credential_secret=made.secret)
    client = open_session(credential)
    assert client.get_project_id() == fake_ims.project_id
    assert client.get("/v2/images", endpoint_filter=IMAGE).status_code == 200


@pytest.mark.parametrize("profile", PROFILES)
def test_what_keystoneauth_raises(open_session: Any, fake_ims: FakeIMS, profile: str) -> None:
    with pytest.raises(exceptions.Unauthorized, match="requires authentication"):
        open_session(password(fake_ims, password="x")).get_token()
    with pytest.raises(exceptions.Unauthorized):
        open_session(password(fake_ims, project_name="x")).get_token()
    fake_ims.identity.lock(fake_ims.username)
    with pytest.raises(exceptions.Unauthorized):
        open_session(password(fake_ims)).get_token()


@pytest.mark.parametrize("profile", PROFILES)
def test_a_client_whose_token_has_expired_logs_in_again(
    open_session: Any, fake_ims: FakeIMS, profile: str
) -> None:
    client = open_session(password(fake_ims))
    assert client.get("/v2/images", endpoint_filter=IMAGE).status_code == 200
    old = client.get_token()
    fake_ims.clock.advance("25h")
    fake_ims.requests.clear()
    assert client.get("/v2/images", endpoint_filter=IMAGE).status_code == 200
    assert [(one.operation, one.status) for one in fake_ims.requests] == [
        ("images.list", 401), ("identity.tokens.create", 201), ("images.list", 200)]
    assert client.get_token() != old


@pytest.fixture
def cloud(
    fake_ims: FakeIMS, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Any]]:
    """Connects openstacksdk with a ``clouds.yaml`` of such settings."""
    made = []

    def connect(auth_type: str = "password", **auth: str) -> Any:
        lines = ["clouds:", "  fake:", f"    region_name: {fake_ims.region}",
                 f"    auth_type: {auth_type}", "    auth:",
                 f"      auth_url: {fake_ims.auth_url}"]
        lines += [f"      {name}: {value}" for name, value in auth.items()]
        (tmp_path / "clouds.yaml").write_text("\n".join(lines) + "\n")
        monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))
        made.append(openstack.connect(cloud="fake"))
        return made[-1]

    yield connect
    for connection in made:
        connection.close()


@pytest.mark.parametrize("profile", PROFILES)
def test_openstacksdk_with_a_clouds_yaml(cloud: Any, fake_ims: FakeIMS, profile: str) -> None:
    domain = fake_ims.user_domain_name
    connection = cloud(username=fake_ims.username, password=fake_ims.password,
                       user_domain_name=domain, project_name="eu-de", project_domain_name=domain)
    image = connection.image.create_image("mine", data=b"data", disk_format="raw",
                                          container_format="bare", wait=True)
    assert image.owner_id == fake_ims.project_id == connection.current_project_id
    assert [one.name for one in connection.image.images()] == ["mine"]
    assert connection.image.download_image(image).content == b"data"


@pytest.mark.parametrize("profile", PROFILES)
def test_openstacksdk_with_an_application_credential(
    cloud: Any, fake_ims: FakeIMS, profile: str
) -> None:
    made = fake_ims.identity.application_credential(fake_ims.username)
    connection = cloud("v3applicationcredential", application_credential_id=made.id,
                       application_credential_secret=made.secret)
    assert list(connection.image.images()) == []
    assert connection.current_user_id == fake_ims.user_id


@pytest.mark.parametrize("profile", PROFILES)
def test_openstacksdk_looks_at_people(cloud: Any, fake_ims: FakeIMS, profile: str) -> None:
    domain = fake_ims.user_domain_name
    admin = cloud(username="admin", password=fake_ims.password, user_domain_name=domain,
                  project_name="eu-de", project_domain_name=domain)
    assert [one.name for one in admin.identity.projects()] == ["eu-de"]
    assert [one.name for one in admin.identity.domains()] == [domain]
    assert [one.name for one in admin.identity.users()] == ["ims-user", "admin"]
    assert [one.id for one in admin.identity.regions()] == ["eu-de"]
    assert {"image", "identity"} <= {one.type for one in admin.identity.services()}
    assert admin.identity.find_project("eu-de").id == fake_ims.project_id
    with pytest.raises(openstack.exceptions.HttpException, match="fake of the image service"):
        list(admin.network.networks())


def test_two_log_ins_share_an_image(cloud: Any, fake_ims: FakeIMS) -> None:
    def who(name: str) -> Any:
        return cloud(username=name, password="x", user_domain_name="Anywhere",
                     project_name=f"{name}s", project_domain_name="Anywhere")

    ann, bob = who("ann"), who("bob")
    image = ann.image.create_image("shared", data=b"data", disk_format="raw",
                                   container_format="bare", wait=True)
    assert list(bob.image.images()) == []
    ann.image.add_member(image, member_id=bob.current_project_id)
    bob.image.update_member(bob.current_project_id, image.id, status="accepted")
    assert [one.name for one in bob.image.images()] == ["shared"]
