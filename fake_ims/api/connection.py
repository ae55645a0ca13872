"""Cutting a client's connection."""

from __future__ import annotations

import socket
import struct
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

    from aiohttp import web

    from ..profiles.answer import Answer

# struct linger: on, for 0 seconds. Its fields are shorts on Windows, ints elsewhere.
_LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


class ConnectionCut(Exception):
    """A fault ends the connection without a response. The pipeline catches this."""


class AnsweredEarly(Exception):
    """A fault responds while the body is being read. The pipeline catches this.

    Attributes:
        answer: the response.
    """

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


def cut(request: web.BaseRequest) -> None:
    """Reset the request's connection (TCP RST). The client sees an error and no response.

    A closed connection is ignored. aiohttp silently drops the response that the handler returns
    afterwards.
    """
    if request.transport is not None:
        cut_transport(request.transport)


def cut_transport(transport: asyncio.Transport) -> None:
    """Reset a connection (TCP RST)."""
    sock = transport.get_extra_info("socket")
    if sock is not None:
        # The client may have closed the connection; Unix sockets may not have the option.
        with suppress(OSError):
            # With a linger time of zero, close() sends RST instead of FIN.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
    transport.abort()
