"""A kept-alive HTTP connection that sends any bytes and reads any answer, quickly."""

from __future__ import annotations

import socket
import struct
from typing import NamedTuple

DEADLINE = 20.0  # real seconds; an answer that takes longer counts as a hang
_LINGER = struct.pack("ii", 1, 0)


class Reply(NamedTuple):
    """One answer. Names of headers are lower case; a name that occurs twice keeps the last."""

    status: int
    headers: dict[str, str]
    body: bytes


class Broken(Exception):
    """The connection was cut, or what came back is not HTTP."""


class Channel:
    """A connection to one fake, opened again whenever it has been closed."""

    def __init__(self, host: str, port: int) -> None:
        self._address = host, port
        self._socket: socket.socket | None = None
        self._rest = b""

    def send(self, raw: bytes, *, bodiless: bool = False) -> Reply:
        """Send a request and read the answer.

        Args:
            raw: the bytes of the request.
            bodiless: whether the answer has no body, as that to HEAD.

        Raises:
            Broken: the connection was cut, or the answer is malformed.
            TimeoutError: no answer came in time.
        """
        try:
            return self._send(raw, bodiless)
        except TimeoutError:
            self.close()
            raise
        except (OSError, ValueError) as error:
            self.close()
            raise Broken(str(error)) from None

    def _send(self, raw: bytes, bodiless: bool) -> Reply:
        sock = self._socket
        if sock is None:
            sock = self._socket = socket.create_connection(self._address, timeout=DEADLINE)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            sock.sendall(raw)
        except TimeoutError:
            raise
        except OSError:
            pass  # the server has answered early and closed
        status = 100
        while status < 200:
            head = self._until(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").split("\r\n")
            version, code = first.split(" ", 2)[:2]
            if not version.startswith("HTTP/1."):
                raise ValueError(f"not HTTP: {first[:60]!r}")
            status = int(code)
        headers = {name.strip().lower(): text.strip()
                   for name, _, text in (line.partition(":") for line in lines)}
        if bodiless or status in (204, 304):
            body = b""
        elif "chunked" in headers.get("transfer-encoding", ""):
            body = self._chunks()
        elif "content-length" in headers:
            body = self._exactly(int(headers["content-length"]))
        else:
            body = self._to_the_end()
        if version == "HTTP/1.0" or headers.get("connection", "").lower() == "close":
            self.close()
        return Reply(status, headers, body)

    def _more(self) -> None:
        assert self._socket is not None
        found = self._socket.recv(262144)
        if not found:
            raise ValueError(f"closed after {self._rest[:60]!r}")
        self._rest += found

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._rest:
            self._more()
        found, _, self._rest = self._rest.partition(mark)
        return found

    def _exactly(self, count: int) -> bytes:
        while len(self._rest) < count:
            self._more()
        found, self._rest = self._rest[:count], self._rest[count:]
        return found

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self._until(b"\r\n").partition(b";")[0], 16):
            body += self._exactly(size)
            self._until(b"\r\n")
        self._until(b"\r\n")
        return body

    def _to_the_end(self) -> bytes:
        assert self._socket is not None
        while found := self._socket.recv(262144):
            self._rest += found
        body, self._rest = self._rest, b""
        self.close()
        return body

    def is_empty(self) -> bool:
        """Return whether nothing of an answer is left unread."""
        return not self._rest

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        sock, self._socket = self._socket, None
        self._rest = b""
        if sock is not None:
            # No TIME_WAIT: a long run would use up the ports of the machine.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
            sock.close()
