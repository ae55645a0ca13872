"""Images that a test adds and changes: what is refused, and what follows from what is given."""

from __future__ import annotations

from typing import Any

import pytest
from wire import Wire

from fake_ims import FakeIMS, UsageError

ID = "00000000-0000-4000-8000-000000000001"
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"status": "activ"}, "unknown status 'activ'; did you mean 'active'"),
    ({"status": "deleted"}, "unknown status 'deleted'; known: active, "),
    ({"status": "queued", "data": b"x"}, "an image in status 'queued' has no data; set another"),
    ({"status": "killed", "data": b"x"}, "an image in status 'killed' has no data; set another"),
    ({"data": "text"}, "data must be bytes, not str"),
    ({"min_disk": -1}, "Invalid value '-1' for parameter 'min_disk'"),
    ({"min_ram": 2**31}, "'min_ram' value out of range"),
    ({"name": 5}, "5 is not of type 'string' (attribute 'name')"),
    ({"visibility": "secret"}, "'secret' is not one of ['public', 'private', 'shared'] "
     "(attribute 'visibility')"),
    ({"checksum": "x"}, "'checksum' cannot be set: it follows from the data and the lifecycle; "
     "settable: "),
    ({"members": "p2"}, "members must be a dict of project id to status, or a list of ids"),
    ({"members": ["p2", 5]}, "members: 5 is not the id of a project"),
    ({"members": {"p2": "accept"}}, "unknown member status 'accept'; did you mean 'accepted'"),
    ({"properties": 5}, "properties must be a mapping of names to strings, not 5"),
    ({"properties": {"name": "x"}}, "'name' is an attribute, not a property; write name=…"),
    ({"properties": {"a": 5}}, "property 'a' must be a string, not 5"),
    ({"visiblity": "x"}, "unknown attribute 'visiblity'; did you mean 'visibility'?"),
    ({"created_at": "soon"}, "created_at"), ({"updated_at": "soon"}, "updated_at"),
    ({"name": "\udcff"}, "name: "), ({"properties": {"a": "\udcff"}}, "properties"),
    ({"members": {"\udcff": "pending"}}, "members"),
]


@pytest.mark.parametrize(("given", "words"), REFUSED)
def test_what_cannot_be_added(fake_ims: FakeIMS, given: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError) as refused:
        fake_ims.images.add(**given)
    assert str(refused.value).startswith(words)
    assert "\n" not in str(refused.value)
    assert len(fake_ims.images) == 0


@pytest.mark.parametrize(("given", "words"), [
    row for row in REFUSED if not row[0].keys() & {"created_at", "updated_at"}
    and row[0] != {"data": "text"}])
def test_what_cannot_be_changed(fake_ims: FakeIMS, given: dict[str, Any], words: str) -> None:
    image = fake_ims.images.add(name="i", status="queued")
    before = image.attributes
    with pytest.raises(UsageError) as refused:
        image.set(**given)
    assert str(refused.value).startswith(words)
    assert image.attributes == before


def test_an_id_is_used_once(fake_ims: FakeIMS) -> None:
    image = fake_ims.images.add(id=ID)
    with pytest.raises(UsageError, match=f"image {ID} already exists or existed"):
        fake_ims.images.add(id=ID)
    image.delete()
    with pytest.raises(UsageError, match=f"image {ID} already exists or existed"):
        fake_ims.images.add(id=ID)
    with pytest.raises(UsageError, match=r"^'x' does not match .* \(attribute 'id'\)$"):
        fake_ims.images.add(id="x")


def test_properties_may_have_the_names_of_arguments(fake_ims: FakeIMS) -> None:
    image = fake_ims.images.add(name="i", properties={"data": "d", "members": "m"}, other="o")
    assert (image["data"], image["members"], image["other"]) == ("d", "m", "o")
    image.set(properties={"data": "e"})
    assert (image["data"], image["members"]) == ("e", "m")


@pytest.mark.parametrize(("status", "active_at"), [("active", True), ("queued", False)])
def test_only_an_active_image_has_the_time_of_that(
    fake_ims: FakeIMS, status: str, active_at: bool
) -> None:
    image = fake_ims.images.add(status=status, name="i")
    assert ("active_at" in image.attributes) is active_at


def test_members_are_replaced_as_a_whole(fake_ims: FakeIMS, wire: Wire) -> None:
    image = fake_ims.images.add(name="i", members=["p3", "p2"])

    def members() -> list[str]:
        found = wire.get(f"/v2/images/{image.id}/members").json["members"]
        return [one["member_id"] for one in found]

    assert members() == ["p3", "p2"]
    image.set(members={"p2": "accepted", "p3": "pending", "p1": "rejected"})
    assert members() == ["p2", "p3", "p1"]
    image.set(members=["p3"])
    assert members() == ["p3"]
    assert wire.caller(fake_ims.tenant("p2")).get(f"/v2/images/{image.id}").status == 404


@pytest.mark.fake_ims(profile="openstack")
def test_staged_data_goes_with_the_status(fake_ims: FakeIMS, wire: Wire) -> None:
    image = wire.create(name="i", disk_format="raw", container_format="bare")["id"]
    wire.put(f"/v2/images/{image}/stage", b"abc", {"Content-Type": "application/octet-stream"})
    record = fake_ims._service.store.get(image)
    assert record is not None
    fake_ims.images[image].set(name="j")
    assert record.staged is not None
    fake_ims.images[image].set(status="queued")
    assert record.staged is None
