"""Sockets: ``socket.socket`` and ``ssl.SSLSocket``.

- Each waits until the descriptor is ready and then calls the real function, which does not wait.
- A socket that does not wait (time-out 0, ``MSG_DONTWAIT``) is left to the real function.
- Each send records its call site (``senders``). What is received after it ends the request.
"""

from __future__ import annotations

import selectors
import socket
import ssl
from collections.abc import Callable
from typing import Any

from . import state
from .descriptors import is_there, looker
from .places import Patches
from .waits import Engine, Wait

# pytest leaves our frames out of tracebacks.
__tracebackhide__ = True

_WITHOUT_WAITING: int = getattr(socket, "MSG_DONTWAIT", 0)


def _await(
    engine: Engine, sock: socket.socket, events: int, what: str, timeout: float | None
) -> None:
    fd = sock.fileno()
    if fd < 0:
        return  # the operation raises the error
    if not engine.wait(Wait(what, lambda: is_there(fd, events), lambda: [fd]),
                       looker(fd, events), timeout):
        raise TimeoutError("timed out")


def _receive(name: str, before: Any, flags_at: int) -> Any:
    def receive(self: socket.socket, *args: Any, **named: Any) -> Any:
        engine = state.compressing()
        flags = args[flags_at] if len(args) > flags_at else named.get("flags", 0)
        timeout = self.gettimeout()
        if engine is not None and timeout != 0 and not flags & _WITHOUT_WAITING:
            _await(engine, self, selectors.EVENT_READ, f"socket.{name}", timeout)
        received = before(self, *args, **named)
        active = state.active()
        if active is not None and received:
            state.senders.has_received(self, active.peers.fakes)
        return received

    receive.__name__ = name
    return receive


def _accept(before: Any) -> Any:
    def accept(self: socket.socket) -> Any:
        engine = state.compressing()
        timeout = self.gettimeout()
        if engine is not None and timeout != 0:
            _await(engine, self, selectors.EVENT_READ, "socket.accept", timeout)
        return before(self)

    return accept


def _noted(name: str, before: Any) -> Any:
    def send(self: socket.socket, *args: Any, **named: Any) -> Any:
        active = state.active()
        if active is not None:
            state.senders.sends(self, active.peers.fakes)
        return before(self, *args, **named)

    send.__name__ = name
    return send


def _send(before: Callable[..., int]) -> Any:
    def send(self: socket.socket, data: Any, flags: int = 0, /) -> int:
        engine = state.compressing()
        active = state.active()
        if active is not None:
            state.senders.sends(self, active.peers.fakes)
        timeout = self.gettimeout()
        if engine is not None and timeout != 0 and not flags & _WITHOUT_WAITING:
            _await(engine, self, selectors.EVENT_WRITE, "socket.send", timeout)
            flags |= _WITHOUT_WAITING  # a blocking socket would wait for room for everything
        return before(self, data, flags)

    return send


def _sendall(before: Callable[..., None]) -> Any:
    def sendall(self: socket.socket, data: Any, flags: int = 0, /) -> None:
        engine = state.compressing()
        active = state.active()
        if active is not None:
            state.senders.sends(self, active.peers.fakes)
        timeout = self.gettimeout()
        if engine is None or timeout == 0 or not _WITHOUT_WAITING:
            return before(self, data, flags)
        end = None if timeout is None else engine.now() + timeout
        with memoryview(data) as view, view.cast("B") as left:
            sent = 0
            while sent < len(left):
                rest = None if end is None else max(0.0, end - engine.now())
                _await(engine, self, selectors.EVENT_WRITE, "socket.sendall", rest)
                try:
                    sent += socket.SocketType.send(self, left[sent:], flags | _WITHOUT_WAITING)
                except BlockingIOError:
                    continue
        return None

    return sendall


def _read_tls(before: Any) -> Any:
    def read(self: ssl.SSLSocket, *args: Any, **named: Any) -> Any:
        engine = state.compressing()
        timeout = self.gettimeout()
        if engine is not None and timeout != 0 and not self.pending():
            _await(engine, self, selectors.EVENT_READ, "SSLSocket.read", timeout)
        return before(self, *args, **named)

    return read


def replace(patches: Patches) -> None:
    """Replace the methods that wait or send."""
    for name, flags_at in (("recv", 1), ("recv_into", 2), ("recvfrom", 1), ("recvfrom_into", 2),
                           ("recvmsg", 2)):
        before = getattr(socket.socket, name, None)
        if before is not None:
            patches.attribute(socket.socket, name, _receive(name, before, flags_at))
    patches.attribute(socket.socket, "accept", _accept(socket.socket.accept))
    patches.attribute(socket.socket, "send", _send(socket.socket.send))
    patches.attribute(socket.socket, "sendall", _sendall(socket.socket.sendall))
    if hasattr(socket.socket, "sendmsg"):
        patches.attribute(socket.socket, "sendmsg", _noted("sendmsg", socket.socket.sendmsg))
    patches.attribute(ssl.SSLSocket, "read", _read_tls(ssl.SSLSocket.read))
