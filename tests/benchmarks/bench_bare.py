"""What the fake is compared with: the least that an aiohttp server can be."""

from __future__ import annotations

import asyncio
import threading
from types import TracebackType

from aiohttp import web


class Bare:
    """A handler that returns fixed bytes, in a thread of its own with AppRunner and TCPSite.

    Args:
        body: the bytes.
        path: where they are; any method gets them.
        status: with which status.
    """

    def __init__(self, body: bytes, path: str, status: int = 200) -> None:
        self._body = body
        self._path = path
        self._status = status
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._main, daemon=True)
        self.port = 0

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """Close the port, end the thread."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def __enter__(self) -> Bare:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.stop()

    async def _handle(self, request: web.Request) -> web.Response:
        return web.Response(status=self._status, body=self._body,
                            content_type="application/json")

    def _main(self) -> None:
        self._loop.run_until_complete(self._live())
        self._loop.close()

    async def _live(self) -> None:
        self._stop = asyncio.Event()
        app = web.Application()
        app.router.add_route("*", self._path, self._handle)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.port = runner.addresses[0][1]
        self._ready.set()
        await self._stop.wait()
        await runner.cleanup()
