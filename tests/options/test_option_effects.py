"""What each option of Glance does: a test for each row of the table, over HTTP."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from wire import OCTETS, Wire

from fake_ims import FakeIMS, Profile

PATCH = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
BOTH = ("otc", "openstack")
F = TypeVar("F", bound=Callable[..., None])


def option(name: str, *values: object, profiles: tuple[Profile, ...] = BOTH) -> Any:
    """Run a test in each profile with each value of an option."""
    return pytest.mark.parametrize(
        ("fake_ims", "value"),
        [pytest.param((profile, {name: value}), value, id=f"{profile}-{value}")
         for profile in profiles for value in values],
        indirect=["fake_ims"])


@pytest.fixture
def fake_ims(request: pytest.FixtureRequest, fake_ims_factory: Any) -> FakeIMS:
    """A fake with the profile and the options of the test."""
    profile, glance = request.param
    fake: FakeIMS = fake_ims_factory(profile=profile, glance=glance)
    return fake


def disk(wire: Wire, **attributes: object) -> str:
    return str(wire.create(**{"name": "a", "disk_format": "raw", "container_format": "bare",
                              **attributes})["id"])


def upload(wire: Wire, image_id: str, data: bytes = b"hello", **headers: str) -> int:
    return wire.send("PUT", f"/v2/images/{image_id}/file", data,
                     {"Content-Type": OCTETS, **headers}).status


@option("require_image_format_match", True, False)
def test_format(wire: Wire, fake_ims: FakeIMS, value: bool) -> None:
    image_id = disk(wire, disk_format="qcow2")
    assert upload(wire, image_id) == (415 if value else 204)
    assert wire.get(f"/v2/images/{image_id}").json["status"] == ("queued" if value else "active")


@option("show_image_direct_url", True, False)
def test_direct_url(wire: Wire, fake_ims: FakeIMS, value: bool) -> None:
    image_id = disk(wire)
    assert "direct_url" not in wire.get(f"/v2/images/{image_id}").json
    upload(wire, image_id)
    store = "file/" if fake_ims.profile == "openstack" else ""
    for shown in (wire.get(f"/v2/images/{image_id}").json, wire.get("/v2/images").json["images"][0],
                  fake_ims.images[image_id].attributes):
        assert shown.get("direct_url") == (
            f"file:///fake_ims/{store}{image_id}" if value else None)


@option("show_multiple_locations", True, False)
def test_locations(wire: Wire, fake_ims: FakeIMS, value: bool) -> None:
    image_id = disk(wire)
    assert wire.get(f"/v2/images/{image_id}").json.get("locations") == ([] if value else None)
    upload(wire, image_id)
    found = wire.get(f"/v2/images/{image_id}").json.get("locations")
    assert (found is not None) == value
    if value:
        assert found[0]["url"].endswith(image_id)
    refused = wire.send("PATCH", f"/v2/images/{image_id}", [
        {"op": "add", "path": "/locations/-",
         "value": {"url": "http://example.org/a", "metadata": {}}}], PATCH)
    assert refused.status == (400 if value else 403)


@option("image_location_quota", 2, -1, 0, profiles=("openstack",))
def test_location_quota(wire: Wire, fake_ims: FakeIMS, value: int) -> None:
    fake_ims.reset(glance={"show_multiple_locations": True, "image_location_quota": value,
                           "enabled_backends": ["file:file", "web:http"]})
    wire = Wire(fake_ims.url, fake_ims.headers)
    image_id = disk(wire)

    def add(url: str) -> int:
        return wire.send("PATCH", f"/v2/images/{image_id}", [
            {"op": "add", "path": "/locations/-",
             "value": {"url": url, "metadata": {}}}], PATCH).status

    statuses = [add(f"http://example.org/{number}") for number in range(4)]
    allowed = 4 if value < 0 else value
    assert statuses == [200] * allowed + [413] * (4 - allowed)
    shown = wire.get(f"/v2/images/{image_id}").json
    assert [one["url"] for one in shown["locations"]] == [
        f"http://example.org/{number}" for number in range(allowed)]
    assert shown["status"] == ("active" if allowed else "queued")


@option("enabled_import_methods", ["web-download"], [], ["copy-image", "glance-direct"],
        profiles=("openstack",))
def test_import_methods(wire: Wire, fake_ims: FakeIMS, value: list[str]) -> None:
    assert wire.get("/v2/info/import").json["import-methods"]["value"] == value
    created = wire.post("/v2/images", {"disk_format": "raw", "container_format": "bare"})
    assert created.headers.get("OpenStack-image-import-methods") == (",".join(value) or None)
    path = f"/v2/images/{created.json['id']}"
    stages = "glance-direct" in value
    staged = wire.send("PUT", f"{path}/stage", b"x", {"Content-Type": OCTETS})
    assert staged.status == (204 if stages else 404)
    assert stages or b"method is not available at this site" in staged.body
    asked = wire.post(f"{path}/import", {"method": {"name": "glance-direct"}})
    assert asked.status == (202 if stages else 400)


@option("image_property_quota", 2, 0, -1)
def test_property_quota(wire: Wire, fake_ims: FakeIMS, value: int) -> None:
    for count in (0, 1, 2, 3, 200):
        body = {"disk_format": "raw", "container_format": "bare", "name": "a",
                **{f"p{number}": "x" for number in range(count)}}
        status = wire.post("/v2/images", body).status
        assert status == (201 if value < 0 or count <= value else 413), count


@option("image_tag_quota", 1, 0, -1)
def test_tag_quota(wire: Wire, fake_ims: FakeIMS, value: int) -> None:
    image_id = disk(wire)
    statuses = [wire.put(f"/v2/images/{image_id}/tags/t{number}").status for number in range(130)]
    allowed = 130 if value < 0 else value
    assert statuses == [204] * allowed + [413] * (130 - allowed)
    many = wire.post("/v2/images", {"name": "a", "disk_format": "raw", "container_format": "bare",
                                    "tags": ["a", "b"]})
    assert many.status == (201 if value < 0 else 413)


@option("image_member_quota", 1, 0, -1)
def test_member_quota(wire: Wire, fake_ims: FakeIMS, value: int) -> None:
    image_id = disk(wire)
    upload(wire, image_id)
    statuses = [wire.post(f"/v2/images/{image_id}/members", {"member": f"p{number}"}).status
                for number in range(3)]
    allowed = 3 if value < 0 else value
    assert statuses == [200] * allowed + [413] * (3 - allowed)


@option("limit_param_default", 2, 3)
def test_default_page(wire: Wire, fake_ims: FakeIMS, value: int) -> None:
    for _ in range(5):
        fake_ims.images.add(name="a")
    assert len(wire.get("/v2/images").json["images"]) == value
    assert len(wire.get("/v2/images?limit=4").json["images"]) == 4


@option("api_limit_max", 2, 3)
def test_largest_page(wire: Wire, fake_ims: FakeIMS, value: int) -> None:
    for _ in range(5):
        fake_ims.images.add(name="a")
    assert len(wire.get("/v2/images?limit=100").json["images"]) == value
    assert len(wire.get("/v2/images").json["images"]) == value


@option("image_size_cap", 10, 4)
def test_size_cap(wire: Wire, fake_ims: FakeIMS, value: int) -> None:
    image_id = disk(wire)
    assert upload(wire, image_id, bytes(value + 1)) == 413
    assert wire.get(f"/v2/images/{image_id}").json["status"] == "queued"
    assert upload(wire, image_id, bytes(value)) == 204


@option("hashing_algorithm", "sha256", "blake2b", "md5", profiles=("openstack",))
def test_hash(wire: Wire, fake_ims: FakeIMS, value: str) -> None:
    image_id = disk(wire)
    upload(wire, image_id)
    seeded = fake_ims.images.add(name="b", data=b"hello").attributes
    for shown in (wire.get(f"/v2/images/{image_id}").json, seeded):
        assert shown["os_hash_algo"] == value
        assert shown["os_hash_value"] == hashlib.new(value, b"hello").hexdigest()


@option("enabled_backends", ["fast:file", "slow:rbd"], profiles=("openstack",))
def test_backends(wire: Wire, fake_ims: FakeIMS, value: list[str]) -> None:
    assert wire.get("/v2/info/stores").json == {
        "stores": [{"id": "fast", "default": "true"}, {"id": "slow"}]}
    created = wire.post("/v2/images", {"disk_format": "raw", "container_format": "bare"})
    assert created.headers["OpenStack-image-store-ids"] == "fast,slow"
    image_id = created.json["id"]
    assert upload(wire, image_id, **{"X-Image-Meta-Store": "other"}) == 400
    assert upload(wire, image_id, **{"X-Image-Meta-Store": "slow"}) == 204
    assert wire.get(f"/v2/images/{image_id}").json["stores"] == "slow"


@option("default_backend", "file", profiles=("openstack",))
def test_default_backend(wire: Wire, fake_ims: FakeIMS, value: str) -> None:
    for default, other in (("slow", "fast"), ("fast", "slow")):
        fake_ims.reset(glance={"enabled_backends": ["fast:file", "slow:rbd"],
                               "default_backend": default})
        wire = Wire(fake_ims.url, fake_ims.headers)
        stores = {one["id"]: one.get("default") for one in
                  wire.get("/v2/info/stores").json["stores"]}
        assert stores == {default: "true", other: None}
        image_id = disk(wire)
        assert upload(wire, image_id) == 204
        assert wire.get(f"/v2/images/{image_id}").json["stores"] == default
        assert fake_ims.images.add(name="b")["stores"] == default


@option("delayed_delete", True, False)
def test_delayed_delete(wire: Wire, fake_ims: FakeIMS, value: bool) -> None:
    image_id = disk(wire)
    upload(wire, image_id)
    image = fake_ims.images[image_id]
    assert wire.delete(f"/v2/images/{image_id}").status == 204
    assert wire.get(f"/v2/images/{image_id}").status == 404
    assert (image.status, image.data) == (
        ("pending_delete", b"hello") if value else ("deleted", None))
    empty = fake_ims.images.add(name="b", status="queued")
    empty.delete()
    assert empty.status == "deleted"  # without data there is nothing to keep


def downloads(wire: Wire, uri: str) -> bool:
    status = wire.post(f"/v2/images/{disk(wire)}/import",
                       {"method": {"name": "web-download", "uri": uri}}).status
    assert status in (202, 400)
    return status == 202


@option("allowed_schemes", ["https"], ["http"], [], profiles=("openstack",))
def test_allowed_schemes(wire: Wire, fake_ims: FakeIMS, value: list[str]) -> None:
    for scheme in ("http", "https", "ftp"):
        assert downloads(wire, f"{scheme}://example.org/") == (scheme in value or not value)


@option("disallowed_schemes", ["https"], profiles=("openstack",))
def test_disallowed_schemes(fake_ims_factory: Any, fake_ims: FakeIMS, value: list[str]) -> None:
    both = fake_ims_factory(profile="openstack", glance={
        "allowed_schemes": [], "disallowed_schemes": value})
    for fake, allowed in ((fake_ims, True), (both, False)):
        assert downloads(Wire(fake.url, fake.headers), "https://example.org/") == allowed


@option("allowed_hosts", ["example.org", "localhost"], [], profiles=("openstack",))
def test_allowed_hosts(wire: Wire, fake_ims: FakeIMS, value: list[str]) -> None:
    assert downloads(wire, "http://example.org/")
    assert downloads(wire, "http://other.example.org/") == (not value)
    assert downloads(wire, "http://localhost/") == bool(value)


@option("disallowed_hosts", ["example.org"], profiles=("openstack",))
def test_disallowed_hosts(wire: Wire, fake_ims: FakeIMS, value: list[str]) -> None:
    assert not downloads(wire, "http://example.org/")
    assert downloads(wire, "http://other.example.org/")


@option("allowed_ports", [8080], ["443"], [], profiles=("openstack",))
def test_allowed_ports(wire: Wire, fake_ims: FakeIMS, value: list[object]) -> None:
    for port in (8080, 443, 22):
        assert downloads(wire, f"http://example.org:{port}/") == (
            not value or str(port) in map(str, value))
    assert downloads(wire, "http://example.org/")
    fake_ims.load({"settings": {"profile": "openstack", "glance": {"allowed_ports": value}}})
    assert downloads(Wire(fake_ims.url, fake_ims.headers), "http://example.org:22/") == (not value)


@option("disallowed_ports", [443], profiles=("openstack",))
def test_disallowed_ports(fake_ims_factory: Any, fake_ims: FakeIMS, value: list[int]) -> None:
    both = fake_ims_factory(profile="openstack", glance={
        "allowed_ports": [], "disallowed_ports": value})
    for fake, allowed in ((fake_ims, True), (both, False)):
        assert downloads(Wire(fake.url, fake.headers), "https://example.org:443/") == allowed


@option("image_cache_dir", "/cache", "", profiles=("openstack",))
def test_cache(wire: Wire, fake_ims: FakeIMS, value: str) -> None:
    admin = wire.caller(fake_ims.tenant("ops", roles=("admin",)))
    assert admin.get("/v2/cache").status == (200 if value else 404)
