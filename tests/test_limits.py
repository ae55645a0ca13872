"""What the system limits (disk, descriptors): a documented error, told once; the rest goes on."""

from __future__ import annotations

import errno
import hashlib
import http.client
import json
import logging
import os
import socket
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import Any

import pytest
from wire import Wire

from fake_ims import FakeIMS
from fake_ims.domain.data import SPOOL_LIMIT
from fake_ims.domain.spool import Spool
from fake_ims.errors import FakeImsError
from fake_ims.server import memory

LARGE = bytes(range(256)) * (SPOOL_LIMIT // 256 + 1000)
RAW = {"disk_format": "raw", "container_format": "bare"}
FULL = Path("/dev/full")


def connection(fake: FakeIMS) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", int(fake.url.rpartition(":")[2]), timeout=20)


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts files in /proc/self/fd")
def test_large_images_share_one_descriptor(fake_ims: FakeIMS, wire: Wire) -> None:
    before = descriptors()
    images = [fake_ims.images.add(data=LARGE + bytes([number])) for number in range(20)]
    assert descriptors() <= before + 2
    for number, image in enumerate(images):
        data = wire.download(image.id).body
        assert (len(data), data[-1]) == (len(LARGE) + 1, number)
    for image in images[::2]:
        image.delete()
    again = [fake_ims.images.add(data=bytes([number]) + LARGE) for number in range(10)]
    for number, image in enumerate(again):  # pages that were given back are written anew
        assert wire.download(image.id).body[:2] == bytes([number, 0])
    for number, image in list(enumerate(images))[1::2]:
        assert wire.download(image.id).body[-1] == number
    fake_ims.images.clear()
    assert descriptors() <= before + 1


@pytest.mark.parametrize("gone", ["deleted", "uploaded again"])
@pytest.mark.parametrize("data", [LARGE * 4, LARGE[:SPOOL_LIMIT - 1]])
def test_a_download_that_has_begun_is_finished(
    fake_ims: FakeIMS, wire: Wire, data: bytes, gone: str
) -> None:
    image = fake_ims.images.add(data=data)
    asking = connection(fake_ims)
    asking.sock = socket.create_connection((asking.host, asking.port))
    asking.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    asking.request("GET", f"/v2/images/{image.id}/file", headers=fake_ims.headers)
    response = asking.getresponse()
    begun = response.read(1000)
    if gone == "deleted":
        image.delete()
    else:
        image.set(data=b"other")
    fake_ims.images.add(data=LARGE[::-1])  # would take the place of what was given back
    whole = begun + response.read()
    asking.close()
    assert hashlib.md5(whole).hexdigest() == response.headers["Content-MD5"]


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Temporary files cannot be written."""
    if not FULL.exists():
        pytest.skip("needs /dev/full")
    monkeypatch.setattr(tempfile, "TemporaryFile",
                        lambda *_, **__: FULL.open("wb", buffering=0))


@pytest.mark.parametrize("profile", ["otc", "openstack"])
def test_a_full_disk(
    full_disk: None, caplog: pytest.LogCaptureFixture, profile: Any
) -> None:
    with FakeIMS(profile=profile) as fake, caplog.at_level(logging.ERROR):
        wire = Wire(fake.url, fake.headers)
        for _ in range(3):
            created = wire.create(name="large", **RAW)
            reply = wire.upload(created["id"], LARGE)
            assert reply.status == 413
            assert "Image storage media is full" in reply.body.decode()
            left = "killed" if profile == "otc" else "queued"
            assert wire.status(created["id"]) == left
        with pytest.raises(FakeImsError, match="set TMPDIR to a folder with room"):
            fake.images.add(data=LARGE)
        small = wire.create(name="small", **RAW)
        wire.upload(small["id"], b"small")
        assert wire.download(small["id"]).body == b"small"
    assert len([one for one in caplog.records if "cannot be stored" in one.message]) == 1
    assert not any(one.exc_info for one in caplog.records)


def test_a_full_disk_changes_no_image(full_disk: None) -> None:
    with FakeIMS() as fake:
        with pytest.raises(FakeImsError, match="cannot be stored"):
            fake.images.add(name="large", data=LARGE)
        assert len(fake.images) == 0
        image = fake.images.add(name="small", data=b"small")
        with pytest.raises(FakeImsError, match="cannot be stored"):
            image.set(name="large", data=LARGE, members=["p2"])
        assert (image.name, image.data, image.members) == ("small", b"small", {})


def test_a_full_disk_ends_a_job(full_disk: None) -> None:
    with FakeIMS() as fake:
        fake.world.buckets["disks"].put("disk.qcow2", data=LARGE)
        wire = Wire(fake.url, fake.headers)
        reply = wire.post("/v2/cloudimages/action", {
            "name": "disk", "image_url": "disks:disk.qcow2", "min_disk": 40,
            "os_version": "CentOS 7.0 64bit"})
        assert reply.status == 200, reply.body
        job = fake.jobs[reply.json["job_id"]]
        assert (job.status, job.error_code) == ("FAIL", "IMG.0061")
        assert "cannot be stored" in str(job.fail_reason)


def test_a_folder_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "TemporaryFile", refused)
    with FakeIMS() as fake:
        wire = Wire(fake.url, fake.headers)
        created = wire.create(name="large", **RAW)
        assert wire.upload(created["id"], LARGE).status == 503


def test_no_folder_for_temporary_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when Python first looks for it while all descriptors are used up."""
    def refused(*_: object, **__: object) -> None:
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "TemporaryFile", refused)
    monkeypatch.setattr(tempfile, "gettempdir", refused)
    with FakeIMS() as fake:
        wire = Wire(fake.url, fake.headers)
        reply = wire.upload(wire.create(name="large", **RAW)["id"], LARGE)
        assert reply.status == 503
        assert b"No usable temporary directory" in reply.body


