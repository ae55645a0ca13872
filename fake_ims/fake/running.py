"""The part of ``FakeIMS`` that starts and stops it."""

from __future__ import annotations

import asyncio
import weakref
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from ..domain.handle import Handle
from ..errors import ExposedWarning, UsageError, WrongLoopError
from . import exposure

if TYPE_CHECKING:
    from socket import socket

    from aiohttp import web
    from typing_extensions import Self

    from ..server.bridge import Bridge
    from ..server.run import BuiltApplication, InLoop, OwnThread
    from ..server.state import Service


class Running(Handle, ABC):
    """Runs a service in its own thread, in the running loop, or in another server."""

    _service: Service
    _bridge: Bridge
    _host: str
    _port: int
    _open_control: bool

    def __init__(self) -> None:
        self._application: BuiltApplication | None = None
        self._server: OwnThread | InLoop | None = None
        self._url = ""
        self._address = ""

    @abstractmethod
    def _begin_anew(self) -> None:
        """Remove all state, because the application has ended and a new one starts."""

    def start(self) -> Self:
        """Start the fake in its own thread, and return it. ``with`` does the same.

        Raises:
            PortTakenError: the port is in use.
            UsageError: the fake is already running, or cannot listen on the host and port.
            WrongLoopError: the fake is already running in a loop.

        Warns:
            ExposedWarning: other machines can reach it.
        """
        from ..server.run import OwnThread

        app, sock = self._prepare()
        try:
            server = OwnThread(app, sock)
            calls = server.start()
        except BaseException:
            sock.close()
            raise
        self._bridge.open(calls)
        self._server = server
        # A fake that nobody stops ends with the object or the interpreter.
        self._forgotten = weakref.finalize(self, server.let_go)
        return self

    def stop(self) -> None:
        """Stop the fake, cut its connections and remove its images. Does nothing if not running.

        Raises:
            WrongLoopError: the fake was started by ``async with``, which has to stop it, or the
                call comes from the fake's own thread.
        """
        from ..server.run import OwnThread

        server = self._server
        if server is None:
            return
        if not isinstance(server, OwnThread):
            if not server.loop.is_closed():
                raise WrongLoopError("'async with' started this fake; it stops at the end of that "
                                     "block")
            server.abandon()
            self._ended()
            self._service.close()
            return
        server.check_caller()
        self._forgotten.detach()
        self._ended()
        server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *error: object) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        from ..server.run import InLoop

        app, sock = self._prepare()
        server = InLoop(app, sock)
        await server.start()
        self._bridge.open(server.calls)
        self._server = server
        return self

    async def __aexit__(self, *error: object) -> None:
        from ..server.run import InLoop

        server = self._server
        if not isinstance(server, InLoop):
            return
        if asyncio.get_running_loop() is not server.loop:
            raise WrongLoopError("this fake was started in another loop; leave its 'async with' "
                                 "block in that loop")
        self._ended()
        await server.stop()

    def _ended(self) -> None:
        self._server = None
        if self._application is not None:
            self._application.over = True
        self._bridge.close()

    def exposure(self, words: tuple[str, str, str] = exposure.ARGUMENTS) -> str | None:
        """Return a warning if other machines can reach the running fake; None if they cannot.

        Args:
            words: how to set a control token, no control API, and an address of this machine only.
        """
        if exposure.is_loopback(self._address):
            return None
        return exposure.text(self._address, self._open_control, words)

    def _prepare(self) -> tuple[web.Application, socket]:
        from ..server.run import InLoop, listen, url_of

        if self._server is not None:
            if isinstance(self._server, InLoop):
                raise WrongLoopError("this fake is already running in a loop ('async with'); it "
                                     "cannot be started a second time")
            raise UsageError("this fake is already running; 'with' calls start(), so leave out "
                             "one of them")
        self._bridge.renew()
        app = self._build()
        if app.frozen:
            raise WrongLoopError("another server, such as aiohttp's test client, uses fake.app; "
                                 "create a second FakeIMS")
        sock = listen(self._host, self._port)
        self._url = url_of(sock)
        self._address = sock.getsockname()[0]
        if (warning := self.exposure()) is not None:
            try:
                exposure.warn(warning)
            except ExposedWarning:  # warnings are errors
                sock.close()
                raise
        return app, sock

    def _build(self) -> web.Application:
        from ..server.run import BuiltApplication

        if self._application is None or self._application.over:
            if self._application is not None:
                self._begin_anew()
            self._application = BuiltApplication(self._service)
        return self._application.app

    @property
    def running(self) -> bool:
        """Whether it has been started and has not ended."""
        return self._server is not None and self._server.is_alive

    @property
    def app(self) -> web.Application:
        """The application, for aiohttp's own test client. The fake does not need to be started.

        Raises:
            NotRunningError: the fake has been stopped.
        """
        self._bridge.check()
        return self._build()
