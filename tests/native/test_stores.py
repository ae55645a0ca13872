"""Several stores, and the cache. What a real Glance 33 answers, asked for each."""

from __future__ import annotations

from typing import Any

import pytest
from wire import OCTETS, Wire

from fake_ims import FakeIMS, UsageError

STORES = {"file": "file", "second": "file", "third": "file"}
pytestmark = pytest.mark.fake_ims(profile="openstack", glance={"enabled_backends": STORES})
URL = "https://images.example.org/a.img"


@pytest.fixture
def admin(fake_ims: FakeIMS, wire: Wire) -> Wire:
    fake_ims.world.urls[URL] = b"hello web"
    return wire.caller(fake_ims.tenant("ops", roles=("admin",)))


def new(wire: Wire) -> str:
    return str(wire.create(name="a", disk_format="raw", container_format="bare")["id"])


def uploaded(wire: Wire, **headers: str) -> str:
    image_id = new(wire)
    assert wire.upload(image_id, b"data", **headers).status == 204
    return image_id


def start(
    wire: Wire, image_id: str, method: str = "web-download", headers: dict[str, str] | None = None,
    **more: object,
) -> tuple[int, str]:
    reply = wire.post(f"/v2/images/{image_id}/import", {
        "method": {"name": method, **({"uri": URL} if method == "web-download" else {})}, **more},
        {"Accept": "application/json", **(headers or {})})
    return reply.status, reply.json["message"].partition("<")[0] if reply.body else ""


def told(wire: Wire, image_id: str) -> tuple[Any, ...]:
    image = wire.show(image_id)
    return (image["status"], image.get("stores"), image["os_glance_importing_to_stores"],
            image["os_glance_failed_import"])


def test_an_upload_goes_to_the_store_of_its_header(wire: Wire) -> None:
    assert wire.show(uploaded(wire))["stores"] == "file"
    assert wire.show(uploaded(wire, **{"x-image-meta-store": "second"}))["stores"] == "second"


@pytest.mark.parametrize(("more", "stores"), [
    ({}, "file"), ({"stores": ["second"]}, "second"), ({"stores": ["third", "file"]}, "third,file"),
    ({"all_stores": True}, "file,second,third"), ({"stores": {"third": 1}}, "third"),
    ({"all_stores": True, "all_stores_must_succeed": False}, "file,second,third"),
    ({"headers": {"x-image-meta-store": "second"}}, "second"),
])
def test_an_import_goes_to_the_stores_of_the_request(
    wire: Wire, admin: Wire, more: dict[str, Any], stores: str
) -> None:
    image_id = new(wire)
    assert start(wire, image_id, **more) == (202, "")
    assert told(wire, image_id) == ("active", stores, "", "")


@pytest.mark.parametrize(("more", "status", "words"), [
    ({"stores": ["nowhere", "file"]}, 409, "Store for identifier nowhere not found"),
    ({"stores": "file"}, 409, "Store for identifier f not found"),
    ({"stores": [None]}, 409, "Store for identifier None not found"),
    ({"headers": {"x-image-meta-store": ""}}, 409, "Store for identifier  not found"),
    ({"stores": 5}, 400, "Unexpected body type"), ({"stores": None}, 400, "Unexpected body type"),
    ({"stores": ["file"], "all_stores": True}, 400, "All_stores parameter can't be used"),
    ({"stores": ["file"], "headers": {"x-image-meta-store": "file"}}, 400, "Stores parameter and"),
    ({"all_stores": "yes"}, 400, "'all_stores' must be boolean value only"),
])
def test_stores_that_are_refused(
    wire: Wire, admin: Wire, more: dict[str, Any], status: int, words: str
) -> None:
    image_id = new(wire)
    found, text = start(wire, image_id, **more)
    assert (found, text[:len(words)]) == (status, words)
    assert wire.status(image_id) == "queued"


def test_meanwhile_the_image_names_the_stores(fake_ims: FakeIMS, wire: Wire, admin: Wire) -> None:
    fake_ims.lifecycle.saving = "10s"
    image_id = new(wire)
    start(wire, image_id, stores=["third", "file"])
    assert told(wire, image_id) == ("importing", None, "file,third", "")
    fake_ims.clock.advance("10s")
    assert told(wire, image_id) == ("active", "third,file", "", "")


