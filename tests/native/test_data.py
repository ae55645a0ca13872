"""Page *Uploading an Image*, and downloads, which the reference knows by the attribute ``file``."""

from __future__ import annotations

import gc
import hashlib
import random
import socket
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from waiting import until
from wire import OCTETS, Wire, replace

from fake_ims import FakeIMS

MIB = 2**20
DATA = bytes(range(256)) * 5
UNKNOWN = "11111111-2222-3333-4444-555555555555"


@pytest.fixture
def image_id(wire: Wire) -> str:
    """A queued image."""
    return str(wire.create(name="a")["id"])


def stream(total: int, piece: bytes) -> Iterator[bytes]:
    """So many bytes, a piece at a time."""
    while total > 0:
        yield piece[:total]
        total -= len(piece)


@pytest.mark.parametrize("data", [
    b"", b"\0", b"x", DATA, random.Random(1).randbytes(5 * MIB + 1),
], ids=len)
def test_what_goes_up_comes_down(wire: Wire, image_id: str, data: bytes) -> None:
    reply = wire.upload(image_id, data)
    assert (reply.status, reply.body) == (204, b"")
    md5 = hashlib.md5(data).hexdigest()
    shown = wire.show(image_id)
    assert shown.items() >= {
        "status": "active", "size": len(data), "__image_size": str(len(data)), "checksum": md5,
        "virtual_size": None, "__root_origin": "file", "active_at": shown["updated_at"],
    }.items()
    down = wire.download(image_id)
    assert (down.status, down.body) == (200, data)
    assert down.headers["Content-Length"] == str(len(data))
    assert down.headers["Content-Type"] == OCTETS
    assert down.headers["Content-MD5"] == md5


def test_a_chunked_upload(wire: Wire, image_id: str) -> None:
    reply = wire.send("PUT", f"/v2/images/{image_id}/file", iter([b"a", b"bc", b"d" * 100_000]),
                      {"Content-Type": OCTETS}, chunked=True)
    assert reply.status == 204
    assert wire.download(image_id).body == b"abc" + b"d" * 100_000


def test_an_upload_waits_for_its_leave(wire: Wire, image_id: str) -> None:
    assert wire.upload(image_id, DATA, Expect="100-continue").status == 204
    assert wire.download(image_id).body == DATA


def test_twenty_mebibytes_take_constant_memory(wire: Wire, image_id: str) -> None:
    piece = random.Random(2).randbytes(64 * 1024)
    total = 20 * MIB
    tracemalloc.start()
    try:
        upload = wire.send("PUT", f"/v2/images/{image_id}/file", stream(total, piece),
                           {"Content-Type": OCTETS, "Content-Length": str(total)})
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert upload.status == 204
    assert peak < 12 * MIB
    assert wire.download(image_id).body == b"".join(stream(total, piece))


