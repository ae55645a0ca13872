"""The port of a fake. A fault can shut it for a while, so that connections are refused.

The shut port stays bound, so that no other process takes it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Coroutine
from typing import Any, cast

from aiohttp import web

from ..api.connection import cut_transport
from ..api.pause import pause
from ..errors import UsageError

BACKLOG = 1024
# Number of connections that asyncio accepts at once. When descriptors are used up, Python before
# 3.13 logs and retries this many times.
_AT_ONCE = 32
_HOW = socket.SHUT_RD  # ends listening on Linux


class Gate:
    """A listening socket in the running loop.

    ``shut`` and ``open`` change the socket at once, from any thread that owns the fake's state.
    The loop does its part as soon as it runs.

    Args:
        sock: a socket from ``server.listen``; it is closed at the end.
        server: creates the protocols of connections, and lists them.
    """

    def __init__(self, sock: socket.socket, server: web.Server) -> None:
        self._sock = sock
        self._address = sock.getsockname()
        self._server = server
        self._loop = asyncio.get_running_loop()
        self._listening: asyncio.AbstractServer | None = None
        # No longer used, but not closed yet. The type depends on the loop: uvloop has its own.
        self._leaving: set[asyncio.AbstractServer] = set()
        self._holders: dict[object, None] = {}
        self._tasks: dict[object, asyncio.Task[None]] = {}
        self._over = False

    @property
    def number(self) -> int:
        """The number of the port."""
        return int(self._address[1])

    async def start(self) -> None:
        """Start to accept connections."""
        if self._over:
            return
        # A copy: asyncio closes the socket that it gets, and ours has to stay bound.
        listening = await self._loop.create_server(
            self._protocol, sock=self._sock.dup(), backlog=_AT_ONCE)
        if not self._over and not self._holders:
            self._sock.listen(BACKLOG)  # the copy is the same socket
        if self._over or self._holders or self._listening is not None:
            listening.close()  # by now the port was shut, or opened twice
        else:
            self._listening = listening

    def shut(self, holder: object, seconds: float | None) -> None:
        """Refuse connections, and cut the existing ones.

        Args:
            holder: who keeps the port shut; it opens when no holder is left.
            seconds: for how long, in real time; None until ``open``.

        Raises:
            UsageError: the system cannot do it (Linux can); the port stays open.
        """
        if self._over:
            return
        first = not self._holders
        self._holders[holder] = None
        inside = asyncio._get_running_loop() is self._loop
        if not inside:
            # Before the socket wakes the loop, which must not try to accept connections.
            self._loop.call_soon_threadsafe(self._stop_taking, holder, seconds)
        if first:
            try:
                self._sock.shutdown(_HOW)
            except OSError as error:
                del self._holders[holder]
                raise UsageError("refuse= needs a system that can stop listening on a port, such "
                                 f"as Linux; here it fails: {error.strerror}") from None
            with contextlib.suppress(OSError):  # a port that the test chose stays bound
                self._sock.bind(self._address)
            self._share(False)
        if inside:  # before the loop can accept another connection
            self._stop_taking(holder, seconds)

    def open(self, holder: object) -> None:
        """Remove a holder. The port opens when no holder is left."""
        if self._over or holder not in self._holders:
            return
        del self._holders[holder]
        if not self._holders:
            self._share(True)
            self._sock.listen(BACKLOG)
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is served any more
            self._loop.call_soon_threadsafe(self._take_again, holder)

    async def stop(self) -> None:
        """Close the port for good."""
        self._over = True
        for holder in self._holders:
            if holder in self._tasks:
                self._tasks[holder].cancel()
        if self._tasks:  # the other tasks end in a moment, and close what they own
            await asyncio.wait([*self._tasks.values()])
        if self._listening is not None:
            _look_away(self._listening)
            await _arrivals()
        self.close()
        await asyncio.sleep(0)  # uvloop closes descriptors in its next iteration

    def close(self) -> None:
        """Close the port for good, for a loop that is already closed."""
        self._over = True
        self._holders.clear()
        if self._listening is not None:
            self._leaving.add(self._listening)
            self._listening = None
        while self._leaving:
            self._leaving.pop().close()
        self._sock.close()

    # in the loop

    def _protocol(self) -> asyncio.Protocol:
        """Return the protocol of a new connection. If the port has just been shut, it is cut."""
        return _Refusal() if self._holders else self._server()

    def _stop_taking(self, holder: object, seconds: float | None) -> None:
        if self._over or holder not in self._holders:
            return
        listening, self._listening = self._listening, None
        if listening is not None:
            _look_away(listening)
            # At once: data that clients send from now on must not be read.
            self._cut_connections()
            self._leaving.add(listening)
            self._begin(listening, self._end(listening))
        if seconds is not None and holder not in self._tasks:
            self._begin(holder, self._open_after(holder, seconds))

    def _take_again(self, holder: object) -> None:
        timer = self._tasks.pop(holder, None)
        if timer is not None and timer is not asyncio.current_task():
            timer.cancel()
        if not self._over and not self._holders and self._listening is None:
            self._begin(self, self.start())

    def _cut_connections(self) -> None:
        for connection in self._server.connections:
            if connection.transport is not None:
                cut_transport(connection.transport)

    async def _end(self, listening: asyncio.AbstractServer) -> None:
        await _arrivals()
        self._cut_connections()
        self._leaving.discard(listening)
        listening.close()

    async def _open_after(self, holder: object, seconds: float) -> None:
        await pause(seconds)
        self.open(holder)

    def _begin(self, key: object, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks[key] = task

        def ended(_: object) -> None:
            if self._tasks.get(key) is task:
                del self._tasks[key]

        task.add_done_callback(ended)

    def _share(self, shared: bool) -> None:
        """Set whether others may bind the port, too. Never while it is not listening."""
        if os.name == "posix":
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(shared))


class _Refusal(asyncio.Protocol):
    """A protocol that cuts its connection at once."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cut_transport(cast("asyncio.Transport", transport))


def _look_away(listening: asyncio.AbstractServer) -> None:
    """Let a server accept no more connections before it is closed."""
    loop = asyncio.get_running_loop()
    if isinstance(listening, asyncio.Server):  # other servers, such as uvloop's, differ
        for sock in listening.sockets:
            with contextlib.suppress(NotImplementedError):  # Windows, in a loop without readers
                loop.remove_reader(sock.fileno())


async def _arrivals() -> None:
    """Wait for connections that have just been accepted.

    asyncio fails on a connection that arrives after its server was closed.
    """
    if len(asyncio.all_tasks()) > 1:
        for _ in range(2):
            await asyncio.sleep(0)
