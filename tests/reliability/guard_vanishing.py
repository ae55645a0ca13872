"""Clients that go away at any byte: is a request done as a whole or not at all?

``python tests/reliability vanishing [--profile P] [--request NAME [--byte N]] [--samples K]``: a
client sends the first N bytes of a request, for each N, and leaves: with FIN (a closed socket), or
with RST (a socket that lingers for no time). Another one sends all bytes and leaves before it reads
the response, or after some bytes of it. N counts the bytes of both: those after the request are of
the response. If a request is refused as soon as its head has arrived, a client that has sent only a
part of the body reads a byte of the response before it leaves. ``--samples K`` takes K positions
of each request instead of all.

After each departure the fake must have

* served a client that came later,
* ended the request: its socket is closed, and no asyncio task or thread is left. That takes a
  few turns of the loop, so that nothing waits for a timer,
* done all of the request or nothing. What of it has arrived says which is possible: a request that
  lacks a byte does nothing. An upload may also have been broken off: then its image has no data,
  is ``killed`` (profile ``otc``) or ``queued`` (``openstack``), and a queued one takes new data,
* kept the invariants of the store,
* logged nothing at WARNING or above, and told the loop's exception handler nothing.

After the reset that follows, the number of open descriptors is the one of the reset before.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import logging
import os
import socket
import struct
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple

from invariants import broken

from fake_ims import FakeIMS

sys.path.append(str(Path(__file__).parents[1]))  # as pytest does
from waiting import until

PROFILES = ("otc", "openstack")
WAYS = ("FIN", "RST")
OCTETS = "application/octet-stream"
PATCH = "application/openstack-images-v2.1-json-patch"
RAW: dict[str, Any] = {"disk_format": "raw", "container_format": "bare"}
SMALL = b"a few bytes of an image, " * 8
LARGE = b"6 megabyte" * 600_000  # more than the fake keeps in memory, and than sockets hold
MANY = 8192  # a longer request or response is sampled in the long run, too
TURNS = 2000  # of the loop, in which a request ends; a timer of a second takes many times as many
_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: close with RST

State = tuple[object, ...]


class Request(NamedTuple):
    """A request, and what it may leave behind.

    Attributes:
        name: its name in reports.
        build: prepares the fake, and returns the bytes to send.
        changes: whether the whole request changes the state.
        uploads: whether it sends the data of an image, so that it can be broken off.
        profiles: those that have the operation.
        refused: whether the fake refuses it when its head has arrived.
        endless: whether it announces a body that nobody can send.
    """

    name: str
    build: Callable[[FakeIMS], bytes]
    changes: bool = True
    uploads: bool = False
    profiles: tuple[str, ...] = PROFILES
    refused: bool = False
    endless: bool = False


_NOBODY = "X-Auth-Token:"
_TOO_LONG = f"Content-Length: {2**50}"


def _bytes(fake: FakeIMS, method: str, path: str, body: object = None, *more: str,
           media_type: str = "application/json") -> bytes:
    content = body if isinstance(body, bytes) else b"" if body is None else (
        json.dumps(body).encode())
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *more,
             *(() if _NOBODY in more else (f"X-Auth-Token: {fake.token}",))]
    if body is not None:
        lines.append(f"Content-Type: {media_type}")
        if not set(more) & {"Transfer-Encoding: chunked", _TOO_LONG}:
            lines.append(f"Content-Length: {len(content)}")
    return "\r\n".join([*lines, "", ""]).encode() + content


def _create(fake: FakeIMS) -> bytes:
    return _bytes(fake, "POST", "/v2/images", {"name": "made", "tags": ["one", "two"], **RAW})


def _patch(fake: FakeIMS) -> bytes:
    image = fake.images.add(name="old", data=SMALL)
    return _bytes(fake, "PATCH", f"/v2/images/{image.id}", [
        {"op": "replace", "path": "/name", "value": "new"},
        {"op": "replace", "path": "/tags", "value": ["one", "two"]},
        {"op": "replace", "path": "/min_disk", "value": 40}], media_type=PATCH)


def _file(fake: FakeIMS, body: bytes, *more: str) -> bytes:
    image = fake.images.add(name="empty", status="queued", **RAW)
    return _bytes(fake, "PUT", f"/v2/images/{image.id}/file", body, *more, media_type=OCTETS)


def _chunked(fake: FakeIMS) -> bytes:
    parts = [SMALL[at:at + 50] for at in range(0, len(SMALL), 50)]
    body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
    return _file(fake, body, "Transfer-Encoding: chunked")


def _list(fake: FakeIMS) -> bytes:
    for number in range(3):
        fake.images.add(name=f"listed{number}", data=SMALL)
    return _bytes(fake, "GET", "/v2/images?limit=2")


def _download(fake: FakeIMS) -> bytes:
    image = fake.images.add(name="large", data=LARGE)
    return _bytes(fake, "GET", f"/v2/images/{image.id}/file")


def _action(fake: FakeIMS) -> bytes:
    fake.world.buckets["disks"].put("disk.qcow2", data=b"disk")
    return _bytes(fake, "POST", "/v2/cloudimages/action", {
        "name": "imported", "image_url": "disks:disk.qcow2", "min_disk": 40,
        "os_version": "CentOS 7.0 64bit"})


def _log_in(fake: FakeIMS) -> bytes:
    fake.identity.add_user("ann", password="secret", project=fake.project_id)
    return _bytes(fake, "POST", "/v3/auth/tokens", {"auth": {
        "identity": {"methods": ["password"], "password": {"user": {
            "name": "ann", "domain": {"id": fake.user_domain_id}, "password": "secret"}}},
        "scope": {"project": {"id": fake.project_id}}}})


def _control(fake: FakeIMS) -> bytes:
    return _bytes(fake, "POST", "/_fake_ims/images", {"name": "seeded", "data": {"zeros": 1024}})


def _refused(
    *more: str, status: str = "active", body: bytes = SMALL, **attributes: Any
) -> Callable[[FakeIMS], bytes]:
    """An upload to an image that cannot have it."""
    def build(fake: FakeIMS) -> bytes:
        image = fake.images.add(name="there", status=status, **RAW, **attributes)
        return _bytes(fake, "PUT", f"/v2/images/{image.id}/file", body, *more, media_type=OCTETS)

    return build


def _refusal(name: str, build: Callable[[FakeIMS], bytes], **more: Any) -> Request:
    return Request(name, build, changes=False, refused=True, **more)


REQUESTS = {request.name: request for request in (
    Request("create", _create),
    Request("patch", _patch),
    Request("upload", lambda fake: _file(fake, SMALL), uploads=True),
    Request("upload-chunked", _chunked, uploads=True),
    Request("upload-expect", lambda fake: _file(fake, SMALL, "Expect: 100-continue"),
            uploads=True),
    Request("upload-large", lambda fake: _file(fake, LARGE), uploads=True),
    Request("list", _list, changes=False),
    Request("download", _download, changes=False),
    Request("action", _action, profiles=("otc",)),
    Request("log-in", _log_in, changes=False),
    Request("control", _control),
    _refusal("refused-401", _refused(_NOBODY)),
    _refusal("refused-403", _refused(status="queued", visibility="public", owner="p9")),
    _refusal("refused-404", lambda fake: _bytes(fake, "PUT", "/v2/images/unknown/file", SMALL,
                                                media_type=OCTETS)),
    _refusal("refused-409", _refused()),
    _refusal("refused-409-large", _refused(body=LARGE)),
    _refusal("refused-409-expect", _refused("Expect: 100-continue")),
    _refusal("refused-413", _refused(_TOO_LONG, status="queued"), endless=True),
    _refusal("refused-417", _refused("Expect: miracles")),
    _refusal("refused-control", lambda fake: _bytes(fake, "POST", "/_fake_ims/images", SMALL,
                                                    media_type=OCTETS)),
)}


def state(fake: FakeIMS) -> State:
    """What a request can change, without what differs between two runs."""
    images = fake.peek(lambda service: [
        (image.name, image.status, image.size, image.checksum, image.data is not None,
         tuple(image.tags), image.min_disk) for image in service.store._images.values()])
    return (*sorted(images, key=str), ("jobs", len(fake.jobs)))


def _broken_off(fake: FakeIMS) -> State:
    status = "killed" if fake.profile == "otc" else "queued"
    return (("empty", status, None, None, False, (), 0), ("jobs", 0))


class Watch(logging.Handler):
    """What is logged or given to the exception handler of the fake's loop, and what is open."""

    def __init__(self, fake: FakeIMS) -> None:
        super().__init__(logging.WARNING)
        thread = fake._bridge._thread
        assert thread is not None
        self.loop = thread._loop
        self._told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        self._told.append(f"{record.name} logged: {record.getMessage()} {error!r}")

    def handle_loop(self, loop: object, context: dict[str, Any]) -> None:
        """The loop's exception handler."""
        self._told.append(f"the loop's exception handler got {context}")

    def told(self) -> list[str]:
        """Return what it has got since the last call."""
        found, self._told = self._told, []
        return found

    def running(self) -> tuple[int, int, int]:
        """Return the numbers of unfinished tasks of the loop, threads, and open sockets."""
        return len(asyncio.all_tasks(self.loop)), threading.active_count(), _sockets()


