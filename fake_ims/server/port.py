"""The port of a fake: it listens, and for a while it may be shut, so that connections are refused.

The shut port stays bound, so nobody else gets it meanwhile.
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
# Connections that asyncio takes in one go. If descriptors are used up, Python before 3.13 reports
# it, and tries again, so many times over.
_AT_ONCE = 32
_HOW = socket.SHUT_RD  # what ends listening, on Linux


class Gate:
    """A listening socket, in the running loop.

    ``shut`` and ``open`` act at once on the socket itself, from any thread that holds the fake's
    state; what the loop has to do about it, it does as soon as it runs.

    Args:
        sock: what ``server.listen`` gave; it is closed at the end.
        server: makes the protocols of connections, and knows them.
    """

    def __init__(self, sock: socket.socket, server: web.Server) -> None:
        self._sock = sock
        self._address = sock.getsockname()
        self._server = server
        self._loop = asyncio.get_running_loop()
        self._listening: asyncio.AbstractServer | None = None
        # No more used, but not closed yet. What a server is, is the loop's to say: uvloop has its
        # own.
        self._leaving: set[asyncio.AbstractServer] = set()
        self._holders: dict[object, None] = {}
        self._tasks: dict[object, asyncio.Task[None]] = {}
        self._over = False

    async def start(self) -> None:
        """Take connections from now on."""
        if self._over:
            return
        # A copy: asyncio closes what it is given, and the socket has to stay bound.
        listening = await self._loop.create_server(
            self._protocol, sock=self._sock.dup(), backlog=_AT_ONCE)
        if not self._over and not self._holders:
            self._sock.listen(BACKLOG)  # the copy is the same socket
        if self._over or self._holders or self._listening is not None:
            listening.close()  # it was shut, or opened twice, meanwhile
        else:
            self._listening = listening

    def shut(self, holder: object, seconds: float | None) -> None:
        """Refuse connections and cut those that there are.

        Args:
            holder: who wants it; the port opens when nobody does.
            seconds: for how long, in real time; None until ``open``.

        Raises:
            UsageError: this system cannot do it (Linux can); the port stays open.
        """
        if self._over:
            return
        first = not self._holders
        self._holders[holder] = None
        inside = asyncio._get_running_loop() is self._loop
        if not inside:
            # Before the socket wakes the loop: it must not try to take connections any more.
            self._loop.call_soon_threadsafe(self._stop_taking, holder, seconds)
        if first:
            try:
                self._sock.shutdown(_HOW)
            except OSError as error:
                del self._holders[holder]
                raise UsageError("refuse= needs a system that lets a port stop listening, such as "
                                 f"Linux; this one says: {error.strerror}") from None
            with contextlib.suppress(OSError):  # a port that was asked for stays bound
                self._sock.bind(self._address)
            self._share(False)
        if inside:  # the loop may be about to take a connection: before it does
            self._stop_taking(holder, seconds)

    def open(self, holder: object) -> None:
        """This holder does not want it shut any more."""
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
        if self._tasks:  # the others are done in a moment, and close what they have
            await asyncio.wait([*self._tasks.values()])
        if self._listening is not None:
            _look_away(self._listening)
            await _arrivals()
        self.close()
        await asyncio.sleep(0)  # uvloop gives descriptors back in its next turn

    def close(self) -> None:
        """Close the port for good; for a loop that is closed, so that nothing else can be done."""
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
        """What serves a new connection; one that was taken just before the port was shut is cut."""
        return _Refusal() if self._holders else self._server()

    def _stop_taking(self, holder: object, seconds: float | None) -> None:
        if self._over or holder not in self._holders:
            return
        listening, self._listening = self._listening, None
        if listening is not None:
            _look_away(listening)
            # At once: what a client sends from now on must not be read any more.
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
        """Whether others may bind the port, too: never while it does not listen."""
        if os.name == "posix":
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(shared))


class _Refusal(asyncio.Protocol):
    """Cuts its connection at once."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cut_transport(cast("asyncio.Transport", transport))


def _look_away(listening: asyncio.AbstractServer) -> None:
    """Let a server take no more connections, though it is not closed yet."""
    loop = asyncio.get_running_loop()
    if isinstance(listening, asyncio.Server):  # others, such as uvloop's, watch in a way of theirs
        for sock in listening.sockets:
            with contextlib.suppress(NotImplementedError):  # Windows, in a loop without readers
                loop.remove_reader(sock.fileno())


async def _arrivals() -> None:
    """Let the connections arrive that have just been taken.

    asyncio stumbles over one that arrives when its server is closed already.
    """
    if len(asyncio.all_tasks()) > 1:
        for _ in range(2):
            await asyncio.sleep(0)