@pytest.mark.parametrize(("method", "stores", "must", "expected"), [
    ("web-download", ["file", "second", "third"], True, ("queued", None, "", "file,second,third")),
    ("web-download", ["file", "second", "third"], False, ("active", "file,third", "", "second")),
    ("web-download", ["second"], False, ("queued", None, "", "second")),
    ("web-download", [], True, ("queued", None, "", "")),
    ("web-download", ["file", "file"], True, ("importing", None, "file", "")),
    ("glance-direct", ["file", "second", "third"], True, ("importing", None, "third", "second")),
    ("glance-direct", ["file", "second"], False, ("active", "file", "", "second")),
    ("glance-direct", ["second"], False, ("queued", None, "", "second")),
    ("copy-image", ["third", "second"], True, ("active", "file", "", "second")),
    ("copy-image", ["third", "second"], False, ("active", "file,third", "", "second")),
    ("copy-image", [], True, ("active", "file", "", "")),
])
def test_a_store_that_fails(
    fake_ims: FakeIMS, wire: Wire, admin: Wire, method: str, stores: list[str], must: bool,
    expected: tuple[Any, ...],
) -> None:
    fake_ims.world.failing_stores = ["second"]
    image_id = uploaded(wire) if method == "copy-image" else new(wire)
    if method == "glance-direct":
        wire.put(f"/v2/images/{image_id}/stage", b"data", {"Content-Type": OCTETS})
    assert start(admin, image_id, method, stores=stores, all_stores_must_succeed=must)[0] == 202
    assert told(wire, image_id) == expected
    task = admin.get(f"/v2/images/{image_id}/tasks").json["tasks"][-1]
    succeeds = expected[0] == "active" and not (must and expected[3])
    assert task["status"] == ("success" if succeeds else "failure")


def test_an_upload_to_a_store_that_fails(fake_ims: FakeIMS, wire: Wire) -> None:
    fake_ims.world.failing_stores = ["second"]
    image_id = new(wire)
    assert wire.upload(image_id, b"x", **{"x-image-meta-store": "second"}).status == 503
    assert (wire.status(image_id), wire.show(image_id)["size"]) == ("queued", None)
    assert wire.upload(image_id, b"x").status == 204


def test_the_names_of_failing_stores_are_checked(fake_ims: FakeIMS) -> None:
    with pytest.raises(UsageError, match="did you mean 'second'"):
        fake_ims.world.failing_stores = ["secnd"]
    assert fake_ims.world.failing_stores == []


def test_a_copy_is_an_admins(fake_ims: FakeIMS, wire: Wire, admin: Wire) -> None:
    image_id = uploaded(wire)
    assert start(wire, image_id, "copy-image", stores=["second"])[0] == 403
    assert start(admin, image_id, "copy-image", stores=["second"]) == (202, "")
    assert start(admin, image_id, "copy-image", stores=["third", "second"]) == (
        400, "Image is already present at store 'second'")
    assert start(admin, image_id, "copy-image", all_stores=True)[0] == 202
    assert start(admin, image_id, "copy-image", all_stores=True)[0] == 202  # nothing is left to do
    assert told(wire, image_id) == ("active", "file,second,third", "", "")
    assert len(admin.get(f"/v2/images/{image_id}/tasks").json["tasks"]) == 2
    assert start(admin, new(wire), "copy-image", stores=["second"])[0] == 409


def test_a_copy_under_way_keeps_others_away_for_an_hour(
    fake_ims: FakeIMS, wire: Wire, admin: Wire
) -> None:
    image_id = uploaded(wire)
    fake_ims.lifecycle.saving = "by hand"  # type: ignore[assignment]
    start(admin, image_id, "copy-image", stores=["second"])
    assert told(wire, image_id) == ("active", "file", "second", "")
    assert wire.download(image_id).body == b"data"
    assert start(admin, image_id, "copy-image", stores=["third"]) == (409, "Image has active task")
    fake_ims.clock.advance("1h")
    fake_ims.lifecycle.reset()
    assert start(admin, image_id, "copy-image", stores=["third"]) == (202, "")
    assert told(wire, image_id) == ("active", "file,third", "", "")
    first, second = admin.get(f"/v2/images/{image_id}/tasks").json["tasks"]
    assert (first["status"], first["message"]) == ("failure", "Expired lock preempted")
    assert second["status"] == "success"


