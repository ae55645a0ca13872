"""openstacksdk: by ``clouds.yaml``, by ``OS_*``, by password and by application credential."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import conversation
import pytest
from conversation import STATUSES, Connect, each_profile

from fake_ims import FakeIMS

openstack = pytest.importorskip("openstack", reason="openstacksdk is not installed")
keystone = pytest.importorskip("keystoneauth1.exceptions.http")


class Sdk:
    """A connection, asked as ``conversation`` asks."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.image = connection.image

    def create(self, name: str) -> str:
        return str(self.image.create_image(
            name, disk_format="raw", container_format="bare", allow_duplicates=True).id)

    def upload(self, image_id: str, data: bytes) -> None:
        image = self.image.get_image(image_id)
        image.data = data
        image.upload(self.image)

    def status(self, image_id: str) -> str:
        return str(self.image.get_image(image_id).status)

    def names(self, page: int | None = None, **filters: str) -> list[str]:
        query = {"limit": page, **filters} if page else filters
        return [image.name for image in self.image.images(**query)]

    def rename(self, image_id: str, name: str) -> None:
        self.image.update_image(image_id, name=name)

    def tag(self, image_id: str, tag: str) -> None:
        self.image.add_tag(image_id, tag)

    def untag(self, image_id: str, tag: str) -> None:
        self.image.remove_tag(image_id, tag)

    def share(self, image_id: str, project_id: str) -> None:
        self.image.add_member(image_id, member_id=project_id)

    def accept(self, image_id: str, project_id: str) -> None:
        self.image.update_member(project_id, image_id, status="accepted")

    def members(self, image_id: str) -> dict[str, str]:
        return {one.member_id: one.status for one in self.image.members(image_id)}

    def download(self, image_id: str) -> bytes:
        return bytes(self.image.download_image(image_id).content)

    def delete(self, image_id: str) -> None:
        self.image.delete_image(image_id, ignore_missing=False)


@pytest.fixture
def connect(
    fake_ims: FakeIMS, fake_ims_env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Connect]:
    """By ``OS_*``."""
    made = []

    def connect(user: str = "", project: str = "", **settings: Any) -> Sdk:
        monkeypatch.setenv("OS_USERNAME", user or fake_ims.username)
        monkeypatch.setenv("OS_PROJECT_NAME", project or fake_ims.project_name)
        made.append(openstack.connect(**settings))
        return Sdk(made[-1])

    yield connect
    for connection in made:
        connection.close()


@each_profile
def test_the_life_of_an_image(fake_ims: FakeIMS, connect: Connect, profile: str) -> None:
    conversation.life_of_an_image(fake_ims, connect)


@each_profile
def test_pages(fake_ims: FakeIMS, connect: Connect, profile: str) -> None:
    conversation.lists_by_pages(fake_ims, connect)


ERRORS = {403: "ForbiddenException", 404: "NotFoundException", 409: "ConflictException"}


@each_profile
@pytest.mark.parametrize("status", STATUSES)
def test_errors(fake_ims: FakeIMS, connect: Connect, profile: str, status: int) -> None:
    error = getattr(openstack.exceptions, ERRORS.get(status, "HttpException"))
    # Left alone it asks five times more after a 503, for 15 seconds.
    caught = conversation.raises(fake_ims, connect, status, error, image_status_code_retries=0)
    assert caught.status_code == status
    if status == 429:
        assert caught.response.headers["Retry-After"] == "7"


@each_profile
def test_clouds_yaml(
    fake_ims: FakeIMS, fake_ims_env: dict[str, str], monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path, profile: str,
) -> None:
    for name in fake_ims_env:
        monkeypatch.delenv(name)
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(fake_ims.clouds_yaml(tmp_path / "c.yaml")))
    image = fake_ims.images.add(name="ours")
    fake_ims.images.add(name="theirs", owner="p2", visibility="private")
    with openstack.connect(cloud="fake_ims") as member:
        assert [found.id for found in member.image.images()] == [image.id]
    assert fake_ims.requests.last.tenant == fake_ims.project_id
    with openstack.connect(cloud="fake_ims_admin") as admin:
        assert [found.name for found in admin.image.images()] == ["theirs", "ours"]


