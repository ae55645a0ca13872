"""The shape of the endpoint: a prefix, what the catalog names, several regions, a mounted app.

What a real Glance answers below a prefix was asked of one, below uWSGI's ``--mount``.
"""

from __future__ import annotations

import asyncio
import io
from pathlib import Path
from typing import Any

import aiohttp
import glanceclient
import keystoneauth1.session
import openstack
import pytest
import requests
from aiohttp import web
from keystoneauth1.identity import v3

from fake_ims import FakeIMS, Profile, UsageError
from fake_ims.cli.main import main

PROFILES: tuple[Profile, ...] = ("openstack", "otc")


def get(fake: FakeIMS, url: str) -> requests.Response:
    return requests.get(url, headers=fake.headers, allow_redirects=False, timeout=30)


def catalog(fake: FakeIMS) -> dict[str, list[dict[str, Any]]]:
    """The endpoints of each type."""
    domain = {"name": fake.user_domain_name}
    answer = requests.post(f"{fake.auth_url}/auth/tokens", timeout=30, json={"auth": {
        "identity": {"methods": ["password"], "password": {"user": {
            "name": fake.username, "password": fake.password, "domain": domain}}},
        "scope": {"project": {"name": fake.project_name, "domain": domain}}}})
    return {one["type"]: one["endpoints"] for one in answer.json()["token"]["catalog"]}


def session(fake: FakeIMS, auth_url: str | None = None) -> keystoneauth1.session.Session:
    return keystoneauth1.session.Session(v3.Password(
        auth_url or fake.auth_url, username=fake.username, password=fake.password,
        project_name=fake.project_name, user_domain_name=fake.user_domain_name,
        project_domain_name=fake.user_domain_name))


@pytest.mark.parametrize("profile", PROFILES)
def test_a_prefix(profile: Profile) -> None:
    """k-orc #264 and every devstack: the endpoint is http://HOST/image."""
    with FakeIMS(profile=profile, prefix="/image") as fake:
        assert fake.url == f"{fake.root_url}/image"
        assert catalog(fake)["image"][0]["url"] == fake.url
        for _ in range(2):
            fake.images.add(name="a", data=b"x")
        page = get(fake, f"{fake.url}/v2/images?limit=1").json()
        # As in a real Glance: only the version list and the redirect have the prefix.
        assert page["first"] == "/v2/images?limit=1"
        assert page["next"].startswith("/v2/images?limit=1&marker=")
        assert page["images"][0]["self"] == f"/v2/images/{page['images'][0]['id']}"
        body = {"name": "b", "disk_format": "raw", "container_format": "bare"}
        created = requests.post(f"{fake.url}/v2/images", headers=fake.headers, json=body,
                                timeout=30)
        assert created.headers["Location"] == (
            f"{fake.root_url}/v2/images/{created.json()['id']}")
        for path in ("", "/"):
            versions = get(fake, f"{fake.url}{path}").json()["versions"]
            assert {one["links"][0]["href"].removesuffix("/") for one in versions} <= {
                f"{fake.url}/v1", f"{fake.url}/v2"}
        if profile == "openstack":
            assert get(fake, f"{fake.url}/v2").headers["Location"] == f"{fake.url}/v2/"
        for path in ("/v2/images", "/imagev2/images", "/imag/v2/images", "/"):
            assert get(fake, f"{fake.root_url}{path}").status_code == 404, path
        assert get(fake, f"{fake.url}/v2/v2/images").status_code == 404
        for url in (fake.url, fake.root_url):
            assert get(fake, f"{url}/_fake_ims/state").json()["url"] == fake.url
        exchange, = [one for one in fake.requests if one.operation == "images.list"]
        assert (exchange.prefix, exchange.path) == ("/image", "/v2/images")
        assert exchange.line().startswith("GET /image/v2/images?limit=1 -> 200")
        assert f"{fake.url}/v2/images?limit=1" in exchange.curl()


def test_faults_match_the_paths_of_the_service() -> None:
    with FakeIMS(prefix="/image") as fake:
        fake.faults.add(path="/v2/images", status=503)
        assert get(fake, f"{fake.url}/v2/images").status_code == 503
        fake.faults.clear()
        fake.faults.add("images.list", redirect_loop="itself")
        assert get(fake, f"{fake.url}/v2/images").headers["Location"] == f"{fake.url}/v2/images"
        session(fake).get_token()
        assert fake.password not in [*fake.requests][-1].curl()


