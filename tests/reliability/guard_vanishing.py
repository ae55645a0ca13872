"""Clients that go away at any byte of a request or a response.

``python tests/reliability vanishing [POSITIONS]``: for each kind of request, in both profiles, the
connection ends after each of its bytes (beyond POSITIONS of them, 500 by default, at a sample that
is the same in each run), by FIN and by RST, and at positions of the response. After each cut the
fake has to serve, the store has to be in one of the documented states, no descriptor may stay open
and nothing may be logged.

An upload that breaks off leaves its image ``killed`` (profile ``otc``) or ``queued`` (profile
``openstack``), see docs/decisions.md. Every other request has either happened or not.
"""

from __future__ import annotations

import json
import logging
import os
import random
import socket
import struct
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fake_ims import FakeIMS

PROFILES = ("otc", "openstack")
RAW = {"disk_format": "raw", "container_format": "bare"}
LARGE = 5 * 2**20
PATIENCE = 30.0  # real seconds until what does not settle has failed
RESET = struct.pack("ii", 1, 0)


@dataclass
class Case:
    """A kind of request.

    Attributes:
        name: what it is.
        make: prepares the store and returns the request.
        look: what the request may change.
        broken: what it leaves if its body breaks off; None: the same as before.
    """

    name: str
    make: Callable[[FakeIMS], bytes]
    look: Callable[[FakeIMS], Hashable]
    broken: Hashable = None


def message(fake: FakeIMS, method: str, path: str, body: bytes = b"",
            media_type: str = "application/json", **headers: str) -> bytes:
    """A request as bytes."""
    lines = {"Host": "x", "X-Auth-Token": fake.token}
    if body:
        lines["Content-Type"] = media_type
        if "Transfer_Encoding" not in headers:
            lines["Content-Length"] = str(len(body))
    lines.update((name.replace("_", "-"), value) for name, value in headers.items())
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body


def _queued(fake: FakeIMS) -> str:
    return str(fake.images.add(name="i", status="queued", **RAW).id)


def _upload(fake: FakeIMS) -> bytes:
    return message(fake, "PUT", f"/v2/images/{_queued(fake)}/file", b"0123456789" * 4,
                   "application/octet-stream")


def _chunked(fake: FakeIMS) -> bytes:
    return message(fake, "PUT", f"/v2/images/{_queued(fake)}/file",
                   b"a\r\n0123456789\r\n5\r\nabcde\r\n0\r\n\r\n", "application/octet-stream",
                   Transfer_Encoding="chunked")


def _expect(fake: FakeIMS) -> bytes:
    return message(fake, "PUT", f"/v2/images/{_queued(fake)}/file", b"0123456789",
                   "application/octet-stream", Expect="100-continue")


def _create(fake: FakeIMS) -> bytes:
    return message(fake, "POST", "/v2/images", json.dumps({"name": "new", "tags": ["a"]}).encode())


def _patch(fake: FakeIMS) -> bytes:
    changes = [{"op": "replace", "path": "/name", "value": "new"},
               {"op": "replace", "path": "/tags", "value": ["a", "b"]}]
    return message(fake, "PATCH", f"/v2/images/{_queued(fake)}", json.dumps(changes).encode(),
                   "application/openstack-images-v2.1-json-patch")


def _list(fake: FakeIMS) -> bytes:
    fake.images.add(name="i")
    return message(fake, "GET", "/v2/images?limit=20")


def _download(fake: FakeIMS) -> bytes:
    image = fake.images.add(name="large", data=b"x" * LARGE)
    return message(fake, "GET", f"/v2/images/{image.id}/file")


def _log_in(fake: FakeIMS) -> bytes:
    return message(fake, "POST", "/v3/auth/tokens", json.dumps({"auth": {
        "identity": {"methods": ["password"], "password": {"user": {
            "name": fake.username, "domain": {"id": fake.user_domain_id},
            "password": fake.password}}},
        "scope": {"project": {"id": fake.project_id}}}}).encode())


def _control(fake: FakeIMS) -> bytes:
    port = fake.url.rpartition(":")[2]
    return message(fake, "POST", "/_fake_ims/images", json.dumps({"name": "new"}).encode(),
                   Host=f"127.0.0.1:{port}")


def _images(fake: FakeIMS) -> Hashable:
    return tuple(sorted((image.name or "", image.status, image.size or 0, tuple(sorted(image.tags)))
                        for image in fake.images))


def cases(profile: str) -> list[Case]:
    """All kinds of requests."""
    broken = (("i", "killed" if profile == "otc" else "queued", 0, ()),)
    return [
        Case("upload", _upload, _images, broken), Case("chunked upload", _chunked, _images, broken),
        Case("upload with Expect", _expect, _images, broken), Case("create", _create, _images),
        Case("PATCH", _patch, _images), Case("list", _list, _images),
        Case("large download", _download, _images), Case("log-in", _log_in, _images),
        Case("control API", _control, _images),
    ]


class Watch:
    """The descriptors that were open at first, and what has been logged since."""

    def __init__(self, fake: FakeIMS) -> None:
        self._fake = fake
        self.logged: list[str] = []
        fake.images.clear()
        self._first = descriptors()

    def settled(self, more: int = 0) -> None:
        """Wait until no connection is left."""
        wait_for(lambda: descriptors() <= self._first + more,
                 lambda: f"{descriptors()} descriptors, at first {self._first}")


def descriptors() -> int:
    """How many are open in this process."""
    return len(os.listdir("/proc/self/fd"))


def wait_for(condition: Callable[[], bool], what: Callable[[], str]) -> None:
    """Wait until the loop of the fake has done something.

    Raises:
        AssertionError: it does not.
    """
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(what())
        time.sleep(0.0005)


