"""Pages *Querying Image Details* and *Deleting an Image*."""

from __future__ import annotations

from typing import Any

import pytest
from wire import Wire

from fake_ims import FakeIMS

UNKNOWN = "11111111-2222-3333-4444-555555555555"


def test_a_public_image_has_the_fields_of_the_pages_example(
    wire: Wire, fake_ims: FakeIMS
) -> None:
    seeded = fake_ims.images.add(
        name="CentOS 7.3 64bit vivado", owner="1bed856811654c1cb661a6ca845ebc77",
        visibility="public", protected=True, min_disk=100, min_ram=2048, data=b"",
        **{"__os_version": "CentOS 7.3 64bit", "__lazyloading": "true"})
    shown = wire.show(seeded.id)
    assert shown == {
        "schema": "/v2/schemas/image",
        "min_disk": 100,
        "created_at": shown["created_at"],
        "__image_source_type": "uds",
        "container_format": "bare",
        "file": f"/v2/images/{seeded.id}/file",
        "updated_at": shown["updated_at"],
        "protected": True,
        "checksum": "d41d8cd98f00b204e9800998ecf8427e",
        "id": seeded.id,
        "__isregistered": "true",
        "min_ram": 2048,
        "__lazyloading": "true",
        "owner": "1bed856811654c1cb661a6ca845ebc77",
        "__os_type": "Linux",
        "__imagetype": "gold",
        "visibility": "public",
        "virtual_env_type": "FusionCompute",
        "tags": [],
        "__platform": "CentOS",
        "size": 0,
        "__os_bit": "64",
        "__os_version": "CentOS 7.3 64bit",
        "name": "CentOS 7.3 64bit vivado",
        "self": f"/v2/images/{seeded.id}",
        "disk_format": "zvhd2",
        "virtual_size": None,
        "status": "active",
        # of the page's table, not of its example:
        "__image_size": "0",
        "__root_origin": "file",
        "active_at": shown["active_at"],
    }


def test_what_a_test_gives_goes_before_what_is_derived(wire: Wire, fake_ims: FakeIMS) -> None:
    given = {"__os_type": "Other", "__platform": "EulerOS", "__image_size": "449261568",
             "__isregistered": "false", "__imagetype": "gold", "active_at": "2018-09-06T15:17:33Z",
             "virtual_env_type": "Ironic", "__originalimagename": ""}
    image = fake_ims.images.add(data=b"x", members=["p2"], **given)
    assert wire.show(image.id).items() >= given.items()


@pytest.mark.parametrize("status", ["queued", "saving", "active", "killed", "deactivated",
                                    "pending_delete"])
def test_every_status_is_shown(wire: Wire, fake_ims: FakeIMS, status: str) -> None:
    assert wire.show(fake_ims.images.add(status=status).id)["status"] == status


def test_an_older_format_is_shown(wire: Wire, fake_ims: FakeIMS) -> None:
    assert wire.show(fake_ims.images.add(disk_format="zvhd").id)["disk_format"] == "zvhd"


@pytest.mark.parametrize("image_id", [
    UNKNOWN, "1", "x" * 3000, "%00", "%E2%98%83", "..%2f..", "a%20b", "%22", "detail",
])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_id_that_is_not_there_is_404(wire: Wire, method: str, image_id: str) -> None:
    reply = wire.send(method, f"/v2/images/{image_id}")
    assert reply.status == 404
    assert reply.code in ("IMG.0144", "IMG.0017")


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_strangers_private_image_is_not_there(
    wire: Wire, fake_ims: FakeIMS, method: str
) -> None:
    image = fake_ims.images.add(owner="p2")
    assert wire.send(method, f"/v2/images/{image.id}").refusal == (404, "IMG.0144")
    assert image.status == "active"


def test_ids_are_case_sensitive(wire: Wire) -> None:
    wire.create(id="aaaaaaaa-2222-3333-4444-555555555555")
    assert wire.get("/v2/images/AAAAAAAA-2222-3333-4444-555555555555").status == 404


@pytest.mark.parametrize("body", [None, {"delete_backup": True}, {"delete_backup": False}, {}])
def test_delete(wire: Wire, body: Any) -> None:
    image_id = wire.create(name="a")["id"]
    reply = wire.delete(f"/v2/images/{image_id}", body)
    assert (reply.status, reply.body) == (204, b"")
    assert wire.get(f"/v2/images/{image_id}").refusal == (404, "IMG.0144")
    assert wire.delete(f"/v2/images/{image_id}").refusal == (404, "IMG.0144")
    assert wire.names() == []


@pytest.mark.parametrize("body", [
    {"delete_backup": "true"}, {"delete_backup": None}, {"delete_backup": 1}, [], b"{", b"1",
])
def test_a_body_of_delete_must_be_right(wire: Wire, body: Any) -> None:
    image_id = wire.create(name="a")["id"]
    assert wire.delete(f"/v2/images/{image_id}", body).refusal == (400, "IMG.0001")
    assert wire.status(image_id) == "queued"


@pytest.mark.parametrize("status", ["queued", "saving", "active", "killed", "deactivated"])
def test_an_image_of_any_status_can_be_deleted(
    wire: Wire, fake_ims: FakeIMS, status: str
) -> None:
    image = fake_ims.images.add(status=status)
    assert wire.delete(f"/v2/images/{image.id}").status == 204
    assert image.status == "deleted"


def test_a_protected_image_cannot_be_deleted(wire: Wire) -> None:
    image_id = wire.create(protected=True)["id"]
    assert wire.delete(f"/v2/images/{image_id}").refusal == (403, "IMG.0028")
    assert wire.status(image_id) == "queued"


@pytest.mark.parametrize(("attributes", "code"), [
    ({"visibility": "public"}, "IMG.0094"),
    ({"members": ["b912fb4a4c464b568ecfca1071b21b10"]}, "IMG.0092"),
])
def test_an_image_of_others_can_be_seen_but_not_deleted(
    wire: Wire, fake_ims: FakeIMS, attributes: dict[str, Any], code: str
) -> None:
    image = fake_ims.images.add(owner="p2", **attributes)
    assert wire.show(image.id)["owner"] == "p2"
    assert wire.delete(f"/v2/images/{image.id}").refusal == (403, code)


def test_a_shared_image_can_be_deleted(wire: Wire, fake_ims: FakeIMS) -> None:
    image = fake_ims.images.add(members={"p2": "accepted"})
    assert wire.delete(f"/v2/images/{image.id}").status == 204
    assert wire.caller(fake_ims.tenant("p2")).names() == []
