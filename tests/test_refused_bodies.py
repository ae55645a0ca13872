"""Requests that are refused before their body has arrived."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import NamedTuple

import pytest
from aiohttp.test_utils import TestServer
from waiting import until
from wire import OCTETS

from fake_ims import FakeIMS
from fake_ims.server import lingering

LARGE = 8_000_000  # more than sockets and the server hold
NEVER = 1e9


class Refusal(NamedTuple):
    """A request that is refused for what its head says.

    Attributes:
        status: of the response.
        target: builds method and path.
        headers: besides those that every request has.
    """

    status: int
    target: Callable[[FakeIMS], str]
    headers: str = ""

    def head(self, fake: FakeIMS, length: int) -> bytes:
        """The head of the request, for a body of some length."""
        framing = "" if "Content-Length" in self.headers else f"Content-Length: {length}\r\n"
        given = self.headers.format(token=fake.token)
        return (f"{self.target(fake)} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {OCTETS}\r\n"
                f"{given}{framing}\r\n").encode()


def upload(status: str) -> Callable[[FakeIMS], str]:
    return lambda fake: f"PUT /v2/images/{fake.images.add(name='a', status=status).id}/file"


def protected(fake: FakeIMS) -> str:
    image = fake.images.add(visibility="public", owner="p9", status="queued")
    return f"PUT /v2/images/{image.id}/file"


TOKEN = "X-Auth-Token: {token}\r\n"
REFUSALS = {
    "401": Refusal(401, upload("queued")),
    "403": Refusal(403, protected, TOKEN),
    "404": Refusal(404, lambda fake: "PUT /v2/images/unknown/file", TOKEN),
    "409": Refusal(409, upload("active"), TOKEN),
    "417": Refusal(417, upload("queued"), f"{TOKEN}Expect: miracles\r\n"),
    "415 of the control API": Refusal(415, lambda fake: "POST /_fake_ims/images"),
    "Expect": Refusal(409, upload("active"), f"{TOKEN}Expect: 100-continue\r\n"),
}
refusals = pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS)


def connect(url: str) -> socket.socket:
    host, _, port = url.removeprefix("http://").rpartition(":")
    return socket.create_connection((host, int(port)), timeout=60)


def status_of(sock: socket.socket) -> int:
    """The status of the next response."""
    received = b""
    while b"\r\n\r\n" not in received.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n"):
        piece = sock.recv(65536)
        assert piece, received
        received += piece
    return int(received.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n").split()[1])


def tasks(fake: FakeIMS) -> int:
    thread = fake._bridge._thread
    assert thread is not None
    return len(asyncio.all_tasks(thread._loop))


@refusals
def test_nothing_waits_for_a_client_that_has_gone(
    refusal: Refusal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lingering, "_SECONDS", NEVER)
    with FakeIMS() as fake:
        before = tasks(fake)
        with connect(fake.url) as sock:
            sock.sendall(refusal.head(fake, 1000) + b"the first bytes")
            assert status_of(sock) == refusal.status
            assert tasks(fake) > before
        # Far fewer turns than a second has: aiohttp would wait for 10.
        until(fake, lambda: tasks(fake) == before, turns=1000)


@refusals
def test_a_client_that_sends_all_before_it_reads(refusal: Refusal) -> None:
    with FakeIMS() as fake, connect(fake.url) as sock:
        sock.sendall(refusal.head(fake, LARGE))
        sock.sendall(bytes(LARGE))
        assert status_of(sock) == refusal.status
        sock.sendall(f"GET /v2/images HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {fake.token}\r\n"
                     "Connection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: sock.recv(65536), b""))
        assert b"HTTP/1.1 200 OK" in answer  # behind the rest of the first response


@pytest.mark.fake_ims(glance={"image_size_cap": 100})
def test_too_large_in_the_middle(fake_ims: FakeIMS) -> None:
    with connect(fake_ims.url) as sock:
        sock.sendall(f"{upload('queued')(fake_ims)} HTTP/1.1\r\nHost: x\r\nContent-Type: {OCTETS}"
                     f"\r\nX-Auth-Token: {fake_ims.token}\r\nTransfer-Encoding: chunked\r\n\r\n"
                     .encode())
        for _ in range(80):
            sock.sendall(b"186a0\r\n" + bytes(100_000) + b"\r\n")
        sock.sendall(b"0\r\n\r\n")
        assert status_of(sock) == 413


def test_a_client_that_waits_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lingering, "_SECONDS", 0)
    with FakeIMS() as fake, connect(fake.url) as sock:
        sock.sendall(REFUSALS["401"].head(fake, 1000))
        assert status_of(sock) == 401
        while sock.recv(65536):
            pass


@pytest.mark.parametrize("stays", [True, False])
async def test_a_stop_does_not_wait(stays: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lingering, "_SECONDS", NEVER)
    before = asyncio.all_tasks()
    fake = FakeIMS()
    async with fake:
        host, _, port = fake.url.removeprefix("http://").rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(REFUSALS["401"].head(fake, 1000))
        assert (await reader.readline()).startswith(b"HTTP/1.1 401 ")
        if not stays:
            writer.close()
            await writer.wait_closed()
    assert asyncio.all_tasks() == before
    writer.close()


def test_a_reset_leaves_the_connection_to_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lingering, "_SECONDS", NEVER)
    with FakeIMS() as fake, connect(fake.url) as sock:
        sock.sendall(REFUSALS["401"].head(fake, 1000))
        assert status_of(sock) == 401
        fake.reset()
        sock.sendall(bytes(1000))
        sock.sendall(f"GET /v2/images HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {fake.token}\r\n"
                     "Connection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: sock.recv(65536), b""))
        assert b"HTTP/1.1 200 OK" in answer  # behind the rest of the first response


async def test_another_server_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lingering, "_SECONDS", NEVER)
    server = TestServer(FakeIMS().app)
    await server.start_server()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(REFUSALS["401"].head(FakeIMS(), 1000))
    assert (await reader.readline()).startswith(b"HTTP/1.1 401 ")
    await asyncio.wait_for(server.close(), 50)  # aiohttp waits for 60 s
    writer.close()