@contextmanager
def logs(into: list[str]) -> Iterator[None]:
    """Gather what is logged as a warning or worse."""
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: into.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)


def cut(fake: FakeIMS, data: bytes, read: int, reset: bool) -> int:
    """Send data, read so many bytes of the response, go away; return how many were there."""
    got = 0
    with socket.create_connection(("127.0.0.1", int(fake.url.rpartition(":")[2])), 30) as sock:
        if data:
            sock.sendall(data)
        while got < read:
            part = sock.recv(min(read - got, 65536))
            if not part:
                break
            got += len(part)
        if reset:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    return got


def serves(fake: FakeIMS) -> bool:
    """Whether another client is answered."""
    with socket.create_connection(("127.0.0.1", int(fake.url.rpartition(":")[2])), 30) as sock:
        sock.sendall(message(fake, "GET", "/v2/images", Connection="close"))
        return b"".join(iter(lambda: sock.recv(65536), b"")).startswith(b"HTTP/1.1 200 ")


def sample(count: int, most: int, *always: int) -> list[int]:
    """All of ``range(count)``, or so many of them, and both ends and others always."""
    if count <= most:
        return list(range(count))
    chosen = random.Random(count).sample(range(1, count - 1), max(most - 2, 0))
    return sorted({0, count - 1, *chosen, *always})


def outcome(fake: FakeIMS, case: Case, watch: Watch, at: int, read: int, reset: bool) -> str:
    """Cut one request. Return what is wrong, or nothing."""
    fake.images.clear()
    before_made = case.look(fake)
    data = case.make(fake)
    before = case.look(fake)
    at = len(data) if at < 0 else at
    head = data.index(b"\r\n\r\n") + 4
    spool = int(case.name == "large download")
    got = cut(fake, data[:at], read, reset)
    watch.settled(spool)
    if not serves(fake):  # what has arrived is done before
        return f"{case.name} cut at {at} of {len(data)}: the fake does not serve any more"
    broken = before if case.broken is None else case.broken
    if at < head:
        allowed = {before}
    elif at < len(data):
        allowed = {broken, before} if reset else {broken}
    elif got:
        allowed = {whole(fake, case)}
    else:  # what a reset discards, the fake may never have read
        allowed = {whole(fake, case), broken, before} if reset else {whole(fake, case)}
    try:
        wait_for(lambda: case.look(fake) in allowed, lambda: f"{case.look(fake)}")
    except AssertionError as error:
        return f"{case.name} cut at {at} of {len(data)}, {read} read: {error}, not {allowed}"
    fake.images.clear()
    assert case.look(fake) == before_made
    if fake.requests and fake.requests.last.status >= 500:
        return f"{case.name} cut at {at}: {fake.requests.last}"
    watch.settled()
    return ""


def whole(fake: FakeIMS, case: Case) -> Hashable:
    """What the request leaves if nothing is cut: found once for each kind and profile."""
    key = fake.profile, case.name
    if key not in _WHOLE:
        with FakeIMS(profile=fake.profile) as other:
            data = case.make(other)
            cut(other, data, 1, False)
            if case.name == "upload with Expect":
                wait_for(lambda: case.look(other)[0][1] == "active",  # type: ignore[index]
                         lambda: str(case.look(other)))
            _WHOLE[key] = case.look(other)
    return _WHOLE[key]


_WHOLE: dict[tuple[str, str], Hashable] = {}


def play(profile: Any, positions: int, only: str = "") -> tuple[int, list[str]]:
    """Cut all kinds of requests. Return how many cuts there were, and what was wrong."""
    wrong: list[str] = []
    count = 0
    with logs(wrong), FakeIMS(profile=profile, keep_exchanges=100) as fake:
        for case in cases(profile):
            if only and case.name != only:
                continue
            whole(fake, case)
            data = case.make(fake)
            answer = _answer(fake, data)
            wait_for(lambda: serves(fake), lambda: "the fake does not serve")
            watch = Watch(fake)
            head = data.index(b"\r\n\r\n") + 4
            body = (head - 1, head, (head + len(data)) // 2, len(data) - 1)
            plan = [(at, 0) for at in sample(len(data) + 1, positions, *body)]
            plan += [(-1, read) for read in sample(answer, min(positions, 100))[1:]]
            for at, read in plan:
                for reset in (False, True):
                    try:
                        told = outcome(fake, case, watch, at, read, reset)
                    except AssertionError as error:
                        raise AssertionError(f"{case.name} cut at {at}, {read} read: {error}, "
                                             f"logged: {wrong}") from error
                    count += 1
                    if told:
                        wrong.append(f"{told} ({'RST' if reset else 'FIN'})")
            if not serves(fake):
                wrong.append(f"{case.name}: the fake does not serve any more")
            watch.settled()
    return count, wrong


def _answer(fake: FakeIMS, data: bytes) -> int:
    """The length of the whole response, on a connection that stays open."""
    end = data.index(b"\r\n") + 2
    data = data[:end] + b"Connection: close\r\n" + data[end:]
    with socket.create_connection(("127.0.0.1", int(fake.url.rpartition(":")[2])), 30) as sock:
        sock.sendall(data)
        got = b"".join(iter(lambda: sock.recv(65536), b""))
    return len(got.replace(b"Connection: close\r\n", b""))


def main(arguments: list[str]) -> bool:
    """The long run."""
    positions = int(arguments[0]) if arguments else 500
    ok = True
    for profile in PROFILES:
        started = time.monotonic()
        count, wrong = play(profile, positions)
        ok = ok and not wrong
        print(f"{profile}: {count:,} cuts of {len(cases(profile))} kinds of requests, "
              f"{len(wrong)} wrong, {time.monotonic() - started:.0f} s")
        for line in wrong[:20]:
            print(f"  {line[:500]}")
    return ok