def test_a_catalog_that_names_a_version() -> None:
    """gophercloud #631: the endpoint ends with /v2, so a client that adds its own asks
    /v2/v2/images."""
    with FakeIMS(profile="openstack", endpoint="/v2") as fake:
        assert catalog(fake)["image"][0]["url"] == f"{fake.root_url}/v2"
        assert fake.url == fake.root_url
        assert get(fake, f"{fake.url}/v2/images").status_code == 200
        assert get(fake, f"{fake.url}/v2/v2/images").status_code == 404
    with FakeIMS(profile="openstack", prefix="/image", endpoint="/v2") as fake:
        assert catalog(fake)["image"][0]["url"] == f"{fake.root_url}/image/v2"


def test_several_regions() -> None:
    with FakeIMS(profile="openstack", regions=["eu-nl", "eu-ch2"]) as fake:
        for endpoints in catalog(fake).values():
            assert {one["region_id"] for one in endpoints} == {"eu-de", "eu-nl", "eu-ch2"}
            assert len({one["id"] for one in endpoints}) == len(endpoints)
            assert len({one["url"] for one in endpoints}) == 1
        token = session(fake).get_token()
        listed = requests.get(f"{fake.auth_url}/regions", headers={"X-Auth-Token": token},
                              timeout=30).json()["regions"]
        assert [one["id"] for one in listed] == ["eu-de", "eu-nl", "eu-ch2"]
        for region, status in (("eu-nl", 200), ("eu-xx", 404)):
            found = requests.get(f"{fake.auth_url}/regions/{region}",
                                 headers={"X-Auth-Token": token}, timeout=30)
            assert found.status_code == status


SHAPES: list[dict[str, Any]] = [
    {}, {"prefix": "/image"}, {"endpoint": "/v2"}, {"prefix": "/a/b", "endpoint": "/v2"},
    {"regions": ["eu-nl"]}, {"prefix": "/image", "regions": ["eu-nl"]},
]


# openstacksdk warns of what it will drop itself, whatever it is asked to do.
@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("profile", PROFILES)
def test_real_clients(profile: Profile, shape: dict[str, Any]) -> None:
    """openstacksdk and glanceclient find the service, list over pages, upload and download."""
    with FakeIMS(profile=profile, glance={"limit_param_default": 1}, **shape) as fake:
        for region in (fake.region, *shape.get("regions", ())):
            play_openstacksdk(fake, region)
            if shape.get("endpoint"):
                # It adds a version to an endpoint that has one, as gophercloud #631 did.
                with pytest.raises(glanceclient.exc.HTTPNotFound):
                    play_glanceclient(fake, region)
                assert [*fake.requests][-1].path == "/v2/v2/schemas/image"
            else:
                play_glanceclient(fake, region)
        # Nothing was asked outside of the endpoint.
        asked = {one.prefix for one in fake.requests if one.operation.startswith("images.")}
        assert asked == {shape.get("prefix", "")}


def play_openstacksdk(fake: FakeIMS, region: str) -> None:
    connection = openstack.connection.Connection(
        session=session(fake), region_name=region, image_api_version="2")
    try:
        image = connection.image.create_image(
            "base", data=b"bytes", disk_format="raw", container_format="bare",
            visibility="private", allow_duplicates=True, use_import=False)
        other = fake.images.add(name="other")
        assert {one.name for one in connection.image.images()} == {"base", "other"}
        assert connection.image.download_image(image.id).content == b"bytes"
        for one in (image.id, other.id):
            connection.image.delete_image(one)
    finally:
        connection.close()


def play_glanceclient(fake: FakeIMS, region: str) -> None:
    client = glanceclient.Client("2", session=session(fake), region_name=region)
    image = client.images.create(name="base", disk_format="raw", container_format="bare")
    client.images.upload(image.id, io.BytesIO(b"bytes"))
    other = fake.images.add(name="other")
    assert {one.name for one in client.images.list(page_size=1)} == {"base", "other"}
    assert b"".join(client.images.data(image.id)) == b"bytes"
    for one in (image.id, other.id):
        client.images.delete(one)


