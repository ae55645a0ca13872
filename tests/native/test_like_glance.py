"""Orders and counts that a real Glance keeps, and what an image shows before its data is there."""

from __future__ import annotations

from typing import Any

import pytest
from wire import Wire

from fake_ims import FakeIMS, by_hand

GLANCE = pytest.mark.fake_ims(profile="openstack")
UNKNOWN = ("size", "virtual_size", "checksum", "os_hash_algo", "os_hash_value")


def replace(path: str, value: object, op: str = "replace") -> dict[str, Any]:
    return {"op": op, "path": path, "value": value}


@GLANCE
def test_equal_tags_count_as_often_as_they_are_sent(wire: Wire, fake_ims: FakeIMS) -> None:
    assert wire.post("/v2/images", {"tags": ["x"] * 129}).status == 413
    image = fake_ims.images.add(name="a")
    assert wire.patch(image.id, replace("/tags", ["x"] * 129)).status == 413
    assert wire.patch(image.id, replace("/tags", ["x"] * 128)).status == 200
    assert image.tags == ["x"]
    assert wire.create(tags=["y"] * 128)["tags"] == ["y"]


@GLANCE
def test_what_is_forbidden_is_told_before_what_cannot_be(wire: Wire, fake_ims: FakeIMS) -> None:
    image = fake_ims.images.add(name="a", disk_format="raw", container_format="bare")
    gone = {"op": "remove", "path": "/nothing"}
    for op in ("add", "replace"):
        assert wire.patch(image.id, replace("/owner", "blue", op), gone).status == 403
    assert wire.patch(image.id, gone, replace("/owner", "blue")).status == 409
    nobody = wire.caller(fake_ims.tenant(fake_ims.project_id, roles=("nothing",)))
    reply = nobody.patch(image.id, replace("/visibility", "community"))
    assert (reply.status, b"communitize_image" in reply.body) == (403, True)


@pytest.mark.parametrize("profile", [
    pytest.param(name, marks=pytest.mark.fake_ims(profile=name)) for name in ("openstack", "otc")])
def test_a_tag_that_is_there_is_put_again(wire: Wire, fake_ims: FakeIMS, profile: str) -> None:
    image = fake_ims.images.add(name="a", tags=["t"])
    before = image["updated_at"]
    fake_ims.clock.advance("5s")
    assert wire.put(f"/v2/images/{image.id}/tags/t").status == 204
    assert (image["updated_at"] != before, image.tags) == (True, ["t"])


@GLANCE
def test_nothing_of_the_data_is_known_before_it_is_stored(wire: Wire, fake_ims: FakeIMS) -> None:
    fake_ims.lifecycle.saving = by_hand
    image_id = wire.create(name="a", disk_format="raw", container_format="bare")["id"]
    assert wire.upload(image_id, b"data").status == 204
    shown = wire.show(image_id)
    assert shown["status"] == "saving"
    assert [shown[name] for name in UNKNOWN] == [None] * len(UNKNOWN)
    assert "stores" not in shown
    fake_ims.images[image_id].activate()
    shown = wire.show(image_id)
    assert (shown["size"], shown["stores"]) == (4, "file")
    assert None not in [shown[name] for name in UNKNOWN]


SIGNED = {"img_signature": "c2ln", "img_signature_hash_method": "SHA-256",
          "img_signature_key_type": "RSA-PSS",
          "img_signature_certificate_uuid": "20000000-0000-4000-8000-000000000001"}


@GLANCE
@pytest.mark.parametrize(("changed", "reason"), [
    ({}, "Unable to retrieve certificate with ID: 20000000-0000-4000-8000-000000000001."),
    ({"img_signature": "c2l"}, "not properly encoded using base64"),
    ({"img_signature_hash_method": "MD5"}, "Invalid signature hash method: MD5."),
    ({"img_signature_key_type": "RSA"}, "Invalid signature key type: RSA."),
])
def test_the_data_of_a_signed_image_are_refused(
    wire: Wire, changed: dict[str, str], reason: str
) -> None:
    properties = {**SIGNED, **changed}
    image_id = wire.create(disk_format="raw", container_format="bare", **properties)["id"]
    reply = wire.upload(image_id, b"data")
    assert (reply.status, reason.encode() in reply.body) == (400, True)
    shown = wire.show(image_id)
    assert (shown["status"], shown["size"], shown["checksum"]) == ("queued", None, None)
    wire.put(f"/v2/images/{image_id}/stage", b"data", {"Content-Type": "application/octet-stream"})
    wire.post(f"/v2/images/{image_id}/import", {"method": {"name": "glance-direct"}})
    assert wire.show(image_id)["status"] != "active"


@GLANCE
@pytest.mark.parametrize("missing", sorted(SIGNED))
def test_an_image_with_half_a_signature_is_an_ordinary_one(wire: Wire, missing: str) -> None:
    properties = {name: value for name, value in SIGNED.items() if name != missing}
    image_id = wire.create(disk_format="raw", container_format="bare", **properties)["id"]
    assert wire.upload(image_id, b"data").status == 204


def test_the_vendors_service_verifies_no_signature(wire: Wire) -> None:
    image_id = wire.create(**SIGNED)["id"]
    assert wire.upload(image_id, b"data").status == 204
