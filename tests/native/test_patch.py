"""Page *Modifying an Image*."""

from __future__ import annotations

from typing import Any

import pytest
from wire import JSON, V20, V21, Wire, add, remove, replace

from fake_ims import FakeIMS


@pytest.fixture
def image_id(wire: Wire) -> str:
    """An image with a property of its own."""
    return str(wire.create(name="a", tags=["t"], key="value")["id"])


@pytest.mark.parametrize(("media_type", "change"), [
    (V21, {"op": "replace", "path": "/name", "value": "test01"}),
    (V20, {"replace": "/name", "value": "test01"}),
    (f"{V21}; charset=utf-8", {"op": "replace", "path": "/name", "value": "test01"}),
])
def test_the_examples_rename(wire: Wire, image_id: str, media_type: str, change: object) -> None:
    before = wire.show(image_id)
    reply = wire.patch(image_id, change, media_type=media_type)
    assert reply.status == 200
    assert reply.json == {**before, "name": "test01", "updated_at": reply.json["updated_at"]}
    assert wire.show(image_id) == reply.json


@pytest.mark.parametrize("media_type", [
    "application/json-patch+json", JSON, "", V21.upper(), "application/openstack-images-v2.1",
    "application/openstack-images-v3.0-json-patch", "x",
])
def test_other_media_types_are_refused(wire: Wire, image_id: str, media_type: str) -> None:
    reply = wire.patch(image_id, replace("/name", "b"), media_type=media_type)
    assert reply.refusal == (415, "IMG.0001")
    assert reply.headers["Accept-Patch"] == f"{V20}, {V21}"


def test_updated_at_moves(wire: Wire, fake_ims: FakeIMS, image_id: str) -> None:
    before = wire.show(image_id)
    fake_ims.clock.advance("1h")
    after = wire.patch(image_id, replace("/name", "b")).json
    assert before["updated_at"] < after["updated_at"]
    assert before["created_at"] == after["created_at"]


@pytest.mark.parametrize(("change", "expected"), [
    (replace("/name", "b"), {"name": "b"}),
    (add("/name", "b"), {"name": "b"}),
    (replace("/min_disk", 40), {"min_disk": 40}),
    (replace("/min_ram", 512), {"min_ram": 512}),
    (replace("/protected", True), {"protected": True}),
    (replace("/tags", ["x=1", "y", "x=1"]), {"tags": ["x=1", "y"]}),
    (replace("/disk_format", "qcow2"), {"disk_format": "qcow2"}),
    (replace("/key", "other"), {"key": "other"}),
    (add("/key", "other"), {"key": "other"}),
    (add("/new", ""), {"new": ""}),
    (add("/a~1b", "1"), {"a/b": "1"}),
    (add("/a~0b", "1"), {"a~b": "1"}),
    (add("/a~01b", "1"), {"a~1b": "1"}),
    (add("/ключ", "钥匙"), {"ключ": "钥匙"}),
    (add("/os_hidden", "true"), {"os_hidden": "true"}),
    (add("/__description", "d" * 1024), {"__description": "d" * 1024}),
    (add("/hw_firmware_type", "uefi"), {"hw_firmware_type": "uefi"}),
    (replace("/__os_version", "Windows 10 64bit"),
     {"__os_version": "Windows 10 64bit", "__os_type": "Windows", "__platform": "Windows"}),
    (remove("/__os_version"), {"__os_version": "Other Linux(64 bit)"}),
])
def test_a_change(wire: Wire, image_id: str, change: Any, expected: dict[str, Any]) -> None:
    reply = wire.patch(image_id, change)
    assert reply.status == 200
    assert reply.json.items() >= expected.items()
    assert wire.show(image_id) == reply.json


def test_remove(wire: Wire, image_id: str) -> None:
    assert "key" not in wire.patch(image_id, remove("/key")).json


def test_changes_are_made_in_order(wire: Wire, image_id: str) -> None:
    reply = wire.patch(image_id, add("/x", "1"), replace("/x", "2"), remove("/key"),
                       add("/key", "again"))
    assert (reply.json["x"], reply.json["key"]) == ("2", "again")


def test_no_change_at_all(wire: Wire, image_id: str) -> None:
    assert wire.patch(image_id).json == wire.show(image_id)


