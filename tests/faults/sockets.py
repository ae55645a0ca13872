"""A client of nothing but sockets, and what tests of real connections share."""

from __future__ import annotations

import gc
import select
import socket
import threading
from pathlib import Path
from urllib.parse import urlsplit

from fake_ims import FakeIMS

DEADLINE = 20.0  # real seconds; never reached unless something hangs
RESET = b"<reset>"


class Client:
    """One connection."""

    def __init__(self, fake: FakeIMS) -> None:
        parts = urlsplit(fake.url)
        assert parts.hostname is not None
        self._token = fake.token
        self.sock = socket.create_connection((parts.hostname, parts.port or 0), timeout=DEADLINE)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *exc: object) -> None:
        self.sock.close()

    def send(
        self, line: str = "GET /v2/images?limit=1", body: bytes = b"", length: int | None = None,
        *headers: str,
    ) -> Client:
        """A request, or its beginning if the length is larger than the body."""
        length = len(body) if length is None else length
        lines = [f"{line} HTTP/1.1", "Host: x", f"X-Auth-Token: {self._token}", *headers]
        if length and not any(header.startswith("Transfer-Encoding") for header in headers):
            lines.append(f"Content-Length: {length}")
        self.sock.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        return self

    def rest(self) -> bytes:
        """What comes until the connection ends; with ``RESET`` if it ends with one."""
        gathered = b""
        try:
            while data := self.sock.recv(65536):
                gathered += data
        except ConnectionError:
            gathered += RESET
        return gathered

    def until(self, end: bytes) -> bytes:
        """What comes until these bytes have come."""
        gathered = b""
        while not gathered.endswith(end):
            data = self.sock.recv(1)
            assert data, gathered
            gathered += data
        return gathered

    def head(self) -> tuple[int, dict[str, str]]:
        """Status and headers of the answer, names in lower case."""
        first, *lines = self.until(b"\r\n\r\n").decode().strip().split("\r\n")
        pairs = (line.split(": ", 1) for line in lines)
        return int(first.split()[1]), {name.lower(): value for name, value in pairs}

    def exactly(self, size: int) -> bytes:
        """So many bytes."""
        gathered = b""
        while len(gathered) < size:
            data = self.sock.recv(size - len(gathered))
            assert data, gathered
            gathered += data
        return gathered

    def is_quiet(self) -> bool:
        """Whether nothing is there to be read."""
        return not select.select([self.sock], [], [], 0)[0]

    def answer(self) -> tuple[int, dict[str, str], bytes]:
        """A whole answer whose length is right."""
        status, headers = self.head()
        return status, headers, self.exactly(int(headers.get("content-length", 0)))


def ask(fake: FakeIMS, line: str = "GET /v2/images?limit=1", body: bytes = b"") -> bytes:
    """All that comes for one request, on a connection that is closed after it."""
    with Client(fake) as client:
        return client.send(line, body, None, "Connection: close").rest()


def left() -> tuple[set[threading.Thread], int]:
    """Threads and open files."""
    gc.collect()
    directory = Path("/proc/self/fd")
    return set(threading.enumerate()), len(list(directory.iterdir())) if directory.exists() else 0
