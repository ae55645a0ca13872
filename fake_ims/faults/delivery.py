"""Send a response the way a fault asks for: framed wrong, cut, late or slow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from email.utils import formatdate
from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.http import SERVER_SOFTWARE

from ..api.connection import ConnectionCut
from .departure import Departure

if TYPE_CHECKING:
    import asyncio

    from ..api.call import Call
    from ..profiles.answer import Answer

STEP = 0.05
"""Real seconds between two pieces of a body that is sent or read at a limited rate."""
_PIECE = 64 * 1024
_BODILESS = (204, 304)

#: Turns the pieces of a body into the bytes to send.
Framing = Callable[[Iterator[bytes]], Iterator[bytes]]


@dataclass(frozen=True)
class Delivery:
    """How one response is sent. It is the ``sender`` of an ``Answer``.

    Attributes:
        call: the request's call.
        length: value of Content-Length; None for the length of the body.
        framing: frames the body without Content-Length; None for HTTP's usual framing.
        chunked: whether to send ``Transfer-Encoding: chunked`` together with ``framing``.
        version: the HTTP version.
        reason: the reason phrase; None for the default one of the status.
        head: whether to send a status line and headers at all.
        closes: whether to close the connection at the end.
        wait_head: real seconds to wait before the first byte.
        wait_body: real seconds to wait between headers and body.
        rate: bytes per second; None for no limit.
    """

    call: Call
    length: int | None = None
    framing: Framing | None = None
    chunked: bool = False
    version: str = "1.1"
    reason: str | None = None
    head: bool = True
    closes: bool = False
    wait_head: float = 0
    wait_body: float = 0
    rate: float | None = None

    async def __call__(self, request: web.Request, answer: Answer) -> web.StreamResponse:
        """Send the response.

        Raises:
            ConnectionCut: the client has disconnected.
        """
        exchange = self.call.exchange
        sent = 0
        started = complete = False
        try:
            with Departure(request) as departure:
                out = _Out(self, request, departure.gone)
                await out.pause(self.wait_head)
                head = self.render_head(request, answer) if self.head else b""
                if self.wait_body or self.rate is not None:
                    await out.write(head)
                    head, started = b"", True
                await out.pause(self.wait_body)
                for piece, counted in self._pieces(request, answer):
                    await out.write(head + piece)
                    head, started = b"", True
                    sent += counted
                    await out.keep_pace(len(piece))
                await out.write(head)
                complete = True
        finally:
            if not complete:  # the journal records what was really sent
                exchange.cut_short(exchange.status if started else 0, sent)
        return _Sent(answer.status, keep_alive=bool(request.keep_alive) and not self.closes)

    def render_head(self, request: web.Request, answer: Answer) -> bytes:
        """Return the status line and headers."""
        reason = _reason(answer.status) if self.reason is None else self.reason
        pairs = list(answer.headers.items())
        names = {name.lower() for name in answer.headers}
        if self.framing is not None:
            if self.chunked:
                pairs.append(("Transfer-Encoding", "chunked"))
        elif not names & {"content-length", "transfer-encoding"} and (
                answer.status not in _BODILESS):
            length = _length(answer) if self.length is None else self.length
            pairs.append(("Content-Length", str(length)))
        if not answer.bare:
            pairs += [("Date", formatdate(usegmt=True)), ("Server", SERVER_SOFTWARE)]
        if (self.closes or not request.keep_alive) and "connection" not in names:
            pairs.append(("Connection", "close"))
        lines = [f"HTTP/{self.version} {answer.status} {reason}".rstrip(),
                 *(f"{name}: {value}" for name, value in pairs), "", ""]
        return "\r\n".join(lines).encode()

    def _pieces(self, request: web.Request, answer: Answer) -> Iterator[tuple[bytes, int]]:
        """Yield the pieces to send, each with the number of body bytes in it."""
        if request.method == "HEAD" or answer.status in _BODILESS:
            return
        size = _PIECE if self.rate is None else max(1, min(_PIECE, int(self.rate * STEP)))
        whole = iter([answer.body]) if answer.stream is None else answer.stream
        if self.framing is None:
            for piece in in_pieces(whole, size):
                yield piece, len(piece)
            return
        left = _length(answer)
        for piece in in_pieces(self.framing(whole), size):
            # Framing adds bytes, so the count is off only if a piece is cut.
            counted = min(left, len(piece))
            left -= counted
            yield piece, counted


def delivery(call: Call, answer: Answer) -> Delivery:
    """Return how the response is sent so far."""
    return answer.sender if isinstance(answer.sender, Delivery) else Delivery(call)


def delivered(
    call: Call, answer: Answer, change: Callable[[Delivery], Delivery]
) -> Answer:
    """Return the response with a changed delivery."""
    return replace(answer, sender=change(delivery(call, answer)), headers=dict(answer.headers))


def in_pieces(chunks: Iterator[bytes], size: int) -> Iterator[bytes]:
    """Yield the same bytes in pieces of one size; the last may be shorter."""
    held = b""
    for chunk in chunks:
        held += chunk
        whole = len(held) - len(held) % size
        for start in range(0, whole, size):
            yield held[start:start + size]
        held = held[whole:]
    if held:
        yield held


class _Out:
    """Writes to the client for as long as it is connected."""

    def __init__(
        self, delivery: Delivery, request: web.Request, gone: asyncio.Future[None]
    ) -> None:
        self._delivery = delivery
        self._request = request
        self._gone = gone

    async def pause(self, seconds: float) -> None:
        if seconds:
            await self._delivery.call.pause(seconds, until=self._gone)
        self._check()

    async def keep_pace(self, size: int) -> None:
        if self._delivery.rate is not None:
            await self.pause(size / self._delivery.rate)

    async def write(self, data: bytes) -> None:
        self._check()
        transport = self._request.transport
        assert transport is not None
        if data:
            transport.write(data)
        try:
            await self._request.writer.drain()
        except ConnectionError:
            raise ConnectionCut from None

    def _check(self) -> None:
        transport = self._request.transport
        if self._gone.done() or transport is None or transport.is_closing():
            raise ConnectionCut


class _Sent(web.StreamResponse):
    """A response that has already been sent: aiohttp must not add to it."""

    def __init__(self, status: int, *, keep_alive: bool) -> None:
        super().__init__(status=status)
        self._keeps = keep_alive

    @property
    def keep_alive(self) -> bool | None:
        return self._keeps

    async def prepare(self, request: web.BaseRequest) -> None:
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        return None


def _length(answer: Answer) -> int:
    return len(answer.body) if answer.stream is None else answer.length


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