def test_readers_do_not_disturb_each_other(wire: Wire, image_id: str) -> None:
    data = random.Random(3).randbytes(6 * MIB)
    wire.upload(image_id, data)
    bodies: list[bytes] = []
    readers = [threading.Thread(target=lambda: bodies.append(wire.download(image_id).body))
               for _ in range(4)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert [body == data for body in bodies] == [True] * 4


@pytest.mark.parametrize(("header", "start", "stop"), [
    ("bytes=0-0", 0, 1),
    ("bytes=0-9", 0, 10),
    ("bytes=10-19", 10, 20),
    ("bytes=1270-", 1270, 1280),
    ("bytes=-10", 1270, 1280),
    ("bytes=-5000", 0, 1280),
    ("bytes=0-5000", 0, 1280),
    ("bytes=0-", 0, 1280),
    ("Bytes = 5 - 6", 5, 7),
])
def test_a_range(wire: Wire, image_id: str, header: str, start: int, stop: int) -> None:
    wire.upload(image_id, DATA)
    reply = wire.download(image_id, Range=header)
    assert (reply.status, reply.body) == (206, DATA[start:stop])
    assert reply.headers["Content-Range"] == f"bytes {start}-{stop - 1}/1280"
    assert reply.headers["Content-Length"] == str(stop - start)


@pytest.mark.parametrize(("header", "status"), [
    ("bytes=1280-", 416), ("bytes=9-5", 416), ("bytes=", 416), ("bytes=a-b", 416),
    ("items=0-5", 416), ("bytes=0-1,5-6", 400), ("bytes=--5", 416), ("", 416),
    ("bytes=" + "9" * 5000 + "-", 416),
])
def test_a_range_that_cannot_be(
    wire: Wire, image_id: str, header: str, status: int
) -> None:
    wire.upload(image_id, DATA)
    assert wire.download(image_id, Range=header).refusal == (status, "IMG.0001")


def test_the_older_way_to_ask_for_a_range(wire: Wire, image_id: str) -> None:
    wire.upload(image_id, DATA)
    reply = wire.download(image_id, **{"Content-Range": "bytes 3-5/*"})
    assert (reply.status, reply.body) == (206, DATA[3:6])


@pytest.mark.parametrize("media_type", ["application/json", "text/plain", "", "octets",
                                        "multipart/form-data; boundary=x"])
def test_another_media_type_is_415(wire: Wire, image_id: str, media_type: str) -> None:
    reply = wire.put(f"/v2/images/{image_id}/file", DATA, {"Content-Type": media_type})
    assert reply.refusal == (415, "IMG.0001")
    assert wire.show(image_id)["status"] == "queued"


def test_no_media_type_is_415(wire: Wire, image_id: str) -> None:
    assert wire.put(f"/v2/images/{image_id}/file", DATA).status == 415


@pytest.mark.parametrize("status", ["saving", "active", "killed", "deactivated",
                                    "pending_delete"])
def test_only_a_queued_image_takes_data(wire: Wire, fake_ims: FakeIMS, status: str) -> None:
    image = fake_ims.images.add(status=status)
    assert wire.upload(image.id, DATA).refusal == (409, "IMG.0046")
    assert image.status == status


def test_twice_is_409(wire: Wire, image_id: str) -> None:
    assert wire.upload(image_id, DATA).status == 204
    assert wire.upload(image_id, b"other").refusal == (409, "IMG.0046")
    assert wire.download(image_id).body == DATA


def test_the_announced_size_must_be_true(wire: Wire, image_id: str) -> None:
    assert wire.upload(image_id, DATA, **{"x-openstack-image-size": "a"}).refusal == (
        400, "IMG.0001")
    assert wire.status(image_id) == "queued"
    assert wire.upload(image_id, DATA, **{"x-openstack-image-size": "5"}).refusal == (
        400, "IMG.0057")


@pytest.mark.parametrize("size", [128 * 2**30, 2**62])
def test_128_gibibytes_are_too_many(wire: Wire, image_id: str, size: int) -> None:
    reply = wire.upload(image_id, None, **{"Content-Length": str(size)})
    assert reply.refusal == (413, "IMG.0059")
    assert wire.status(image_id) == "queued"


def test_data_that_was_never_there(wire: Wire, image_id: str) -> None:
    reply = wire.download(image_id)
    assert (reply.status, reply.body) == (204, b"")
    assert wire.download(UNKNOWN).refusal == (404, "IMG.0144")
    assert wire.upload(UNKNOWN, DATA).refusal == (404, "IMG.0144")


def test_a_deactivated_image_keeps_its_data_to_itself(
    wire: Wire, fake_ims: FakeIMS, image_id: str
) -> None:
    wire.upload(image_id, DATA)
    assert wire.post(f"/v2/images/{image_id}/actions/deactivate").status == 204
    assert wire.status(image_id) == "deactivated"
    assert wire.download(image_id).refusal == (403, "IMG.0046")
    admin = wire.caller(fake_ims.tenant("ops", roles=("admin",)))
    assert admin.download(image_id).body == DATA
    assert wire.post(f"/v2/images/{image_id}/actions/reactivate").status == 204
    assert wire.download(image_id).body == DATA


def test_who_may_upload_and_download(wire: Wire, fake_ims: FakeIMS, image_id: str) -> None:
    member = wire.caller(fake_ims.tenant("p2"))
    reader = wire.caller(fake_ims.tenant(fake_ims.project_id, roles=("reader",)))
    assert member.upload(image_id, DATA).refusal == (404, "IMG.0144")
    assert reader.upload(image_id, DATA).refusal == (403, "IMG.0026")
    wire.upload(image_id, DATA)
    assert member.download(image_id).status == 404
    wire.share(image_id, "p2")
    assert member.download(image_id).body == DATA


@pytest.mark.parametrize("profile", [
    pytest.param("otc", marks=pytest.mark.fake_ims(profile="otc")),
    pytest.param("openstack", marks=pytest.mark.fake_ims(profile="openstack")),
])
def test_an_upload_that_the_client_breaks_off(
    wire: Wire, fake_ims: FakeIMS, profile: str
) -> None:
    image_id = wire.create(disk_format="raw", container_format="bare")["id"]
    wire.raw(f"PUT /v2/images/{image_id}/file HTTP/1.1\r\nHost: x\r\nContent-Type: {OCTETS}\r\n"
             f"X-Auth-Token: {wire.headers['X-Auth-Token']}\r\nContent-Length: 1000\r\n\r\nten "
             "bytes".encode(), wait=False)
    seen = until(fake_ims, lambda: fake_ims.requests.of("images.upload"))
    assert [exchange.status for exchange in seen] == [0]
    shown = wire.show(image_id)
    assert shown["status"] == {"otc": "killed", "openstack": "queued"}[profile]
    assert shown.get("size") is None
    assert fake_ims.images[image_id].data is None


def readings(fake: FakeIMS) -> list[int]:
    """How many readers the data of each image has."""
    return fake.peek(lambda service: [
        image.data._readings for image in service.store._images.values() if image.data is not None])


def test_a_download_that_the_client_breaks_off_frees_the_data(
    wire: Wire, fake_ims: FakeIMS
) -> None:
    # More than the buffers of both sockets hold, so the fake is sending when the client leaves.
    image = fake_ims.images.add(name="large", data=bytes(20_000_000))
    host, port = wire.host.split(":")
    gc.disable()  # or it would free what the fake forgets to free
    try:
        with socket.socket() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
            sock.connect((host, int(port)))
            sock.sendall(f"GET /v2/images/{image.id}/file HTTP/1.1\r\nHost: x\r\n"
                         f"X-Auth-Token: {wire.headers['X-Auth-Token']}\r\n\r\n".encode())
            assert sock.recv(1)
            assert readings(fake_ims) == [1]
        until(fake_ims, lambda: readings(fake_ims) == [0], turns=1000)
    finally:
        gc.enable()


@contextmanager
def uploading(wire: Wire, fake: FakeIMS, image_id: str) -> Iterator[Callable[[], bytes]]:
    """Half of an upload has arrived; what is given sends the other half and gives the answer."""
    host, port = wire.host.split(":")
    head = (f"PUT /v2/images/{image_id}/file HTTP/1.1\r\nHost: x\r\nContent-Type: {OCTETS}\r\n"
            f"X-Auth-Token: {wire.headers['X-Auth-Token']}\r\nContent-Length: 10\r\n"
            "Connection: close\r\n\r\n")
    with socket.create_connection((host, int(port)), timeout=30) as sock:
        sock.sendall(head.encode() + b"01234")
        until(fake, lambda: fake.images[image_id].status == "saving")

        def finish() -> bytes:
            sock.sendall(b"56789")
            return b"".join(iter(lambda: sock.recv(65536), b""))

        yield finish


def test_while_it_comes_up(wire: Wire, fake_ims: FakeIMS, image_id: str) -> None:
    with uploading(wire, fake_ims, image_id) as finish:
        assert wire.status(image_id) == "saving"
        assert wire.download(image_id).status == 204
        assert wire.upload(image_id, b"other").refusal == (409, "IMG.0046")
        assert wire.patch(image_id, replace("/name", "b")).status == 200
        assert finish().startswith(b"HTTP/1.1 204")
    assert wire.download(image_id).body == b"0123456789"
    assert wire.show(image_id)["name"] == "b"


def test_deleted_while_it_comes_up(wire: Wire, fake_ims: FakeIMS, image_id: str) -> None:
    with uploading(wire, fake_ims, image_id) as finish:
        assert wire.delete(f"/v2/images/{image_id}").status == 204
        assert finish().startswith(b"HTTP/1.1 410")
    assert wire.status(image_id) == "404"


def test_killed_while_it_comes_up(wire: Wire, fake_ims: FakeIMS, image_id: str) -> None:
    with uploading(wire, fake_ims, image_id) as finish:
        fake_ims.images[image_id].kill()
        assert finish().startswith(b"HTTP/1.1 410")
    assert wire.status(image_id) == "killed"
    assert fake_ims.images[image_id].data is None

