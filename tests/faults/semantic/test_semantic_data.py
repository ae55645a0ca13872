"""Uploads that die, are killed or take their time; downloads that are wrong; slow deletes."""

from __future__ import annotations

import contextlib
import hashlib
from http.client import HTTPException

import pytest
from sockets import RESET, Client
from waiting import until
from wire import Wire

from fake_ims import FakeIMS, by_hand
from fake_ims.faults import Faults

DATA = bytes(range(256)) * 1000


def new(wire: Wire) -> str:
    return str(wire.create(disk_format="raw", container_format="bare")["id"])


def broken(wire: Wire, image_id: str, data: object, **how: bool) -> None:
    """Upload, and see no answer; a client that still sends may see the cut first."""
    with pytest.raises((HTTPException, ConnectionError)):
        wire.send("PUT", f"/v2/images/{image_id}/file", data,
                  {"Content-Type": "application/octet-stream"}, **how)


@pytest.mark.parametrize("profile", [
    pytest.param(name, marks=pytest.mark.fake_ims(profile=name)) for name in ("otc", "openstack")])
@pytest.mark.parametrize("leaves", [None, "saving", "killed", "queued"])
def test_an_upload_dies(
    fake_ims: FakeIMS, wire: Wire, faults: Faults, leaves: str | None, profile: str
) -> None:
    image = new(wire)
    fault = faults.add("images.upload", dies_at=1000, leaves=leaves)  # type: ignore[arg-type]
    broken(wire, image, DATA)
    leaves = leaves or "saving"
    assert str(fault) == ("images.upload resets the connection after 1000 bytes and leaves the "
                          f"image {leaves}")
    assert fake_ims.requests.last.status == 0
    assert fake_ims.requests.last.faults == (str(fault),)
    assert wire.status(image) == leaves
    fake_ims.clock.advance("1d")
    assert wire.status(image) == leaves
    assert fake_ims.images[image].data is None
    fault.remove()
    assert wire.upload(image, DATA).status == (204 if leaves == "queued" else 409)
    assert wire.delete(f"/v2/images/{image}").status == 204


@pytest.mark.parametrize("size", [0, 1, 999])
def test_an_upload_dies_at_its_byte_whatever_the_chunks(
    wire: Wire, faults: Faults, size: int
) -> None:
    image = new(wire)
    faults.add("images.upload", dies_at=size, leaves="queued")
    broken(wire, image, iter([b"a" * 500, b"b" * 500]), chunked=True)
    assert wire.status(image) == "queued"


def test_even_an_empty_upload_dies_at_once(wire: Wire, faults: Faults) -> None:
    image = new(wire)
    faults.add("images.upload", dies_at=0)
    broken(wire, image, iter(()), chunked=True)
    assert wire.status(image) == "saving"


def test_a_fault_of_another_kind_leaves_a_broken_upload_to_the_service(
    fake_ims: FakeIMS, wire: Wire, faults: Faults
) -> None:
    image = new(wire)
    fault = faults.add("images.upload", saving="1h")
    with Client(fake_ims) as client:
        client.send(f"PUT /v2/images/{image}/file", b"x" * 500, 1000,
                    "Content-Type: application/octet-stream")
        until(fake_ims, lambda: fault.hits)
    until(fake_ims, lambda: fake_ims.images[image].status == "killed")


def test_an_image_that_goes_away_before_its_upload_dies_stays_away(
    fake_ims: FakeIMS, wire: Wire, faults: Faults
) -> None:
    image = new(wire)
    fault = faults.add("images.upload", dies_at=600, leaves="queued")
    with Client(fake_ims) as client:
        client.send(f"PUT /v2/images/{image}/file", b"x" * 500, 1000,
                    "Content-Type: application/octet-stream")
        until(fake_ims, lambda: fault.hits and wire.status(image) == "saving")
        wire.delete(f"/v2/images/{image}")
        client.sock.sendall(b"x" * 500)
        assert client.rest() == RESET
    assert wire.status(image) == "404"
    assert wire.names() == []


