"""What a plain Glance says when it refuses: the sentence names the thing that the client sent."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from wire import OCTETS, V20, V21, Wire, add, remove, replace

from fake_ims import FakeIMS

pytestmark = pytest.mark.fake_ims(profile="openstack")


def sentence(wire: Wire, method: str, path: str, body: Any, status: int, **headers: str) -> str:
    """The message of a refusal."""
    reply = wire.send(method, path, body, headers)
    assert reply.status == status, reply
    text = html.unescape(re.sub(r"<[^>]+>", " ", reply.body.decode()))
    return " ".join(text.split())


@pytest.fixture
def image(fake_ims: FakeIMS) -> str:
    return fake_ims.images.add(name="i", status="queued", visibility="shared",
                               properties={"known": "v"}, members={"p2": "pending"}).id


@pytest.mark.parametrize(("body", "status", "text"), [
    ({"visibility": "public"}, 403, "You are not authorized to complete publicize_image action."),
    ({"owner": "other"}, 403, "You are not permitted to create images owned by 'other'"),
    ({"status": "active"}, 403, "Attribute 'status' is read-only."),
    ({"deleted": "yes"}, 403, "Attribute 'deleted' is reserved."),
    ({"min_ram": -1}, 400, "Cannot be a negative value"),
    ({"min_disk": 2**31}, 400, "'min_disk' value out of range, must not exceed 2147483647."),
    ({"min_ram": 2**31}, 400, "'min_ram' value out of range, must not exceed 2147483647."),
    ({"tags": [str(number) for number in range(129)]}, 413, "Attempted: 129, Maximum: 128"),
    ({f"p{number}": "v" for number in range(129)}, 413, "Attempted: 129, Maximum: 128"),
    ({"name": 5}, 400, "Provided object does not match schema 'image': 5 is not of type"),
])
def test_a_create(wire: Wire, body: Any, status: int, text: str) -> None:
    assert text in sentence(wire, "POST", "/v2/images", body, status)


@pytest.mark.parametrize("name", ["min_ram", "min_disk"])
def test_the_largest_size(wire: Wire, image: str, name: str) -> None:
    assert wire.create(**{name: 2**31 - 1})[name] == 2**31 - 1
    assert wire.patch(image, replace(f"/{name}", 2**31 - 1)).status == 200
    assert wire.create(tags=[str(number) for number in range(128)])["tags"]
    assert wire.create(**{f"p{number}": "v" for number in range(128)})["p127"] == "v"


@pytest.mark.parametrize(("change", "status", "text"), [
    (replace("/owner", "other"), 403, "Owner can't be updated by non admin."),
    (replace("/visibility", "public"), 403,
     "You are not authorized to complete publicize_image action."),
    (replace("/min_disk", 2**31), 400, "'min_disk' value out of range, must not exceed"),
    (replace("/min_ram", -1), 400, "Cannot be a negative value"),
    (remove("/name"), 403, "Property name may not be removed."),
    (remove("/none"), 409, "Property none does not exist."),
    (replace("/none", "v"), 409, "Property none does not exist."),
    (replace("/checksum", "v"), 403, "Attribute 'checksum' is read-only."),
    (replace("/locations", []), 403, "Cannot set locations to empty list."),
    (replace("/locations", [{"url": "http://x", "metadata": {}}]), 403,
     "It's not allowed to update locations if locations are invisible."),
    (add("/locations/-", {"url": "http://x", "metadata": {}}), 403,
     "It's not allowed to add locations if locations are invisible."),
    (remove("/locations/0"), 403,
     "You are not authorized to complete delete_image_location action."),
    (replace("/tags", [str(number) for number in range(129)]), 413,
     "Attempted: 129, Maximum: 128"),
    ({"op": "move", "path": "/name"}, 400, "Invalid operation: `move`."),
    ({"path": "/name", "value": "v"}, 400, "Unable to find `op` in JSON Schema change."),
    (add("/ / ", "v"), 400, "Pointer `/ / ` does not contains valid token."),
    ({"op": "add", "path": "/name"}, 400, "Operation \"add\" requires a member named \"value\"."),
    ({"op": "add", "path": 5, "value": 5}, 400, "Invalid JSON pointer for this resource: 5"),
    (add("name", "v"), 400, "Pointer `name` does not start with \"/\"."),
    (add("/a//b", "v"), 400, "Pointer `/a//b` contains adjacent \"/\"."),
    (add("/a/", "v"), 400, "Pointer `/a/` end with \"/\"."),
    (add("/a~2", "v"), 400, "Pointer `/a~2` contains \"~\""),
    (add("/a/b", "v"), 400, "Invalid JSON pointer for this resource: '/a/b'"),
])
def test_a_patch(wire: Wire, image: str, change: Any, status: int, text: str) -> None:
    assert text in sentence(wire, "PATCH", f"/v2/images/{image}", [change], status,
                            **{"Content-Type": V21})


def test_a_patch_of_the_older_form(wire: Wire, image: str) -> None:
    for change, status, text in (
        ({"add": "/known", "value": "w"}, 409, "Property known already present."),
        ({"add": "/name", "value": "w"}, 409, "Property name already present."),
        ({"add": "/a", "remove": "/b"}, 400, "must contain only one member named"),
        ({}, 400, "must contain exactly one member named"),
    ):
        assert text in sentence(wire, "PATCH", f"/v2/images/{image}", [change], status,
                                **{"Content-Type": V20})


def test_formats_that_are_frozen(wire: Wire, fake_ims: FakeIMS) -> None:
    active = fake_ims.images.add(name="i").id
    for name, value in (("disk_format", "qcow2"), ("container_format", "ova")):
        assert f"Attribute {name} can be only replaced for a queued image." in sentence(
            wire, "PATCH", f"/v2/images/{active}", [replace(f"/{name}", value)], 403,
            **{"Content-Type": V21})


@pytest.mark.parametrize(("given", "what"), [
    ({}, "Properties disk_format, container_format"),
    ({"disk_format": "raw"}, "Property container_format"),
    ({"container_format": "bare"}, "Property disk_format"),
])
def test_an_upload_without_formats(wire: Wire, given: dict[str, str], what: str) -> None:
    image = wire.create(**given)["id"]
    assert f"{what} must be set prior to saving data." in sentence(
        wire, "PUT", f"/v2/images/{image}/file", b"abc", 400, **{"Content-Type": OCTETS})


def test_who_may_not(wire: Wire, fake_ims: FakeIMS, image: str) -> None:
    member = wire.caller(fake_ims.tenant("p2"))
    public = fake_ims.images.add(name="p", visibility="public", owner="p3").id
    data = {"Content-Type": OCTETS}
    patch = {"Content-Type": V21}
    for caller, method, path, body, headers, rule in (
        (member, "PUT", f"/v2/images/{image}/file", b"abc", data, "upload_image"),
        (member, "PUT", f"/v2/images/{image}/stage", b"abc", data, "modify_image"),
        (member, "PATCH", f"/v2/images/{image}", [replace("/name", "n")], patch, "modify_image"),
        (member, "PATCH", f"/v2/images/{image}", [replace("/visibility", "community")], patch,
         "communitize_image"),
        (member, "DELETE", f"/v2/images/{image}", None, {}, "delete_image"),
        (wire, "DELETE", f"/v2/images/{public}", None, {}, "delete_image"),
        (member, "POST", f"/v2/images/{image}/members", {"member": "p4"}, {}, "add_member"),
        (member, "DELETE", f"/v2/images/{image}/members/p2", None, {}, "delete_member"),
        (wire, "PUT", f"/v2/images/{image}/members/p2", {"status": "accepted"}, {},
         "modify_member"),
        (member, "POST", f"/v2/images/{image}/actions/deactivate", None, {}, "deactivate"),
    ):
        assert sentence(caller, method, path, body, 403, **headers).endswith(
            f"You are not authorized to complete {rule} action."), rule


def test_members(wire: Wire, fake_ims: FakeIMS, image: str) -> None:
    private = fake_ims.images.add(name="p", visibility="private").id
    path = f"/v2/images/{private}/members"
    assert f"Not allowed to create members for image {private}." in sentence(
        wire, "POST", path, {"member": "p4"}, 403)
    assert f"Not allowed to update members for image {private}." in sentence(
        wire, "PUT", f"{path}/p4", {"status": "accepted"}, 403)
    assert f"Not allowed to delete members for image {private}." in sentence(
        wire, "DELETE", f"{path}/p4", None, 403)
    assert f"Not allowed to list members for image {private}: Only shared" in sentence(
        wire, "GET", path, None, 403)
    assert "Only shared images have members." in sentence(wire, "GET", f"{path}/p4", None, 404)
    assert f"Member p2 is duplicated for image {image}" in sentence(
        wire, "POST", f"/v2/images/{image}/members", {"member": "p2"}, 409)
    assert f"p9 not found in the member list of the image {image}" in sentence(
        wire, "GET", f"/v2/images/{image}/members/p9", None, 404)


def test_one_member_more_than_there_may_be(wire: Wire, fake_ims: FakeIMS) -> None:
    members = dict.fromkeys((f"m{number}" for number in range(128)), "pending")
    full = fake_ims.images.add(name="f", visibility="shared", members=members).id
    assert "Attempted: 129, Maximum: 128" in sentence(
        wire, "POST", f"/v2/images/{full}/members", {"member": "p4"}, 413)


@pytest.mark.parametrize(("query", "text"), [
    ("limit=x", "limit param must be an integer"), ("limit=-1", "limit param must be positive"),
    ("sort_key=x", "Invalid sort key: x. It must be one of the following: "),
    ("sort_dir=x", "Invalid sort direction: x"), ("sort=name:x", "Invalid sort direction: x"),
    ("member_status=x", "Invalid status: x"), ("visibility=x", "Invalid visibility value: x"),
    ("protected=x", "Invalid value 'x' for 'protected' filter."),
    ("os_hidden=x", "Invalid value 'x' for 'os_hidden' filter."),
    ("created_at=x", "Bad \"created_at\" query filter format."),
    ("name=x:y", "Unable to filter by unknown operator 'x'."),
    ("marker=x", "No image found with ID x"),
])
def test_a_list(wire: Wire, query: str, text: str) -> None:
    assert text in sentence(wire, "GET", f"/v2/images?{query}", None, 400)


def test_what_is_not_there(wire: Wire) -> None:
    path = "/v2/images/none"
    assert "No image found with ID none" in sentence(wire, "GET", path, None, 404)
    assert "Failed to find image none to delete" in sentence(wire, "DELETE", path, None, 404)


def test_what_a_status_does_not_allow(wire: Wire, fake_ims: FakeIMS, image: str) -> None:
    assert "Not allowed to deactivate image in status 'queued'" in sentence(
        wire.caller(fake_ims.tenant("p5", roles=["admin"])), "POST",
        f"/v2/images/{image}/actions/deactivate", None, 403)
    active = fake_ims.images.add(name="a").id
    assert "Image status transition from active to saving is not allowed" in sentence(
        wire, "PUT", f"/v2/images/{active}/file", b"abc", 409, **{"Content-Type": OCTETS})
    protected = fake_ims.images.add(name="a", protected=True).id
    assert f"Image {protected} is protected and cannot be deleted." in sentence(
        wire, "DELETE", f"/v2/images/{protected}", None, 403)
    assert f"Image ID {active} already exists!" in sentence(
        wire, "POST", "/v2/images", {"id": active}, 409)


def test_an_admin_is_shown_no_locations_either(
    wire: Wire, fake_ims: FakeIMS, image: str
) -> None:
    admin = wire.caller(fake_ims.tenant("ops", roles=("admin",)))
    assert "It's not allowed to remove locations if locations are invisible." in sentence(
        admin, "PATCH", f"/v2/images/{image}", [remove("/locations/0")], 403,
        **{"Content-Type": V21})


def test_a_reader_deletes_nothing(wire: Wire, fake_ims: FakeIMS, image: str) -> None:
    reader = wire.caller(fake_ims.tenant(fake_ims.project_id, roles=("reader",)))
    assert "You are not authorized to complete delete_image action." in sentence(
        reader, "DELETE", f"/v2/images/{image}", None, 403)
