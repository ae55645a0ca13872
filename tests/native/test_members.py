"""Chapter *Image Sharing (Native OpenStack APIs)* and *Restrictions on Image Sharing*."""

from __future__ import annotations

import re
from typing import Any

import pytest
from wire import Wire, replace

from fake_ims import FakeIMS

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")
UNKNOWN = "11111111-2222-3333-4444-555555555555"


@pytest.fixture
def image_id(wire: Wire) -> str:
    """A private image with data."""
    image_id = str(wire.create(name="a")["id"])
    wire.upload(image_id, b"data")
    return image_id


@pytest.fixture
def member(wire: Wire, fake_ims: FakeIMS) -> Wire:
    """Project p2."""
    return wire.caller(fake_ims.tenant("p2"))


@pytest.fixture
def stranger(wire: Wire, fake_ims: FakeIMS) -> Wire:
    """Project p3."""
    return wire.caller(fake_ims.tenant("p3"))


def test_the_examples_of_the_pages(
    wire: Wire, fake_ims: FakeIMS, image_id: str, member: Wire
) -> None:
    path = f"/v2/images/{image_id}/members"
    added = wire.post(path, {"member": "p2"})
    assert added.status == 200
    assert TIME.match(added.json["created_at"])
    assert added.json == {
        "status": "pending", "created_at": added.json["created_at"],
        "updated_at": added.json["created_at"], "image_id": image_id, "member_id": "p2",
        "schema": "/v2/schemas/member"}
    fake_ims.clock.advance("31m")
    updated = member.put(f"{path}/p2", {"status": "accepted"})
    assert updated.status == 200
    assert updated.json == {**added.json, "status": "accepted",
                            "updated_at": updated.json["updated_at"]}
    assert updated.json["updated_at"] > added.json["updated_at"]
    assert wire.get(f"{path}/p2").json == updated.json
    assert wire.get(path).json == {"members": [updated.json], "schema": "/v2/schemas/members"}
    gone = wire.delete(f"{path}/p2")
    assert (gone.status, gone.body) == (204, b"")
    assert wire.get(path).json["members"] == []


@pytest.mark.parametrize("status", ["accepted", "rejected", "pending"])
def test_the_member_decides(wire: Wire, image_id: str, member: Wire, status: str) -> None:
    wire.share(image_id, "p2")
    assert member.answer(image_id, "p2", status).json["status"] == status
    # it can use the image whatever it has answered
    assert member.show(image_id)["name"] == "a"
    assert member.download(image_id).body == b"data"


def test_a_vault_may_be_named(wire: Wire, image_id: str, member: Wire) -> None:
    wire.share(image_id, "p2")
    body = {"status": "accepted", "vault_id": "6yhtb5df-1bc3-4c3f-893e-3e4716yhgt61"}
    assert member.put(f"/v2/images/{image_id}/members/p2", body).status == 200


def test_sharing_turns_a_private_image_shared_and_back(wire: Wire, image_id: str) -> None:
    def shown() -> tuple[str, str]:
        image = wire.show(image_id)
        return image["visibility"], image["__imagetype"]

    assert shown() == ("private", "private")
    wire.share(image_id, "p2")
    wire.share(image_id, "p3")
    assert shown() == ("shared", "shared")
    wire.delete(f"/v2/images/{image_id}/members/p2")
    assert shown() == ("shared", "shared")
    wire.delete(f"/v2/images/{image_id}/members/p3")
    assert shown() == ("private", "private")


def test_owner_and_member_see_the_same_image(wire: Wire, image_id: str, member: Wire) -> None:
    wire.share(image_id, "p2")
    assert member.show(image_id) == wire.show(image_id)


def test_who_sees_which_members(
    wire: Wire, image_id: str, member: Wire, stranger: Wire
) -> None:
    path = f"/v2/images/{image_id}/members"
    wire.share(image_id, "p2")
    wire.share(image_id, "p4")

    def seen(by: Wire) -> list[str]:
        return [one["member_id"] for one in by.get(path).json["members"]]

    assert seen(wire) == ["p2", "p4"]
    assert seen(member) == ["p2"]
    assert member.get(f"{path}/p2").status == 200
    assert member.get(f"{path}/p4").refusal == (404, "IMG.0108")
    assert wire.get(f"{path}/p9").refusal == (404, "IMG.0108")
    assert stranger.get(path).refusal == (404, "IMG.0144")
    assert stranger.get(f"{path}/p2").refusal == (404, "IMG.0144")