def test_a_smaller_upload_ends_well(wire: Wire, faults: Faults) -> None:
    image = new(wire)
    faults.add("images.upload", dies_at=1000)
    assert wire.upload(image, b"x" * 999).status == 204
    assert wire.download(image).body == b"x" * 999
    other = new(wire)
    broken(wire, other, b"x" * 1000)
    assert wire.status(other) == "saving"


def test_a_download_is_corrupt_under_the_right_checksum(
    fake_ims: FakeIMS, wire: Wire, faults: Faults
) -> None:
    image = fake_ims.images.add(data=DATA)
    fault = faults.add("images.download", corrupt=True, times=1)
    answer = wire.download(image.id)
    assert answer.status == 200
    assert answer.headers["Content-Length"] == str(len(DATA))
    assert answer.headers["Content-MD5"] == hashlib.md5(DATA).hexdigest()
    wrong = [place for place, byte in enumerate(answer.body) if byte != DATA[place]]
    assert wrong == [len(DATA) // 2]
    assert str(fault) == "images.download sends a wrong byte with the right checksum, once"
    assert fake_ims.requests.last.response_size == len(DATA)
    assert wire.download(image.id).body == DATA


def test_a_download_is_short_and_says_so(fake_ims: FakeIMS, wire: Wire, faults: Faults) -> None:
    image = fake_ims.images.add(data=DATA)
    faults.add("images.download", short=10)
    answer = wire.download(image.id)
    assert (answer.body, answer.headers["Content-Length"]) == (DATA[:-10], str(len(DATA) - 10))
    assert answer.headers["Content-MD5"] == hashlib.md5(DATA).hexdigest()
    part = wire.download(image.id, Range="bytes=0-99")
    assert (part.status, part.body) == (206, DATA[:90])
    assert fake_ims.requests.last.response_body == DATA[:90]
    faults.add("images.download", corrupt=True, short=100_000_000)
    assert wire.download(image.id).body == b""


def test_a_corrupt_part_and_an_image_without_bytes(
    fake_ims: FakeIMS, wire: Wire, faults: Faults
) -> None:
    faults.add("images.download", corrupt=True)
    image = fake_ims.images.add(data=b"abcd")
    assert wire.download(image.id, Range="bytes=1-1").body == bytes([ord("b") ^ 0xFF])
    assert wire.download(image.id).body == b"ab" + bytes([ord("c") ^ 0xFF]) + b"d"
    empty = fake_ims.images.add(status="queued")
    assert wire.download(empty.id).status == 204


def test_an_upload_takes_a_minute(fake_ims: FakeIMS, wire: Wire, faults: Faults) -> None:
    slow, fast = new(wire), new(wire)
    fault = faults.add("images.upload", saving="1h", times=1)
    wire.upload(slow, DATA)
    wire.upload(fast, DATA)
    assert str(fault) == "images.upload keeps the image saving (3600s), once"
    assert [wire.status(slow), wire.status(fast)] == ["saving", "active"]
    fault.remove()
    assert wire.status(slow) == "saving"
    fake_ims.clock.advance("1h")
    assert wire.status(slow) == "active"


@pytest.mark.parametrize("due", [by_hand, "by hand"])
def test_an_upload_waits_for_the_test(
    fake_ims: FakeIMS, wire: Wire, faults: Faults, due: object
) -> None:
    image = new(wire)
    faults.add("images.upload", saving=due)  # type: ignore[arg-type]
    wire.upload(image, DATA)
    fake_ims.clock.advance("1d")
    assert wire.status(image) == "saving"
    fake_ims.images[image].activate()
    assert wire.status(image) == "active"


def test_an_upload_is_killed_after_its_answer(
    fake_ims: FakeIMS, wire: Wire, faults: Faults
) -> None:
    image = new(wire)
    fault = faults.add("images.upload", kill="disk full", saving="polls(2)")
    assert wire.upload(image, DATA).status == 204
    assert [wire.status(image), wire.status(image)] == ["saving", "killed"]
    assert fake_ims.images[image].kill_reason == "disk full"
    assert str(fault) == ("images.upload keeps the image saving (polls(2)), and kills the image "
                          "at the end: disk full")
    assert (fake_ims.lifecycle.saving, fake_ims.lifecycle.why_killed(None)) == (
        type(fake_ims)().lifecycle.saving, None)


def test_a_kill_that_the_lifecycle_orders_counts_all_the_same(
    fake_ims: FakeIMS, wire: Wire, faults: Faults
) -> None:
    fake_ims.lifecycle.kill_nth(1, "ordered")
    first, second = new(wire), new(wire)
    faults.add("images.upload", kill="disk full", times=1)
    wire.upload(first, DATA)
    wire.upload(second, DATA)
    assert (fake_ims.images[first].kill_reason, wire.status(second)) == ("disk full", "active")


@pytest.mark.fake_ims(profile="openstack")
def test_an_import_that_is_killed_fails(fake_ims: FakeIMS, wire: Wire, faults: Faults) -> None:
    image = new(wire)
    faults.add("images.import", kill="disk full")
    wire.put(f"/v2/images/{image}/stage", DATA, {"Content-Type": "application/octet-stream"})
    assert wire.post(f"/v2/images/{image}/import",
                     {"method": {"name": "glance-direct"}}).status == 202
    # A real Glance leaves a staged image like this, whatever the failure.
    assert (wire.status(image), fake_ims.images[image]["os_glance_failed_import"]) == (
        "importing", "file")


@pytest.mark.fake_ims(profile="openstack")
@pytest.mark.parametrize("settings", [{"saving": "30s"}, {"kill": "disk full"}])
def test_a_fault_that_changed_nothing_has_not_fired(
    fake_ims: FakeIMS, wire: Wire, faults: Faults, settings: dict[str, str]
) -> None:
    fake_ims.world.urls["https://example.org/a.img"] = DATA
    image, method = new(wire), {"name": "web-download", "uri": "https://example.org/a.img"}
    fault = faults.add("images.import", times=1, **settings)
    assert wire.post(f"/v2/images/{image}/import", {"method": {"name": "nonsense"}}).status == 400
    assert (fault.hits, fault.active, fake_ims.requests.last.faults) == (0, True, ())
    assert faults.unused() == [fault]
    assert wire.post(f"/v2/images/{image}/import", {"method": method}).status == 202
    assert (fault.hits, fault.active, len(fake_ims.requests.last.faults)) == (1, False, 1)
    assert wire.status(image) == ("importing" if "saving" in settings else "queued")


@pytest.mark.fake_ims(profile="openstack")
def test_a_fault_with_another_effect_has_fired(
    fake_ims: FakeIMS, wire: Wire, faults: Faults
) -> None:
    fault = faults.add("images.import", saving="30s", delay=0.001)
    wire.post(f"/v2/images/{new(wire)}/import", {})
    assert fault.hits == 1


@pytest.mark.parametrize("version", ["v2", "v1.1"])
def test_a_delete_takes_a_minute(
    fake_ims: FakeIMS, wire: Wire, faults: Faults, version: str
) -> None:
    slow, fast = fake_ims.images.add(), fake_ims.images.add()
    fault = faults.add(deleting="1h", image=slow.id)
    for image in (slow, fast):
        assert wire.delete(f"/{version}/images/{image.id}").status == 204
    assert [wire.status(slow.id), wire.status(fast.id)] == ["pending_delete", "404"]
    assert "keeps the image pending_delete (3600s)" in str(fault)
    fake_ims.clock.advance("1h")
    assert wire.status(slow.id) == "404"


def test_uploads_that_die_leave_nothing_behind(wire: Wire, faults: Faults) -> None:
    faults.add("images.upload", dies_at=5 * 1024 * 1024)
    image = new(wire)
    with contextlib.suppress(HTTPException, ConnectionError):
        wire.upload(image, b"x" * (6 * 1024 * 1024))
    assert wire.status(image) == "saving"
