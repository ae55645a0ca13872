"""Runs the application: in the running loop, or in its own thread with its own loop.

Start and stop use no timers, so they work in a loop whose clock freezegun holds.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import socket
import threading

from aiohttp import web
from aiohttp.http import HttpProcessingError

from ..errors import PortTakenError, UsageError, WrongLoopError
from . import memory
from .bridge import LoopThread, ParkingLoop
from .pipeline import SERVICE, build
from .port import BACKLOG, Gate
from .state import Service

_log = logging.getLogger("fake_ims.http")
_log.addFilter(lambda record: _is_worth_a_line(record))
# Idle connections stay open until the client or the fake closes them. A timer would fire when a
# test freezes time, and the next request would meet a closed connection.
_NEVER = 1e12
_LONG_ENOUGH = 10.0


def listen(host: str, port: int) -> socket.socket:
    """Return a socket bound to an address, not yet listening.

    Args:
        host: an IPv4 or IPv6 address, or a name (preferably resolved to an IPv4 address).
        port: the port; 0 for a free one.

    Raises:
        PortTakenError: the port is in use.
        UsageError: the host is not an address of this machine, or the port is not allowed.
    """
    family, address = _resolve(host, port)
    # With the protocol number, asyncio disables Nagle's algorithm.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind(address)
        sock.listen(BACKLOG)
        sock.setblocking(False)
    except OSError as error:
        sock.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTakenError(f"port {port} of {host} is in use; use another port, "
                                 "or 0 for any free one") from None
        raise UsageError(f"cannot listen on {host} port {port}: {error.strerror}") from None
    return sock


def _resolve(host: str, port: int) -> tuple[socket.AddressFamily, tuple[str, int]]:
    for family in (socket.AF_INET, socket.AF_INET6):
        with contextlib.suppress(OSError):
            socket.inet_pton(family, host)
            return family, (host, port)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise UsageError(f"host {host!r} is neither an address nor a name that resolves to one; "
                         "the default is '127.0.0.1'") from None
    family, _, _, _, address = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    return family, (str(address[0]), port)


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    """Return whether to log what aiohttp logs.

    Malformed HTTP of a client, or that one has gone, is not worth a line in the log. Used-up memory
    is worth one a minute.
    """
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, MemoryError):
        record.msg, record.args, record.exc_info = memory.TEXT, (), None
        return memory.is_news()
    return not isinstance(error, (HttpProcessingError, web.RequestPayloadError, ConnectionError))


def url_of(sock: socket.socket) -> str:
    """Return ``http://127.0.0.1:PORT`` for a bound socket, in a form that clients can call."""
    host, port = sock.getsockname()[:2]
    if host == "0.0.0.0":
        host = "127.0.0.1"
    elif host == "::":
        host = "::1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class BuiltApplication:
    """The application of a service, and whether a server has ended it.

    Attributes:
        app: the application; its end releases the data of images.
        over: whether it has ended; then it cannot be served again.
    """

    def __init__(self, service: Service) -> None:
        self.over = False
        self.app = build(service)
        # Another server would wait for requests that wait for a fault or for the client.
        self.app.on_shutdown.append(self._interrupt)
        self.app.on_cleanup.append(self._end)
        self._service = service

    async def _interrupt(self, app: web.Application) -> None:
        waiting = self._service.interrupt() | self._service.reading
        for task in self._service.reading:
            task.cancel()
        if waiting:
            await asyncio.wait(waiting)

    async def _end(self, app: web.Application) -> None:
        self.over = True
        self._service.close()


class Serving:
    """An application on a listening socket, in the running loop.

    Args:
        app: the application; it is cleaned up at the end.
        sock: a socket from ``listen``; it is closed at the end.
    """

    def __init__(self, app: web.Application, sock: socket.socket) -> None:
        self._app = app
        self._sock = sock
        self._gate: Gate | None = None
        # The service ignores Content-Encoding: the body is what the client sends.
        self._runner = web.AppRunner(app, access_log=None, keepalive_timeout=_NEVER,
                                     auto_decompress=False, logger=_log)

    async def start(self) -> None:
        """Start to accept requests."""
        await self._runner.setup()
        server = self._runner.server
        assert server is not None
        service = self._app[SERVICE]
        self._gate = service.faults.gate = Gate(self._sock, server)
        await self._gate.start()
        if service.watch is not None:
            service.watch.opened(self._gate.number)

    async def stop(self) -> None:
        """Close the port, cut all connections, end all requests, clean up the application."""
        if self._gate is not None:
            self._app[SERVICE].faults.gate = None
            await self._gate.stop()
        self._sock.close()
        server = self._runner.server
        if server is not None:
            server.handler_cancellation = True
            await _cut(server.connections)
        await self._app.shutdown()
        await self._app.cleanup()

    def abandon(self) -> None:
        """Close the port of a loop that is already closed."""
        if self._gate is not None:
            self._app[SERVICE].faults.gate = None
            self._gate.close()
        self._sock.close()


