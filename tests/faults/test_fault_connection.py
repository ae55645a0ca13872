"""Cutting a real connection of a real server."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web

from fake_ims.api.connection import ConnectionCut, cut


async def ask(
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]], body: bytes
) -> bytes:
    """What a client gets for one request, read to the end of the connection."""
    application = web.Application()
    application.router.add_route("*", "/", handler)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        reader, writer = await asyncio.open_connection(host, port)
        try:
            writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                         b"Content-Length: %d\r\n\r\n" % len(body) + body)
            return await reader.read()
        finally:
            writer.close()
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("body", [b"", b"x" * 3_000_000])
def test_the_client_sees_a_reset_and_the_server_no_error(
    caplog: pytest.LogCaptureFixture, body: bytes
) -> None:
    async def handler(request: web.Request) -> web.Response:
        try:
            raise ConnectionCut
        except ConnectionCut:
            cut(request)
            cut(request)  # twice is as good as once
        return web.Response(text="too late")

    with caplog.at_level(logging.WARNING), pytest.raises(ConnectionError):
        asyncio.run(ask(handler, body))
    assert not caplog.records


def test_a_connection_that_is_gone_is_left_alone() -> None:
    async def handler(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        await asyncio.sleep(0)
        cut(request)
        return web.Response()

    answer = b""
    with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
        answer = asyncio.run(ask(handler, b""))
    assert answer == b""