@contextmanager
def watched(fake: FakeIMS) -> Iterator[Watch]:
    """Watch a fake that runs in its own thread."""
    watch, root = Watch(fake), logging.getLogger()
    root.addHandler(watch)
    watch.loop.set_exception_handler(watch.handle_loop)
    try:
        yield watch
    finally:
        watch.loop.set_exception_handler(None)
        root.removeHandler(watch)


def _descriptors() -> dict[str, str]:
    found = {}
    for name in os.listdir("/proc/self/fd"):
        try:
            found[name] = os.readlink(f"/proc/self/fd/{name}")
        except FileNotFoundError:  # of this very look, or closed meanwhile
            continue
    return found


def _sockets() -> int:
    return sum(target.startswith("socket:") for target in _descriptors().values())


def _one(sock: socket.socket) -> bytes:
    """The bytes of one response that says its length."""
    received = b""
    while True:
        head, end, body = received.partition(b"\r\n\r\n")
        if end and len(body) >= int(head.lower().split(b"content-length:")[1].split()[0]):
            return received
        received += sock.recv(65536)


class Case(NamedTuple):
    """One departure: after so many bytes of the request and then of the response."""

    request: Request
    byte: int
    way: str


class Guard:
    """Plays departures on one running fake."""

    def __init__(self, fake: FakeIMS, watch: Watch) -> None:
        self._fake = fake
        self._watch = watch
        self._port = int(fake.url.rpartition(":")[2])
        self.ask("GET", "/v2/images?limit=1")  # the fake may still have been starting
        turns = iter(range(100))
        until(fake, lambda: next(turns) == 99)  # the connection has been closed
        self._idle = watch.running()
        self.seen: Counter[str] = Counter()

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        """Send a request on a connection of its own."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            connection.request(method, path, body, {
                **self._fake.headers, "Content-Type": OCTETS, "Connection": "close"})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def lengths(self, request: Request) -> tuple[int, int, State, State]:
        """Play it to its end: the bytes of request and response, the states before and after."""
        self._fake.reset()
        sent = request.build(self._fake)
        before = state(self._fake)
        with socket.create_connection(("127.0.0.1", self._port), timeout=60) as sock:
            sock.sendall(sent.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
            answer = _one(sock) if request.endless else (
                b"".join(iter(lambda: sock.recv(1 << 20), b"")))
        # The departures leave the connection open, so their responses lack this header.
        received = len(answer.replace(b"Connection: close\r\n", b"", 1))
        return len(sent), received, before, state(self._fake)

    def play(self, case: Case, before: State, after: State) -> list[str]:
        """Play one departure. Return what is wrong."""
        fake, watch, request = self._fake, self._watch, case.request
        wrong = self._noise()
        fake.reset()
        open_before = len(_descriptors())
        sent = request.build(fake)
        self._leave(sent, case)
        # The port accepts connections in their order, so the one that left has been accepted.
        status, _ = self.ask("GET", "/v2/images?limit=1")
        if status != 200:
            wrong.append(f"the next client got {status}")
        wrong += self._noise()
        now = state(fake)
        possible = {"nothing": before}
        if case.byte >= len(sent):
            possible["all"] = after
        if request.uploads:
            possible["broken off"] = _broken_off(fake)
        outcome = next((name for name, one in possible.items() if one == now), None)
        if outcome is None:
            wrong.append(f"the state is {now}, not one of {possible}")
        else:
            self.seen[outcome] += 1
        wrong += broken(fake)
        if request.uploads:
            wrong += self._again()
        fake.reset()
        try:
            until(fake, lambda: len(_descriptors()) == open_before)
        except AssertionError:
            wrong.append(f"{open_before} descriptors were open, now {len(_descriptors())}")
        return [*wrong, *watch.told()]

    def _noise(self) -> list[str]:
        """Return what still runs though no request should be under way."""
        try:
            until(self._fake, lambda: self._watch.running() == self._idle, TURNS)
        except AssertionError:
            return [f"tasks, threads and sockets were {self._idle}, are {self._watch.running()}"]
        return []

    def _leave(self, sent: bytes, case: Case) -> None:
        with socket.create_connection(("127.0.0.1", self._port), timeout=60) as sock:
            sock.sendall(sent[:case.byte])
            left = case.byte - len(sent)
            if case.request.refused and sent.index(b"\r\n\r\n") + 4 <= case.byte < len(sent):
                received = b""
                while b"HTTP/1.1 4" not in received:  # 100 may come first
                    received += sock.recv(65536)
            while left > 0:
                received = len(sock.recv(min(left, 1 << 16)))
                if not received:
                    break
                left -= received
            if case.way == "RST":
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)

    def _again(self) -> list[str]:
        """Upload to an image that is still queued."""
        image = next(iter(self._fake.images))
        if image.status != "queued":
            return []
        status, _ = self.ask("PUT", f"/v2/images/{image.id}/file", SMALL)
        if status != 204 or image.data != SMALL:
            return [f"another upload got {status}; the image is {image.status}"]
        return []


def positions(sent: int, received: int, samples: int | None) -> list[int]:
    """Return the bytes after which to leave: all, or some of the request and of the response."""
    found: set[int] = set()
    for start, length in ((0, sent), (sent, received)):
        count = length + 1 if samples is None else samples
        if length > MANY:
            count = min(count, 200)
        found.update(start + length * at // max(count - 1, 1) for at in range(count))
    return sorted({*found, sent - 1, sent})


class Result(NamedTuple):
    """The departures from one request."""

    profile: str
    request: str
    cuts: int
    seen: Counter[str]
    seconds: float
    failures: list[str]

    def __str__(self) -> str:
        seen = ", ".join(f"{name} {count:,}" for name, count in sorted(self.seen.items()))
        return (f"{'ok' if not self.failures else 'FAILED'}: {self.profile} {self.request}: "
                f"{self.cuts:,} departures in {self.seconds:.1f} s ({seen})")


def play(profile: str, names: list[str], samples: int | None = None, byte: int | None = None
         ) -> Iterator[Result]:
    """Play the departures of requests, with one fake for all."""
    with FakeIMS(profile=profile) as fake, watched(fake) as watch:  # type: ignore[arg-type]
        guard = Guard(fake, watch)
        for name in names:
            request = REQUESTS[name]
            if profile not in request.profiles:
                continue
            started, guard.seen, failures = time.monotonic(), Counter(), []
            sent, received, before, after = guard.lengths(request)
            if (before != after) != request.changes:
                failures.append(f"{name}: the whole request changed {before} to {after}")
            at = positions(sent, received, samples) if byte is None else [byte]
            for case in (Case(request, one, way) for one in at for way in WAYS):
                failures += [f"--profile {profile} --request {name} --byte {case.byte} "
                             f"({case.way}; the request has {sent} bytes): {text}"
                             for text in guard.play(case, before, after)]
            gc.collect()  # a task whose exception nobody has retrieved says so now
            failures += [f"{name}: {text}" for text in watch.told()]
            yield Result(profile, name, len(at) * len(WAYS), guard.seen,
                         time.monotonic() - started, failures)


def main(arguments: list[str]) -> bool:
    """The long run."""
    parser = argparse.ArgumentParser(prog="python tests/reliability vanishing")
    parser.add_argument("--profile", choices=PROFILES)
    parser.add_argument("--request", choices=REQUESTS)
    parser.add_argument("--byte", type=int)
    parser.add_argument("--samples", type=int)
    given = parser.parse_args(arguments)
    results = []
    for profile in [given.profile] if given.profile else PROFILES:
        for result in play(profile, [given.request] if given.request else list(REQUESTS),
                           given.samples, given.byte):
            print(result, *result.failures[:10], sep="\n    ", flush=True)
            results.append(result)
    failures = sum(len(result.failures) for result in results)
    print(f"{sum(result.cuts for result in results):,} departures in "
          f"{sum(result.seconds for result in results):.0f} s, {failures} failures")
    return not failures