def test_data_is_deleted_from_one_store(wire: Wire, admin: Wire) -> None:
    image_id = uploaded(wire)
    start(admin, image_id, "copy-image", all_stores=True)
    path = f"/v2/stores/second/{image_id}"
    assert (wire.delete(path).status, admin.delete(path).status) == (403, 204)
    assert wire.show(image_id)["stores"] == "file,third"
    assert admin.delete(path).status == 404
    assert admin.delete(f"/v2/stores/nowhere/{image_id}").status == 409
    assert admin.delete(f"/v2/stores/file/{image_id}").status == 204
    assert admin.delete(f"/v2/stores/third/{image_id}").status == 403
    assert wire.download(image_id).body == b"data"


def test_services_see_the_details_of_the_stores(fake_ims: FakeIMS, wire: Wire) -> None:
    nova = wire.caller(fake_ims.tenant("service", roles=("service",)))
    detail = nova.get("/v2/info/stores/detail").json["stores"]
    assert [store["id"] for store in detail] == list(STORES)
    assert wire.get("/v2/info/stores/detail").status == 403


@pytest.mark.fake_ims(profile="openstack", glance={"enabled_backends": []})
def test_without_backends_there_are_no_stores(fake_ims: FakeIMS, wire: Wire) -> None:
    fake_ims.world.urls[URL] = b"x"
    image_id = new(wire)
    assert start(wire, image_id, all_stores_must_succeed=False)[0] == 400
    assert start(wire, image_id) == (202, "")
    assert told(wire, image_id) == ("active", None, "", "")


# the cache

CACHED = pytest.mark.fake_ims(profile="openstack", glance={"image_cache_dir": "/cache"})


def cached(admin: Wire) -> list[tuple[str, int]]:
    found = admin.get("/v2/cache").json
    assert found["queued_images"] == []
    return [(one["image_id"], one["hits"]) for one in found["cached_images"]]


@CACHED
def test_downloads_and_requests_fill_the_cache(wire: Wire, admin: Wire) -> None:
    first, second, queued = uploaded(wire), uploaded(wire), new(wire)
    wire.download(first, Range="bytes=0-1")
    assert cached(admin) == []
    wire.download(first)
    wire.download(first)
    assert admin.put(f"/v2/cache/{second}").status == 202
    assert cached(admin) == [(first, 1), (second, 0)]
    assert admin.put(f"/v2/cache/{queued}").status == 400
    assert admin.get(f"/v2/cache/nodes/{first}").json == [f"http://{admin.host}"]
    assert admin.get(f"/v2/cache/nodes/{queued}").json == []
    assert (admin.delete(f"/v2/cache/{first}").status, cached(admin)) == (204, [(second, 0)])
    wire.delete(f"/v2/images/{second}")
    assert cached(admin) == []


@CACHED
def test_the_cache_is_emptied(wire: Wire, admin: Wire) -> None:
    image_id = uploaded(wire)
    admin.put(f"/v2/cache/{image_id}")
    for target, left in (("queue", 1), ("cache", 0)):
        assert admin.send("DELETE", "/v2/cache", None,
                          {"x-image-cache-clear-target": target}).status == 204
        assert len(cached(admin)) == left
    assert admin.send("DELETE", "/v2/cache", None,
                      {"x-image-cache-clear-target": "all"}).status == 400
    assert admin.post("/v2/cache/clean").status == 200
    assert admin.post("/v2/cache/prune").json == {
        "total_files_pruned": 0, "total_bytes_pruned": 0}


@CACHED
def test_who_may_use_the_cache(wire: Wire, admin: Wire) -> None:
    image_id, unknown = uploaded(wire), "10000000-0000-4000-8000-000000000404"
    assert [wire.get("/v2/cache").status, wire.put(f"/v2/cache/{image_id}").status,
            wire.delete("/v2/cache").status, wire.post("/v2/cache/clean").status,
            wire.post("/v2/cache/prune").status, wire.get(f"/v2/cache/nodes/{image_id}").status
            ] == [403] * 6
    assert [wire.put(f"/v2/cache/{unknown}").status, wire.delete(f"/v2/cache/{unknown}").status,
            admin.delete(f"/v2/cache/{unknown}").status,
            admin.get(f"/v2/cache/nodes/{unknown}").status] == [404] * 4


@CACHED
def test_a_cache_has_versions_of_its_own(wire: Wire) -> None:
    versions = {one["id"]: one["status"] for one in wire.get("/versions").json["versions"]}
    assert (versions["v2.18"], versions["v2.17"], len(versions)) == ("CURRENT", "SUPPORTED", 19)
    assert wire.get("/v2.18/images").status == 200


def test_without_a_cache_its_versions_are_unknown(wire: Wire) -> None:
    assert wire.get("/v2.18/images").status == 300