def test_a_disk_that_takes_the_beginnings_of_uploads(
    fake_ims: FakeIMS, wire: Wire, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is told of once, as long as no upload fits."""
    write, room = Spool._write, [0]

    def limited(self: Spool, page: int, start: int, data: bytes) -> None:
        if page >= room[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(self, page, start, data)

    monkeypatch.setattr(Spool, "_write", limited)
    for pages, statuses in ((2, [413] * 4), (9, [204]), (2, [413] * 2)):
        room[0] = pages
        for status in statuses:
            assert wire.upload(wire.create(name="large", **RAW)["id"], LARGE).status == status
        fake_ims.images.clear()
    # In development mode, asyncio warns of steps that take long.
    ours = [record.levelname for record in caplog.records if record.name != "asyncio"]
    assert ours == ["ERROR"] * 2


def test_memory_that_is_used_up(
    fake_ims: FakeIMS, wire: Wire, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(memory, "_told_until", float("-inf"))
    with monkeypatch.context() as limited:
        limited.setattr("fake_ims.api.call.parse_json", refused)
        for _ in range(3):
            assert wire.post("/v2/images", {"name": "a"}).refusal == (500, "IMG.0061")
    with monkeypatch.context() as limited:  # where aiohttp answers
        limited.setattr("fake_ims.server.pipeline.Draft", refused)
        request = b"GET /v2/images HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        assert wire.raw(request).startswith(b"HTTP/1.1 500 ")
    assert wire.create(name="a")
    [told] = caplog.records
    assert "no memory is left" in told.message
    assert told.exc_info is None


DESCRIPTORS = """
    import json, logging, resource, socket, sys
    from fake_ims import FakeIMS

    lines = []
    class Lines(logging.Handler):
        def emit(self, record):
            lines.append(record.getMessage())
    logging.getLogger().addHandler(Lines())
    fake = FakeIMS().start()
    address = ("127.0.0.1", int(fake.url.rpartition(":")[2]))
    request = ("GET /v2/images HTTP/1.1\\r\\nHost: x\\r\\n"
               f"X-Auth-Token: {fake.token}\\r\\n\\r\\n").encode()

    def ask(sock):
        sock.sendall(request)
        return sock.recv(1000)[:12]

    first = socket.create_connection(address)
    assert ask(first) == b"HTTP/1.1 200"
    # From now on this process can open a few more files, which clients in it use up.
    resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
    held = []
    try:
        while True:
            held.append(socket.create_connection(address))
    except OSError:
        pass
    for _ in range(50):
        assert ask(first) == b"HTTP/1.1 200"  # who is there already is served
    while held:
        held.pop().close()
    while True:  # and so is everybody when there are descriptors again
        with socket.create_connection(address) as late:
            late.settimeout(30)
            if ask(late) == b"HTTP/1.1 200":
                break
    fake.stop()
    print(json.dumps(lines))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="counts descriptors in /proc")
def test_descriptors_that_are_used_up() -> None:
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(DESCRIPTORS)],
                          capture_output=True, text=True, timeout=120, env=os.environ)
    assert done.returncode == 0, done.stderr[-2000:]
    lines = json.loads(done.stdout)
    assert len(lines) <= 1, lines[:3]
    assert all("accepts no connections" in line for line in lines)


LARGE_JSON = b'{"name": "' + b"x" * 12 * 2**20 + b'"}'
MANY_VALUES = b"[" + b"[]," * 400_000 + b"1]"
TAKE_JSON = ["POST /v2/images", "POST /v2/cloudimages/action", "POST /v3/auth/tokens",
             "PUT /v1/cloudimages/tags"]


@pytest.mark.parametrize("line", TAKE_JSON)
@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("fault", [{}, {"delay": 0, "moment": "middle"}, {"delay": 0}])
def test_a_body_that_is_too_large(
    fake_ims: FakeIMS, wire: Wire, line: str, chunked: bool, fault: dict[str, Any]
) -> None:
    if fault:
        fake_ims.faults.add(**fault)
    method, path = line.split()
    asking = connection(fake_ims)
    body = iter([LARGE_JSON[:1000], LARGE_JSON[1000:]]) if chunked else LARGE_JSON
    asking.request(method, path, body, encode_chunked=chunked,
                   headers={**fake_ims.headers, "Content-Type": "application/json",
                            **({"Transfer-Encoding": "chunked"} if chunked else {})})
    response = asking.getresponse()
    assert response.status == 413
    assert b"too large" in response.read().lower()
    asking.close()
    assert fake_ims.requests.last.status == 413
    assert wire.get("/v2/images").status == 200


@pytest.mark.parametrize("line", TAKE_JSON)
def test_a_body_of_too_many_values(wire: Wire, line: str) -> None:
    method, path = line.split()
    reply = wire.send(method, path, MANY_VALUES, {"Content-Type": "application/json"})
    assert reply.status == 413


def test_a_body_just_below_the_limit_is_read(wire: Wire) -> None:
    assert wire.post("/v2/images", {"name": "x" * (12 * 2**20 - 100)}).status == 400  # the name
