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

# struct linger: on, for 0 seconds. Windows has shorts in it, the others ints.
_LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


class ConnectionCut(Exception):
    """A fault ends the connection here: no answer goes out. The pipeline catches it."""


class AnsweredEarly(Exception):
    """A fault answers while the body is being read. The pipeline catches it around the handler.

    Attributes:
        answer: what is answered.
    """

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


def cut(request: web.BaseRequest) -> None:
    """Reset the request's connection (TCP RST), so that the client sees an error and no answer.

    A connection that is already gone is left alone. Whatever the handler returns afterwards
    cannot be sent any more; aiohttp drops it without a word.
    """
    if request.transport is not None:
        cut_transport(request.transport)


def cut_transport(transport: asyncio.Transport) -> None:
    """Reset a connection (TCP RST)."""
    sock = transport.get_extra_info("socket")
    if sock is not None:
        # The client may have closed it meanwhile; a Unix socket may know no such option.
        with suppress(OSError):
            # Lingering for no time makes the close send RST instead of FIN.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
    transport.abort()
