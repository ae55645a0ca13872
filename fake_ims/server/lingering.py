"""Reads the rest of a body whose request has already been answered.

A connection that is closed while its client is still sending is reset. Then a client that reads
only after its last byte loses the response. So the server goes on reading for a while. aiohttp does
so, too, but it does not notice when the client goes away.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from aiohttp import StreamReader, web

from ..api.pause import pause

_SECONDS = 10.0  # for a client that neither sends the rest nor goes away


async def finish(
    request: web.Request, response: web.StreamResponse, reading: set[asyncio.Task[Any]]
) -> web.StreamResponse:
    """Send a response, and read the body to its end, or to the end of the connection or of 10 s.

    Args:
        request: a request in progress: later, aiohttp no longer tells its body about the end of
            the connection.
        response: its response, perhaps already sent.
        reading: has the running task meanwhile, so that a shutdown can cancel it. A reset must not:
            the client has its response, and may use the connection for the next request.
    """
    task = asyncio.current_task()
    assert task is not None
    reading.add(task)
    try:
        await response.prepare(request)
        await response.write_eof()
        rest = asyncio.ensure_future(_read(request.content))
        try:
            await pause(_SECONDS, until=rest)
        finally:
            if rest.cancel():
                await asyncio.wait([rest])
    except ConnectionError:
        pass  # there is nobody to read the response
    finally:
        reading.discard(task)
        if not request.content.is_eof():
            request.protocol.force_close()  # otherwise aiohttp would wait, too
    return response


async def _read(content: StreamReader) -> None:
    """Read and forget. It ends with the body, however that ends."""
    with contextlib.suppress(ConnectionError, web.RequestPayloadError, web.PayloadAccessError):
        while not content.is_eof():
            await content.readany()