@pytest.mark.parametrize("shape", [{}, {"prefix": "/image"}], ids=str)
@pytest.mark.parametrize("below", [("/mounted",), ("/in/side", "/out")], ids=str)
async def test_an_app_that_is_mounted(below: tuple[str, ...], shape: dict[str, str]) -> None:
    fake = FakeIMS(profile="openstack", auth="issued", **shape)
    root = fake.app
    for path in below:
        outer = web.Application()
        outer.add_subapp(path, root)
        root = outer
    mount = "".join(reversed(below))
    prefix = shape.get("prefix", "")
    runner = web.AppRunner(root)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with aiohttp.ClientSession() as client:
            async def ask(path: str) -> tuple[int, Any]:
                async with client.get(host + path, headers=fake.headers,
                                      allow_redirects=False) as answer:
                    return answer.status, await answer.json(content_type=None)

            status, page = await ask(f"{mount}{prefix}/v2/images")
            assert (status, page["first"]) == (200, "/v2/images")
            status, versions = await ask(f"{mount}{prefix}/")
            assert versions["versions"][0]["links"][0]["href"] == f"{host}{mount}{prefix}/v2/"
            status, state = await ask(f"{mount}/_fake_ims/state")
            assert (status, state["profile"]) == (200, "openstack")
            async with client.get(f"{host}/v2/images", headers=fake.headers) as outside:
                assert outside.status == 404

        def log_in() -> Any:
            found = session(fake, f"{host}{mount}/v3")
            return found.get_endpoint(service_type="image", interface="public")

        assert await asyncio.to_thread(log_in) == f"{host}{mount}{prefix}"
    finally:
        await runner.cleanup()


def test_a_reset_keeps_the_shape_and_can_change_it() -> None:
    with FakeIMS(prefix="/image", regions=["eu-nl"]) as fake:
        fake.reset()
        assert fake.url.endswith("/image")
        fake.reset(prefix="", endpoint="/v2", regions=[])
        assert fake.url == fake.root_url
        assert [one["url"] for one in catalog(fake)["image"]] == [f"{fake.url}/v2"] * 3
        fake.load({"settings": {"prefix": "/other", "regions": ["a", "b"]}})
        assert fake.url.endswith("/other")
        assert len(catalog(fake)["image"]) == 9
        fake.reset()
        assert fake.url.endswith("/image")
        assert fake.env()["OS_AUTH_URL"] == f"{fake.root_url}/v3"
        assert fake.env()["HUAWEICLOUD_SDK_IAM_ENDPOINT"] == fake.root_url


@pytest.mark.parametrize(("shape", "text"), [
    ({"prefix": "image"}, "prefix must be a path such as '/image', without a slash at its end, "
                          "not 'image'"),
    ({"prefix": "/image/"}, "not '/image/'"),
    ({"prefix": "/a b"}, "not '/a b'"),
    ({"prefix": "/a/../b"}, "prefix must not have the segments '.' and '..': '/a/../b'"),
    ({"prefix": 3}, "not 3"),
    ({"prefix": "/v3/x"}, "prefix cannot contain 'v3': another API answers there; write a path "
                          "such as '/image'"),
    ({"prefix": "/_fake_ims"}, "prefix cannot contain '_fake_ims'"),
    ({"endpoint": "v2"}, "endpoint must be a path such as '/v2', without a slash at its end"),
    ({"regions": 3}, "regions must be a list such as ['eu-nl'], not 3"),
    ({"regions": ["a b"]}, "regions must be a list of names such as 'eu-nl', not of 'a b'"),
    ({"regions": ["x", "x"]}, "regions names 'x' twice"),
    ({"regions": ["eu-de"]}, "regions names 'eu-de' twice; the default region is in the catalog"),
])
def test_an_impossible_shape(shape: dict[str, Any], text: str) -> None:
    with pytest.raises(UsageError) as refused:
        FakeIMS(**shape)
    assert text in str(refused.value)


def test_a_server_with_a_wrong_shape(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["serve", "--prefix=image", "--regions=a,a", "--glance=image_tag_quota=x"]) == 2
    refused = capsys.readouterr().err
    for word in ("prefix must be", "regions names 'a' twice", "image_tag_quota must be"):
        assert word in refused