@pytest.mark.parametrize(("change", "status", "code"), [
    # vendor attributes that the service sets, and Glance's own
    *((replace(f"/{name}", "x"), 403, "IMG.0035") for name in (
        "__os_type", "__platform", "__os_bit", "__isregistered", "__imagetype", "__image_size",
        "__image_source_type", "__root_origin", "__data_origin", "__originalimagename",
        "__backup_id", "__image_location", "__system__cmkid", "__account_code", "active_at",
        "virtual_env_type", "status", "id", "size", "checksum", "created_at", "updated_at",
        "self", "file", "schema", "virtual_size", "direct_url", "location", "deleted",
        "deleted_at", "os_glance_x")),
    *((remove(f"/{name}"), 403, "IMG.0035") for name in (
        "__os_type", "status", "name", "tags", "visibility", "protected", "min_disk",
        "deleted")),
    (replace("/owner", "p2"), 403, "IMG.0106"),
    (add("/locations/-", {"url": "http://x", "metadata": {}}), 403, "IMG.0035"),
    (replace("/locations", []), 403, "IMG.0035"),
    (remove("/locations/0"), 403, "IMG.0026"),
    (replace("/visibility", "public"), 403, "IMG.0026"),
    # limits, as at creation
    (replace("/name", ""), 400, "IMG.0062"),
    (replace("/name", "n" * 256), 400, "IMG.0062"),
    (replace("/name", "a/b"), 400, "IMG.0003"),
    (replace("/name", 5), 400, "IMG.0062"),
    (replace("/name", None), 400, "IMG.0062"),
    (replace("/visibility", "community"), 400, "IMG.0001"),
    (replace("/disk_format", "vmdk"), 400, "IMG.0072"),
    (replace("/container_format", "ovf"), 400, "IMG.0001"),
    (replace("/protected", "true"), 400, "IMG.0001"),
    (replace("/min_disk", 1025), 400, "IMG.0055"),
    (replace("/min_disk", -1), 400, "IMG.0055"),
    (replace("/min_disk", "1"), 400, "IMG.0055"),
    (replace("/min_ram", 2**31), 400, "IMG.0055"),
    (replace("/tags", ["a|b"]), 400, "IMG.0115"),
    (replace("/tags", "a"), 400, "IMG.0115"),
    (replace("/tags", [f"t{number}" for number in range(129)]), 413, "IMG.0116"),
    (add("/__os_version", "MS-DOS"), 400, "IMG.0056"),
    (add("/__os_version", 5), 400, "IMG.0056"),
    (add("/__description", "d" * 1025), 400, "IMG.0004"),
    (add("/__description", "a<b>"), 400, "IMG.0054"),
    (add("/__description", "a\nb"), 400, "IMG.0054"),
    (add("/hw_firmware_type", "efi"), 400, "IMG.0141"),
    (add("/__support_kvm", "yes"), 400, "IMG.0001"),
    (add("/__support_kvm_gpu_type", "M61"), 400, "IMG.0001"),
    (add("/new", 5), 400, "IMG.0001"),
    (add("/new", None), 400, "IMG.0001"),
    # what is not there
    (replace("/nothing", "x"), 409, "IMG.0035"),
    (remove("/nothing"), 409, "IMG.0035"),
    # the form of a change
    ({"op": "replace", "path": "/name"}, 400, "IMG.0001"),
    ({"op": "replace", "value": "x"}, 400, "IMG.0001"),
    ({"path": "/name", "value": "x"}, 400, "IMG.0001"),
    ({"op": "move", "path": "/name", "value": "x"}, 400, "IMG.0001"),
    ({"op": "test", "path": "/name", "value": "a"}, 400, "IMG.0001"),
    ({"op": ["add"], "path": "/name", "value": "a"}, 400, "IMG.0001"),
    ({"op": "add", "path": 5, "value": "a"}, 400, "IMG.0001"),
    ({"op": "add", "path": None, "value": "a"}, 400, "IMG.0001"),
    ("replace", 400, "IMG.0001"),
    (None, 400, "IMG.0001"),
    ([replace("/name", "b")], 400, "IMG.0001"),
    # pointers
    (add("name", "x"), 400, "IMG.0001"),
    (add("", "x"), 400, "IMG.0001"),
    (add("/name/", "x"), 400, "IMG.0001"),
    (add("/a//b", "x"), 400, "IMG.0001"),
    (add("/a/b", "x"), 400, "IMG.0001"),
    (add("/tags/0", "x"), 400, "IMG.0001"),
    (add("/a~", "x"), 400, "IMG.0001"),
    (add("/a~2", "x"), 400, "IMG.0001"),
])
def test_a_change_that_cannot_be(
    wire: Wire, image_id: str, change: Any, status: int, code: str
) -> None:
    before = wire.show(image_id)
    reply = wire.patch(image_id, add("/first", "1"), change)
    assert reply.refusal == (status, code)
    assert wire.show(image_id) == before  # all of a patch or nothing


@pytest.mark.parametrize(("change", "status"), [
    ({"add": "/new", "value": "x"}, 200),
    ({"replace": "/key", "value": "x"}, 200),
    ({"remove": "/key"}, 200),
    ({"add": "/key", "value": "x"}, 409),
    ({"add": "/name", "value": "x"}, 409),
    ({"replace": "/nothing", "value": "x"}, 409),
    ({"remove": "/nothing"}, 409),
    ({"remove": "/name"}, 403),
    ({"replace": "/status", "value": "active"}, 403),
    ({"replace": "/__os_type", "value": "Linux"}, 403),
    ({"add": "/a~1b", "value": "x"}, 200),
    ({"add": "/new"}, 400),
    ({"add": 5, "value": "x"}, 400),
    ({"add": "/new", "remove": "/key", "value": "x"}, 400),
    ({"op": "add", "path": "/new", "value": "x"}, 400),
    ({"value": "x"}, 400),
    ("add", 400),
])
def test_media_type_v20(wire: Wire, image_id: str, change: Any, status: int) -> None:
    assert wire.patch(image_id, change, media_type=V20).status == status


