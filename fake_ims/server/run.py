"""Runs the application: in the running loop, or in a thread of its own with its own loop.

Starting and stopping use no timers, so that they work in a loop whose clock freezegun holds.
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
from .bridge import LoopThread, ParkingLoop
from .pipeline import SERVICE, build
from .port import BACKLOG, Gate
from .state import Service

_log = logging.getLogger("fake_ims.http")
_log.addFilter(lambda record: not _is_clients_fault(record))
# Idle connections are closed when the client or the fake ends, never by a timer: freezing time in
# the middle of a test would set it off, and the next request would meet a closed connection.
_NEVER = 1e12
_LONG_ENOUGH = 10.0


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to an address, not yet listening.

    Args:
        host: an IPv4 or IPv6 address, or a name (an IPv4 address of it is preferred).
        port: the port; 0 for a free one.

    Raises:
        PortTakenError: the port is in use.
        UsageError: the host is no address of this machine, or the port is not allowed.
    """
    family, address = _resolve(host, port)
    # The protocol number matters: without it asyncio does not switch Nagle's algorithm off.
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
            raise PortTakenError(f"port {port} of {host} is taken; give another one, "
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
                         "the usual one is '127.0.0.1'") from None
    family, _, _, _, address = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    return family, (str(address[0]), port)


def _is_clients_fault(record: logging.LogRecord) -> bool:
    """Whether aiohttp logs that it has refused what is no HTTP; that is nobody's business here."""
    error = record.exc_info[1] if record.exc_info else None
    return isinstance(error, (HttpProcessingError, web.RequestPayloadError))


def url_of(sock: socket.socket) -> str:
    """``http://127.0.0.1:PORT`` for a bound socket, in a form that a client here can call."""
    host, port = sock.getsockname()[:2]
    if host == "0.0.0.0":
        host = "127.0.0.1"
    elif host == "::":
        host = "::1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class BuiltApplication:
    """The application of a service, and whether a server, ours or another, has ended it.

    Attributes:
        app: the application; its end gives back what the images hold.
        over: whether that has happened; it cannot be served again.
    """

    def __init__(self, service: Service) -> None:
        self.over = False
        self.app = build(service)
        # Another server would wait for requests that wait for a fault.
        self.app.on_shutdown.append(self._interrupt)
        self.app.on_cleanup.append(self._end)
        self._service = service

    async def _interrupt(self, app: web.Application) -> None:
        self._service.interrupt()

    async def _end(self, app: web.Application) -> None:
        self.over = True
        self._service.store.close()


class Serving:
    """An application on a listening socket, in the running loop.

    Args:
        app: the application; it is cleaned up at the end.
        sock: what ``listen`` gave; it is closed at the end.
    """

    def __init__(self, app: web.Application, sock: socket.socket) -> None:
        self._app = app
        self._sock = sock
        self._gate: Gate | None = None
        # A body is what the client sends: the service does not look at Content-Encoding.
        self._runner = web.AppRunner(app, access_log=None, keepalive_timeout=_NEVER,
                                     auto_decompress=False, logger=_log)

    async def start(self) -> None:
        """Answer requests from now on."""
        await self._runner.setup()
        server = self._runner.server
        assert server is not None
        self._gate = self._app[SERVICE].faults.gate = Gate(self._sock, server)
        await self._gate.start()

    async def stop(self) -> None:
        """Close the port, cut every connection, end every request, clean the application up."""
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
        """Close the port; for a loop that is closed, so that nothing else can be done."""
        if self._gate is not None:
            self._app[SERVICE].faults.gate = None
            self._gate.close()
        self._sock.close()


async def _cut(connections: list[web.RequestHandler]) -> None:
    """Drop connections at once, and wait until their requests have ended."""
    if not connections:
        return
    # aiohttp has no public way to know when a connection's task has ended.
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
        """Whether it takes work."""
        return self.loop.is_running()

    async def start(self) -> None:
        """Answer requests from now on."""
        try:
            await self._serving.start()
        except BaseException:
            await self._serving.stop()
            raise

    async def stop(self) -> None:
        """Leave no task and no socket behind."""
        await self._serving.stop()

    def abandon(self) -> None:
        """Close the port after the loop has been closed without stopping first."""
        self._serving.abandon()


class OwnThread:
    """An application in a thread of its own with its own loop, which freezegun cannot hold."""

    def __init__(self, app: web.Application, sock: socket.socket) -> None:
        self._app = app
        self._sock = sock
        self._loop = ParkingLoop()
        self._loop.busy.acquire()  # on behalf of the thread to come
        self._stop: asyncio.Future[None] = self._loop.create_future()
        self._thread = threading.Thread(target=self._main, name="fake_ims", daemon=True)
        self._calls: LoopThread | None = None

    @property
    def is_alive(self) -> bool:
        """Whether it takes work; False in a forked child, too."""
        return self._thread.is_alive()

    def start(self) -> LoopThread:
        """Answer requests from now on; gives the thread for calls from other ones.

        The thread is still at its preparations: requests and calls wait for it to be done with
        them, so there is no need to wait here as well.
        """
        self._thread.start()
        assert self._thread.ident is not None
        self._calls = LoopThread(self._loop, self._thread.ident, self._thread.is_alive)
        return self._calls

    def check_caller(self) -> None:
        """Refuse to be stopped from within.

        Raises:
            WrongLoopError: called in the thread that is to end.
        """
        if threading.get_ident() == self._thread.ident:
            raise WrongLoopError("a fake cannot be stopped from within its own loop: stop() waits "
                                 "for that loop to end; call it in the test's thread")

    def stop(self) -> None:
        """Leave no thread, task or socket behind.

        Raises:
            WrongLoopError: its thread does not end, because something blocks it.
        """
        self.let_go()
        self._thread.join(_LONG_ENOUGH)
        if self._thread.is_alive():
            raise WrongLoopError(f"the loop of this fake has not ended within {_LONG_ENOUGH:g} s: "
                                 "something blocks its thread")

    def let_go(self) -> None:
        """Tell it to stop, and do not wait."""
        with contextlib.suppress(RuntimeError):  # closed already
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
    """Cancel what else runs in this loop, and let it end."""
    loop = asyncio.get_running_loop()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    if others:
        await asyncio.wait(others, timeout=_LONG_ENOUGH)
    await loop.shutdown_asyncgens()
    await loop.shutdown_default_executor()