@each_profile
def test_an_application_credential(
    fake_ims: FakeIMS, fake_ims_env: dict[str, str], monkeypatch: pytest.MonkeyPatch,
    profile: str,
) -> None:
    credential = fake_ims.identity.application_credential(fake_ims.username)
    for name in fake_ims_env:
        if name.startswith(("OS_USER", "OS_PASSWORD", "OS_PROJECT")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("OS_AUTH_TYPE", "v3applicationcredential")
    monkeypatch.setenv("OS_APPLICATION_CREDENTIAL_ID", credential.id)
    monkeypatch.setenv("OS_APPLICATION_CREDENTIAL_SECRET", credential.secret)
    with openstack.connect() as connection:
        assert list(connection.image.images()) == []
        assert connection.current_project_id == fake_ims.project_id
    monkeypatch.setenv("OS_APPLICATION_CREDENTIAL_SECRET", "wrong")
    with openstack.connect() as connection, pytest.raises(keystone.Unauthorized):
        list(connection.image.images())
    assert fake_ims.requests.last.status == 401


@each_profile
def test_a_wrong_password(
    fake_ims: FakeIMS, connect: Connect, monkeypatch: pytest.MonkeyPatch, profile: str
) -> None:
    monkeypatch.setenv("OS_PASSWORD", "wrong")
    with pytest.raises(keystone.Unauthorized):
        connect().names()


@each_profile
def test_an_expired_token_is_renewed(fake_ims: FakeIMS, connect: Connect, profile: str) -> None:
    client = connect()
    assert client.names() == []
    fake_ims.clock.advance("25h")
    assert client.names() == []
    assert len(fake_ims.requests.of("identity.tokens.create")) == 2


@each_profile
def test_it_retries_if_it_is_told_to(fake_ims: FakeIMS, connect: Connect, profile: str) -> None:
    fake_ims.faults.add("images.list", status=503, times=1)
    client = connect(image_status_code_retries=1, image_status_code_retry_delay=0.01)
    assert client.names() == []
    assert [one.status for one in fake_ims.requests.of("images.list")] == [503, 200]


URL = "https://images.example.org/cirros.img"
GLANCE = {"enabled_backends": {"file": "file", "second": "file"}, "image_cache_dir": "/cache",
          "enabled_import_methods": ["glance-direct", "web-download", "copy-image",
                                     "glance-download"]}


@pytest.mark.fake_ims(profile="openstack", glance=GLANCE)
def test_imports_and_stores(fake_ims: FakeIMS, connect: Any) -> None:
    fake_ims.world.urls[URL] = b"hello web"
    glance = connect().connection.image

    def begun(**more: Any) -> Any:
        image = glance.create_image(name=f"a{len(fake_ims.images)}", disk_format="raw",
                                    container_format="bare")
        glance.import_image(image, method="web-download", uri=more.pop("uri", URL), **more)
        return glance.get_image(image.id)

    def stores(image: Any) -> object:
        return fake_ims.images[image.id]["stores"]

    file, second = glance.stores()
    assert begun().status == "active"
    assert stores(begun(stores=[second])) == "second"
    # It names the store in the header and in the body, which Glance refuses.
    assert begun(store=second).status == "queued"
    assert stores(begun(all_stores=True)) == "file,second"
    assert stores(begun(stores=[second, file])) == "second,file"
    fake_ims.lifecycle.saving = "30s"
    slow = begun()
    assert slow.status == "importing"
    glance.import_image(slow, method="web-download", uri=URL)  # it does not look at the response
    assert fake_ims.requests.of("images.import")[-1].status == 409
    fake_ims.clock.advance("30s")
    assert glance.get_image(slow.id).status == "active"
    fake_ims.lifecycle.reset()
    failed = begun(uri="https://nowhere.example.org/")
    assert (failed.status, failed.properties["os_glance_failed_import"]) == ("queued", "file")
    assert [task.status for task in glance.image_tasks(failed)] == ["failure"]
    source = begun()
    target = glance.create_image(name="b", disk_format="raw", container_format="bare")
    glance.import_image(target, method="glance-download", remote_region=fake_ims.region,
                        remote_image_id=source.id, remote_service_interface="public")
    assert fake_ims.images[target.id].data == b"hello web"


@pytest.mark.fake_ims(profile="openstack", glance=GLANCE)
def test_copies_cache_and_tasks_of_an_administrator(fake_ims: FakeIMS, connect: Any) -> None:
    fake_ims.world.urls[URL] = b"hello web"
    fake_ims.identity.add_user("root", password="secret", project="ops", roles=["admin"])
    glance = connect("root", "ops", password="secret").connection.image
    image = glance.create_image(name="a", disk_format="raw", container_format="bare",
                                data=b"data", use_import=False)
    file, second = glance.stores()
    glance.import_image(image, method="copy-image", stores=[second])
    assert fake_ims.images[image.id]["stores"] == "file,second"
    glance.delete_image(image, store=file)
    assert fake_ims.images[image.id]["stores"] == "second"
    glance.queue_image(image.id)
    assert [one["image_id"] for one in glance.get_image_cache().cached_images] == [image.id]
    glance.clear_cache("both")
    assert glance.get_image_cache().cached_images == []
    task = glance.create_task(type="import", input={
        "import_from": URL, "import_from_format": "raw", "image_properties": {
            "name": "by task", "disk_format": "raw", "container_format": "bare"}})
    glance.wait_for_task(task)
    assert fake_ims.images.named("by task").data == b"hello web"