def test_members_of_an_image_that_is_not_shared(wire: Wire, image_id: str) -> None:
    path = f"/v2/images/{image_id}/members"
    assert wire.get(path).json["members"] == []
    assert wire.get(f"{path}/p2").refusal == (404, "IMG.0108")


@pytest.mark.parametrize(("who", "method", "path", "body", "refusal"), [
    # the member may answer, and no more
    ("p2", "POST", "", {"member": "p4"}, (403, "IMG.0026")),
    ("p2", "DELETE", "/p2", None, (403, "IMG.0026")),
    ("p2", "PUT", "/p4", {"status": "accepted"}, (404, "IMG.0108")),
    # the owner may not answer for it
    ("owner", "PUT", "/p2", {"status": "accepted"}, (403, "IMG.0026")),
    ("owner", "PUT", "/p9", {"status": "accepted"}, (404, "IMG.0108")),
    ("owner", "DELETE", "/p9", None, (404, "IMG.0108")),
    # a reader of the owner's project only looks
    ("reader", "POST", "", {"member": "p4"}, (403, "IMG.0026")),
    ("reader", "DELETE", "/p2", None, (403, "IMG.0026")),
    # to a stranger there is nothing
    ("p3", "POST", "", {"member": "p3"}, (404, "IMG.0144")),
    ("p3", "PUT", "/p3", {"status": "accepted"}, (404, "IMG.0144")),
    ("p3", "PUT", "/p2", {"status": "accepted"}, (404, "IMG.0144")),
    ("p3", "DELETE", "/p2", None, (404, "IMG.0144")),
    # requests that say nothing
    ("owner", "POST", "", {"member": ""}, (400, "IMG.0041")),
    ("owner", "POST", "", {"member": None}, (400, "IMG.0041")),
    ("owner", "POST", "", {}, (400, "IMG.0041")),
    ("owner", "POST", "", {"member": ["p4"]}, (400, "IMG.0001")),
    ("owner", "POST", "", {"member": {"id": "p4"}}, (400, "IMG.0001")),
    ("owner", "POST", "", ["p4"], (400, "IMG.0001")),
    ("owner", "POST", "", b"", (400, "IMG.0007")),
    ("owner", "POST", "", b"{", (400, "IMG.0001")),
    ("p2", "PUT", "/p2", {"status": "maybe"}, (400, "IMG.0001")),
    ("p2", "PUT", "/p2", {"status": None}, (400, "IMG.0001")),
    ("p2", "PUT", "/p2", {"status": ["accepted"]}, (400, "IMG.0001")),
    ("p2", "PUT", "/p2", {}, (400, "IMG.0001")),
    ("p2", "PUT", "/p2", [], (400, "IMG.0001")),
    ("p2", "PUT", "/p2", b"", (400, "IMG.0007")),
    # what cannot be shared
    ("owner", "POST", "", {"member": "p2"}, (409, "IMG.0112")),
    ("owner", "POST", "", {"member": "b912fb4a4c464b568ecfca1071b21b10"}, (400, "IMG.0076")),
    ("admin", "POST", "", {"member": "b912fb4a4c464b568ecfca1071b21b10"}, (400, "IMG.0076")),
])
def test_what_is_refused(
    wire: Wire, fake_ims: FakeIMS, image_id: str, who: str, method: str, path: str, body: Any,
    refusal: tuple[int, str],
) -> None:
    wire.share(image_id, "p2")
    callers = {
        "owner": wire,
        "reader": wire.caller(fake_ims.tenant(fake_ims.project_id, roles=("reader",))),
        "admin": wire.caller(fake_ims.tenant("ops", roles=("admin",))),
    }
    caller = callers.get(who) or wire.caller(fake_ims.tenant(who))
    reply = caller.send(method, f"/v2/images/{image_id}/members{path}", body)
    assert reply.refusal == refusal
    assert fake_ims.images[image_id].members == {"p2": "pending"}


def test_an_admin_shares_for_others(wire: Wire, fake_ims: FakeIMS, image_id: str) -> None:
    admin = wire.caller(fake_ims.tenant("ops", roles=("admin",)))
    assert admin.share(image_id, "p2").status == 200
    assert admin.answer(image_id, "p2", "accepted").status == 200
    assert wire.caller(fake_ims.tenant("p2")).names() == ["a"]


