"""Notice that a client disconnects while nothing is sent or read.

aiohttp does not tell a handler, but the transport tells its protocol. So another protocol wraps
aiohttp's for a while: it passes everything on and sees the end of the connection.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiohttp import web


class Departure:
    """Watches a request's connection within a ``with`` block.

    Attributes:
        gone: done once the client has disconnected.
    """

    def __init__(self, request: web.BaseRequest) -> None:
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport = request.transport

    def __enter__(self) -> Departure:
        transport = self._transport
        if transport is None or transport.is_closing():
            self.gone.set_result(None)
            return self
        before = transport.get_protocol()
        assert isinstance(before, asyncio.Protocol)
        self._before = before
        transport.set_protocol(_Watch(before, self.gone))
        return self

    def __exit__(self, *error: object) -> None:
        if not self.gone.done():
            self.gone.cancel()
            assert self._transport is not None
            self._transport.set_protocol(self._before)


class _Watch(asyncio.Protocol):
    """Wraps another protocol."""

    def __init__(self, behind: asyncio.Protocol, gone: asyncio.Future[None]) -> None:
        self._gone = gone
        self._behind = behind
        # Data goes straight to the wrapped protocol, without one more call for each piece.
        for name in ("data_received", "eof_received", "pause_writing", "resume_writing"):
            setattr(self, name, getattr(behind, name))

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._gone.done():
            self._gone.set_result(None)
        self._behind.connection_lost(exc)