@pytest.mark.parametrize("body", [b"", b"{}", b"[", b"null", b'"x"', b"\xff", b"[{}"])
@pytest.mark.parametrize("media_type", [V20, V21])
def test_a_body_that_is_no_patch(
    wire: Wire, image_id: str, media_type: str, body: bytes
) -> None:
    reply = wire.send("PATCH", f"/v2/images/{image_id}", body, {"Content-Type": media_type})
    assert reply.status == 400
    assert reply.code in ("IMG.0001", "IMG.0007")


@pytest.mark.parametrize("other", ["__support_xen", "__support_kvm"])
def test_what_cannot_co_exist(wire: Wire, image_id: str, other: str) -> None:
    hana = add("/__support_xen_hana", "true")
    assert wire.patch(image_id, hana, add(f"/{other}", "true")).refusal == (400, "IMG.0035")
    assert wire.patch(image_id, hana).status == 200
    assert wire.patch(image_id, add(f"/{other}", "true")).refusal == (400, "IMG.0035")
    swap = wire.patch(image_id, add(f"/{other}", "true"), remove("/__support_xen_hana"))
    assert swap.status == 200


def test_a_property_too_many(wire: Wire, image_id: str) -> None:
    own = len(set(wire.show(image_id)) & {"key"})
    room = 128 - own - 9  # the nine that the service derives
    full = [add(f"/p{number}", "") for number in range(room)]
    assert wire.patch(image_id, *full).status == 200
    assert wire.patch(image_id, add("/one-more", "")).refusal == (413, "IMG.0001")
    assert wire.patch(image_id, replace("/p0", "1")).status == 200


def test_formats_are_frozen_once_there_is_data(wire: Wire, image_id: str) -> None:
    wire.upload(image_id, b"data")
    for name, value in (("disk_format", "raw"), ("container_format", "bare")):
        assert wire.patch(image_id, replace(f"/{name}", value)).refusal == (403, "IMG.0035")


def test_a_protected_image_becomes_deletable_again(wire: Wire) -> None:
    image_id = wire.create(protected=True)["id"]
    assert wire.delete(f"/v2/images/{image_id}").status == 403
    assert wire.patch(image_id, replace("/protected", False)).status == 200
    assert wire.delete(f"/v2/images/{image_id}").status == 204


def test_visibility_moves_between_private_and_shared(wire: Wire, image_id: str) -> None:
    shared = wire.patch(image_id, replace("/visibility", "shared")).json
    assert (shared["visibility"], shared["__imagetype"]) == ("shared", "shared")
    private = wire.patch(image_id, replace("/visibility", "private")).json
    assert (private["visibility"], private["__imagetype"]) == ("private", "private")


def test_an_admin_publishes_and_gives_away(wire: Wire, fake_ims: FakeIMS, image_id: str) -> None:
    admin = wire.caller(fake_ims.tenant("ops", roles=("admin",)))
    public = admin.patch(image_id, replace("/visibility", "public")).json
    assert (public["visibility"], public["__imagetype"]) == ("public", "gold")
    assert admin.patch(image_id, replace("/owner", "p2")).json["owner"] == "p2"
    assert wire.patch(image_id, replace("/name", "b")).refusal == (403, "IMG.0026")


def test_who_may_change(wire: Wire, fake_ims: FakeIMS, image_id: str) -> None:
    change = replace("/name", "b")
    assert wire.caller(fake_ims.tenant("p2")).patch(image_id, change).refusal == (
        404, "IMG.0144")
    wire.upload(image_id, b"data")
    wire.share(image_id, "p2")
    assert wire.caller(fake_ims.tenant("p2")).patch(image_id, change).refusal == (
        403, "IMG.0026")
    reader = fake_ims.tenant(fake_ims.project_id, roles=("reader",))
    assert wire.caller(reader).patch(image_id, change).refusal == (403, "IMG.0026")
    assert wire.patch("11111111-2222-3333-4444-555555555555", change).refusal == (
        404, "IMG.0144")


def test_a_name_of_a_property_is_taken_as_it_is(wire: Wire, image_id: str) -> None:
    names = {"/Xfoo": "Xfoo", "/fooX": "fooX", "/a~1b": "a/b", "/a~0b": "a~b", "/ a ": "a"}
    for path, name in names.items():
        assert wire.patch(image_id, add(path, "v")).json[name] == "v"


def test_tags_of_a_patch_count_once(wire: Wire, image_id: str) -> None:
    assert wire.patch(image_id, replace("/tags", ["b", "a", "b"])).json["tags"] == ["b", "a"]