@pytest.mark.parametrize(("method", "path", "body"), [
    ("POST", "", {"member": "p2"}), ("GET", "", None), ("GET", "/p2", None),
    ("PUT", "/p2", {"status": "accepted"}), ("DELETE", "/p2", None),
])
def test_an_image_that_is_not_there(wire: Wire, method: str, path: str, body: Any) -> None:
    reply = wire.send(method, f"/v2/images/{UNKNOWN}/members{path}", body)
    assert reply.refusal == (404, "IMG.0144")


def test_a_public_image_is_not_shared(wire: Wire, fake_ims: FakeIMS) -> None:
    image = fake_ims.images.add(visibility="public")
    assert wire.share(image.id, "p2").refusal == (403, "IMG.0089")


def test_a_public_image_has_no_members(
    wire: Wire, fake_ims: FakeIMS, image_id: str, member: Wire, stranger: Wire
) -> None:
    path = f"/v2/images/{image_id}/members"
    assert wire.get(path).json["members"] == []
    wire.share(image_id, "p2")
    fake_ims.images[image_id].set(visibility="public")
    for caller in (wire, member, stranger):
        assert caller.get(path).refusal == (403, "IMG.0047")
        # What the image is counts before who asks.
        assert caller.share(image_id, "p4").refusal == (403, "IMG.0089")


def test_an_image_that_is_made_private_keeps_its_members(
    wire: Wire, fake_ims: FakeIMS, image_id: str, member: Wire
) -> None:
    wire.share(image_id, "p2")
    admin = wire.caller(fake_ims.tenant("ops", roles=("admin",)))
    changed = admin.patch(image_id, {"op": "replace", "path": "/visibility", "value": "private"})
    assert changed.status == 200
    assert member.get(f"/v2/images/{image_id}").refusal == (404, "IMG.0144")
    for owner in (wire, admin):
        found = owner.get(f"/v2/images/{image_id}/members").json["members"]
        assert [(one["member_id"], one["status"]) for one in found] == [("p2", "pending")]
    assert wire.share(image_id, "p2").refusal == (409, "IMG.0112")


@pytest.mark.parametrize(("attributes", "limit"), [({}, 256), ({"__whole_image": "true"}, 10)])
def test_so_many_members_and_no_more(
    wire: Wire, fake_ims: FakeIMS, attributes: dict[str, str], limit: int
) -> None:
    members = [f"m{number}" for number in range(limit - 1)]
    image = fake_ims.images.add(members=members, **attributes)
    assert wire.share(image.id, "last").status == 200
    assert wire.share(image.id, "more").refusal == (413, "IMG.0088")
    assert len(wire.get(f"/v2/images/{image.id}/members").json["members"]) == limit
    wire.delete(f"/v2/images/{image.id}/members/m0")
    assert wire.share(image.id, "more").status == 200


def test_a_member_that_comes_again_has_to_accept_again(
    wire: Wire, image_id: str, member: Wire
) -> None:
    wire.share(image_id, "p2")
    member.answer(image_id, "p2", "accepted")
    wire.delete(f"/v2/images/{image_id}/members/p2")
    assert member.status(image_id) == "404"
    assert wire.share(image_id, "p2").json["status"] == "pending"
    assert member.names() == []
    member.answer(image_id, "p2", "accepted")
    assert member.names() == ["a"]


def test_across_tenants(wire: Wire, image_id: str, member: Wire, stranger: Wire) -> None:
    """404 for what one may not see, 403 for what one may see but not do."""
    wire.share(image_id, "p2")
    path = f"/v2/images/{image_id}"
    change = replace("/name", "mine")
    for by, expected in ((member, 403), (stranger, 404)):
        assert by.patch(image_id, change).status == expected
        assert by.delete(path).status == expected
        assert by.upload(image_id, b"x").status == expected
        assert by.put(f"{path}/tags/t").status == expected
        assert by.delete(f"{path}/tags/t").status == expected
        assert by.post(f"{path}/actions/deactivate").status == expected
        assert by.share(image_id, "p4").status == expected
    assert stranger.get(path).status == 404
    assert stranger.download(image_id).status == 404
    assert wire.show(image_id)["name"] == "a"