async def _cut(connections: list[web.RequestHandler]) -> None:
    """Drop connections at once, and wait until their requests have ended."""
    if not connections:
        return
    # aiohttp has no public way to wait for the task of a connection.
    tasks = [getattr(connection, "_task_handler", None) for connection in connections]
    for connection in connections:
        if connection.transport is not None:
            connection.transport.abort()
    await asyncio.sleep(0)
    pending = {task for task in tasks if task is not None and not task.done()}
    if pending:
        await asyncio.wait(pending)


class InLoop:
    """An application in the running loop."""

    def __init__(self, app: web.Application, sock: socket.socket) -> None:
        self._serving = Serving(app, sock)
        self.loop = asyncio.get_running_loop()
        self.calls = LoopThread(self.loop, threading.get_ident(), self.loop.is_running)

    @property
    def is_alive(self) -> bool:
        """Return whether it accepts work."""
        return self.loop.is_running()

    async def start(self) -> None:
        """Start to accept requests."""
        try:
            await self._serving.start()
        except BaseException:
            await self._serving.stop()
            raise

    async def stop(self) -> None:
        """Stop. No task and no socket stays behind."""
        await self._serving.stop()

    def abandon(self) -> None:
        """Close the port after the loop has been closed without a stop."""
        self._serving.abandon()


class OwnThread:
    """An application in its own thread with its own loop, which freezegun does not hold."""

    def __init__(self, app: web.Application, sock: socket.socket) -> None:
        self._app = app
        self._sock = sock
        self._loop = ParkingLoop()
        self._loop.busy.acquire()  # on behalf of the new thread
        self._stop: asyncio.Future[None] = self._loop.create_future()
        self._thread = threading.Thread(target=self._main, name="fake_ims", daemon=True)
        self._calls: LoopThread | None = None

    @property
    def is_alive(self) -> bool:
        """Return whether it accepts work; False in a forked child, too."""
        return self._thread.is_alive()

    def start(self) -> LoopThread:
        """Start to accept requests, and return the thread for calls from other threads.

        The thread may still be starting up. Requests and calls wait until it is ready, so this
        method does not wait.
        """
        self._thread.start()
        assert self._thread.ident is not None
        self._calls = LoopThread(self._loop, self._thread.ident, self._thread.is_alive)
        return self._calls

    def check_caller(self) -> None:
        """Check that the caller is not in the thread that will be stopped.

        Raises:
            WrongLoopError: it is.
        """
        if threading.get_ident() == self._thread.ident:
            raise WrongLoopError("a fake cannot be stopped from within its own loop: stop() waits "
                                 "for that loop to end; call it in the test's thread")

    def stop(self) -> None:
        """Stop. No thread, task or socket stays behind.

        Raises:
            WrongLoopError: the thread does not end, because something blocks it.
        """
        self.let_go()
        self._thread.join(_LONG_ENOUGH)
        if self._thread.is_alive():
            raise WrongLoopError(f"the loop of this fake has not ended within {_LONG_ENOUGH:g} s: "
                                 "something blocks its thread")

    def let_go(self) -> None:
        """Ask it to stop, without waiting."""
        with contextlib.suppress(RuntimeError):  # already closed
            self._loop.call_soon_threadsafe(self._end)

    def _end(self) -> None:
        if not self._stop.done():
            self._stop.set_result(None)

    def _main(self) -> None:
        loop = self._loop
        main = loop.create_task(self._live())
        failure: BaseException | None = None
        try:
            loop.run_until_complete(main)
        except BaseException as error:
            failure = error
            if not main.done():  # a handler raised SystemExit, which ends a loop at once
                self._end()
                with contextlib.suppress(BaseException):
                    loop.run_until_complete(main)
        finally:
            loop.close()
            if self._calls is not None:
                self._calls.died_of = failure
                self._calls.close()

    async def _live(self) -> None:
        serving = Serving(self._app, self._sock)
        try:
            await serving.start()
            await self._stop
        finally:
            await serving.stop()
            await _end_tasks()


async def _end_tasks() -> None:
    """Cancel all other tasks of this loop, and wait for their end."""
    loop = asyncio.get_running_loop()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    if others:
        await asyncio.wait(others, timeout=_LONG_ENOUGH)
    await loop.shutdown_asyncgens()
    await loop.shutdown_default_executor()
