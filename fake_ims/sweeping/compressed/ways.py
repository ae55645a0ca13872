"""The ways of waiting: a function for each, in place of the standard library's.

Each calls the function that it replaces if no ``CompressedTime`` is active, because modules and
freezegun may keep it longer than they should.
"""

from __future__ import annotations

import _thread
import asyncio
import math
import operator
import os
import select
import selectors
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from .places import REAL_TIME, Patches, Places
from .senders import Senders
from .waits import Engine, Wait

# pytest leaves our frames out of tracebacks.
__tracebackhide__ = True

_TIMES = ("time", "monotonic", "perf_counter", "time_ns", "monotonic_ns", "perf_counter_ns")
_BUILTIN: dict[str, Any] = {name: getattr(time, name) for name in (*_TIMES, "sleep")}
_SELECT: dict[str, Any] = {name: getattr(select, name) for name in ("select", "poll", "epoll")
                           if hasattr(select, name)}
_before: dict[str, Any] = dict(_BUILTIN)  # what freezegun or others had put there, if anything
_engine: Engine | None = None
_senders = Senders()
_places = Places()


def _compressing() -> Engine | None:
    """Return the engine, if the running thread waits on the compressed clock."""
    engine = _engine
    return None if engine is None or engine.is_real() else engine


# Reading and sleeping


def _clock(name: str) -> Callable[[], Any]:
    nanoseconds = name.endswith("_ns")

    def read() -> Any:
        engine = _engine
        value = _before[name]()
        if engine is None:
            return value
        return value + (int(engine.offset * 1e9) if nanoseconds else engine.offset)

    read.__name__ = read.__qualname__ = name
    return read


def _sleep(seconds: Any, /) -> None:
    engine = _compressing()
    if engine is None:
        _BUILTIN["sleep"](seconds)
        return
    asked = float(seconds if isinstance(seconds, float) else operator.index(seconds))
    if asked <= 0 or asked != asked:
        _BUILTIN["sleep"](asked)
        return
    engine.wait(Wait("time.sleep", _never), _rest, asked)


def _never() -> bool:
    return False


def _rest(seconds: float | None) -> None:
    if seconds:
        _BUILTIN["sleep"](seconds)


# Threads


class _WaitLock:
    """The lock on which a thread waits for a condition. It shows other threads that it is free."""

    __slots__ = ("_free", "_lock")

    def __init__(self) -> None:
        self._lock = _thread.allocate_lock()
        self._free = True

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        engine = _compressing() if blocking else None
        if engine is not None and _guards(engine):
            engine = None
        if engine is None:
            got = self._lock.acquire(blocking, timeout)
        else:
            got = bool(engine.wait(Wait("a lock or condition", self._is_free), self._look,
                                   None if timeout < 0 else timeout))
        if got:
            self._free = False
        return got

    def _is_free(self) -> bool:
        return self._free

    def _look(self, seconds: float | None) -> bool:
        if seconds is None:
            return self._lock.acquire()
        return self._lock.acquire(True, seconds) if seconds > 0 else self._lock.acquire(False)

    def release(self) -> None:
        self._free = True
        self._lock.release()

    def locked(self) -> bool:
        return self._lock.locked()

    __enter__ = acquire

    def __exit__(self, *_: object) -> None:
        self.release()

    def _at_fork_reinit(self) -> None:
        self._lock = _thread.allocate_lock()
        self._free = True


def _guards(engine: Engine) -> bool:
    """Return whether this thread is a timer that guards the test, such as pytest-timeout's."""
    ident = _thread.get_ident()
    if ident in engine.ignored:
        return True
    thread = threading._active.get(ident)  # type: ignore[attr-defined]
    module = getattr(getattr(thread, "function", None), "__module__", None) or ""
    if isinstance(thread, threading.Timer) and module.partition(".")[0] in REAL_TIME - {"fake_ims"}:
        engine.ignored.add(ident)
        return True
    return False


def _join(before: Any) -> Any:
    def join(self: threading.Thread, timeout: float | None = None) -> None:
        engine = _compressing()
        if engine is None:
            before(self, timeout)
            return

        def ended() -> bool:
            # Between its last frame and its end, a thread is on its way.
            return not self.is_alive() or self.ident not in sys._current_frames()

        def look(seconds: float | None) -> bool:
            before(self, seconds)
            return not self.is_alive()

        engine.wait(Wait("Thread.join", ended), look, timeout)

    return join


# Selectors


def _selector(before: Any) -> Any:
    def select_(
        self: selectors.BaseSelector, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        engine = _compressing()
        if engine is None or (timeout is not None and timeout <= 0):
            return before(self, timeout)  # type: ignore[no-any-return]
        if timeout is not None and timeout >= 86400:
            timeout = None  # asyncio waits a day at most, and then again
        return engine.wait(
            Wait("a selector", lambda: _is_ready(self), lambda: _fds(self),
                 _is_of_loop(sys._getframe(1))),
            lambda seconds: before(self, seconds), timeout) or []

    select_.__name__ = "select"
    return select_


def _is_of_loop(frame: FrameType | None) -> bool:
    if frame is not None and frame.f_code.co_name == "select":  # of a subclass
        frame = frame.f_back
    return frame is not None and frame.f_code.co_name == "_run_once"


def _fds(selector: selectors.BaseSelector) -> list[int]:
    try:
        return [key.fd for key in list(selector.get_map().values())]
    except (RuntimeError, AttributeError):
        return []  # it has been changed or closed


def _is_ready(selector: selectors.BaseSelector) -> bool:
    try:
        if type(selector).__name__ == "EpollSelector" or isinstance(selector, _epolls()):
            return _is_there(selector.fileno(), selectors.EVENT_READ)  # type: ignore[attr-defined]
        return any(_is_there(key.fd, key.events) for key in list(selector.get_map().values()))
    except (OSError, ValueError, RuntimeError, AttributeError):
        return True  # it has been changed or closed: its thread moves


def _epolls() -> tuple[type, ...]:
    found = getattr(selectors, "EpollSelector", None)
    return () if found is None else (found,)


def _is_there(fd: int, events: int) -> bool:
    return bool(_looker(fd, events)(0))


def _looker(fd: int, events: int) -> Callable[[float | None], Any]:
    """Return a function that waits some real seconds for a descriptor."""
    if "poll" not in _SELECT:
        reads = [fd] if events & selectors.EVENT_READ else []
        writes = [fd] if events & selectors.EVENT_WRITE else []
        return lambda seconds: any(_SELECT["select"](reads, writes, writes, seconds))
    poller = _SELECT["poll"]()
    poller.register(fd, (select.POLLIN | select.POLLPRI if events & selectors.EVENT_READ else 0)
                    | (select.POLLOUT if events & selectors.EVENT_WRITE else 0))
    return lambda seconds: poller.poll(None if seconds is None else math.ceil(seconds * 1000))


# The module select


def _select(
    rlist: Iterable[Any], wlist: Iterable[Any], xlist: Iterable[Any],
    timeout: float | None = None, /,
) -> tuple[list[Any], list[Any], list[Any]]:
    engine = _compressing()
    lists = (list(rlist), list(wlist), list(xlist))
    real = _SELECT["select"]
    if engine is None or (timeout is not None and timeout <= 0):
        return real(*lists, timeout)  # type: ignore[no-any-return]

    def look(seconds: float | None) -> Any:
        found = real(*lists, seconds)
        return found if any(found) else None

    def ready() -> bool:
        try:
            return look(0) is not None
        except (OSError, ValueError):
            return True

    return engine.wait(
        Wait("select.select", ready, lambda: [_fd(one) for part in lists for one in part]),
        look, timeout) or ([], [], [])


def _fd(thing: Any) -> int:
    try:
        return thing if isinstance(thing, int) else int(thing.fileno())
    except (OSError, ValueError):
        return -1


class _Poll:
    """``select.poll()``."""

    def __init__(self) -> None:
        self._real = _SELECT["poll"]()
        self._masks: dict[int, int] = {}

    def register(self, fd: Any, eventmask: int = 7, /) -> None:
        self._real.register(fd, eventmask)
        self._masks[_fd(fd)] = eventmask

    def modify(self, fd: Any, eventmask: int, /) -> None:
        self._real.modify(fd, eventmask)
        self._masks[_fd(fd)] = eventmask

    def unregister(self, fd: Any, /) -> None:
        self._real.unregister(fd)
        self._masks.pop(_fd(fd), None)

    def poll(self, timeout: float | None = None, /) -> list[tuple[int, int]]:
        engine = _compressing()
        if engine is None or timeout == 0:
            return self._real.poll(timeout)  # type: ignore[no-any-return]
        seconds = None if timeout is None or timeout < 0 else timeout / 1000
        return engine.wait(
            Wait("select.poll", self._is_ready, lambda: list(self._masks)), self._look, seconds
        ) or []

    def _look(self, seconds: float | None) -> Any:
        return self._real.poll(None if seconds is None else math.ceil(seconds * 1000))

    def _is_ready(self) -> bool:
        other = _SELECT["poll"]()  # one object cannot poll in two threads
        for fd, mask in list(self._masks.items()):
            other.register(fd, mask)
        return bool(other.poll(0))


class _Epoll:
    """``select.epoll()``."""

    def __init__(self, *args: Any, **named: Any) -> None:
        self._real = _SELECT["epoll"](*args, **named)
        self._fds: set[int] = set()

    @classmethod
    def fromfd(cls, fd: int, /) -> _Epoll:
        made = cls.__new__(cls)
        made._real, made._fds = _SELECT["epoll"].fromfd(fd), set()
        return made

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def __enter__(self) -> _Epoll:
        self._real.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._real.close()

    def register(self, fd: Any, *args: Any, **named: Any) -> None:
        self._real.register(fd, *args, **named)
        self._fds.add(_fd(fd))

    def unregister(self, fd: Any) -> None:
        self._real.unregister(fd)
        self._fds.discard(_fd(fd))

    def poll(self, timeout: float | None = None, maxevents: int = -1) -> list[tuple[int, int]]:
        engine = _compressing()
        if engine is None or timeout == 0:
            return self._real.poll(timeout, maxevents)  # type: ignore[no-any-return]
        return engine.wait(
            Wait("select.epoll", lambda: _is_there(self._real.fileno(), selectors.EVENT_READ),
                 lambda: list(self._fds)),
            lambda seconds: self._real.poll(seconds, maxevents),
            None if timeout is None or timeout < 0 else timeout) or []


# Sockets


def _await(
    engine: Engine, sock: socket.socket, events: int, what: str, timeout: float | None
) -> None:
    fd = sock.fileno()
    if fd < 0:
        return  # the operation raises the error
    if not engine.wait(Wait(what, lambda: _is_there(fd, events), lambda: [fd]),
                       _looker(fd, events), timeout):
        raise TimeoutError("timed out")


_WITHOUT_WAITING: int = getattr(socket, "MSG_DONTWAIT", 0)


def _receive(name: str, before: Any, flags_at: int) -> Any:
    def receive(self: socket.socket, *args: Any, **named: Any) -> Any:
        engine = _compressing()
        flags = args[flags_at] if len(args) > flags_at else named.get("flags", 0)
        timeout = self.gettimeout()
        if engine is not None and timeout != 0 and not flags & _WITHOUT_WAITING:
            _await(engine, self, selectors.EVENT_READ, f"socket.{name}", timeout)
        received = before(self, *args, **named)
        if _engine is not None and received:
            _senders.has_received(self, _engine.peers.fakes)
        return received

    receive.__name__ = name
    return receive


def _accept(before: Any) -> Any:
    def accept(self: socket.socket) -> Any:
        engine = _compressing()
        timeout = self.gettimeout()
        if engine is not None and timeout != 0:
            _await(engine, self, selectors.EVENT_READ, "socket.accept", timeout)
        return before(self)

    return accept


def _noted(name: str, before: Any) -> Any:
    def send(self: socket.socket, *args: Any, **named: Any) -> Any:
        if _engine is not None:
            _senders.sends(self, _engine.peers.fakes)
        return before(self, *args, **named)

    send.__name__ = name
    return send


def _send(before: Any) -> Any:
    def send(self: socket.socket, data: Any, flags: int = 0, /) -> int:
        engine = _compressing()
        if _engine is not None:
            _senders.sends(self, _engine.peers.fakes)
        timeout = self.gettimeout()
        if engine is not None and timeout != 0 and not flags & _WITHOUT_WAITING:
            _await(engine, self, selectors.EVENT_WRITE, "socket.send", timeout)
            flags |= _WITHOUT_WAITING  # a blocking socket would wait for room for everything
        return before(self, data, flags)  # type: ignore[no-any-return]

    return send


def _sendall(before: Any) -> Any:
    def sendall(self: socket.socket, data: Any, flags: int = 0, /) -> None:
        engine = _compressing()
        if _engine is not None:
            _senders.sends(self, _engine.peers.fakes)
        timeout = self.gettimeout()
        if engine is None or timeout == 0 or not _WITHOUT_WAITING:
            return before(self, data, flags)  # type: ignore[no-any-return]
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
        engine = _compressing()
        timeout = self.gettimeout()
        if engine is not None and timeout != 0 and not self.pending():
            _await(engine, self, selectors.EVENT_READ, "SSLSocket.read", timeout)
        return before(self, *args, **named)

    return read


# Child processes


@contextmanager
def _real(engine: Engine) -> Iterator[None]:
    """Let the running thread wait in real time. The clock does not jump meanwhile."""
    ident = _thread.get_ident()
    engine.real[ident] = engine.real.get(ident, 0) + 1
    try:
        yield
    finally:
        engine.real[ident] -= 1
        if not engine.real[ident]:
            del engine.real[ident]


def _child(before: Any) -> Any:
    def wait(self: Any, *args: Any, **named: Any) -> Any:
        engine = _engine
        if engine is None or not (
            args or named.get("timeout") is not None or _thread.get_ident() == engine.owner
        ):
            return before(self, *args, **named)
        with _real(engine):
            return before(self, *args, **named)

    wait.__name__ = before.__name__
    return wait


# Tasks


def _create_task(before: Any) -> Any:
    def create_task(self: Any, *args: Any, **named: Any) -> Any:
        task = before(self, *args, **named)
        if _engine is not None:
            _senders.has_created(task)
        return task

    return create_task


# All of them

_NEW: dict[str, Any] = {name: _clock(name) for name in _TIMES} | {"sleep": _sleep}
_NEW_SELECT: dict[str, Any] = {
    name: new for name, new in (("select", _select), ("poll", _Poll), ("epoll", _Epoll))
    if name in _SELECT}


def _patch(patches: Patches) -> None:
    new: dict[int, Any] = {}
    for name, function in _NEW.items():
        there = getattr(time, name)
        _before[name] = _BUILTIN[name] if there is function else there
        new[id(_BUILTIN[name])] = new[id(there)] = function
        patches.attribute(time, name, function)
    for name, function in _NEW_SELECT.items():
        new[id(_SELECT[name])] = function
        patches.attribute(select, name, function)
    for space, name in _places.find(new):
        function = new.get(id(space.get(name)))
        if function is not None:
            patches.entry(space, name, function)
    _meet_freezegun(patches)
    patches.attribute(threading, "_allocate_lock", _WaitLock)
    patches.attribute(threading.Thread, "join", _join(threading.Thread.join))
    for kind in {one for name in dir(selectors) if name.endswith(("Selector", "SelectorImpl"))
                 and isinstance(one := getattr(selectors, name), type)}:
        for owner in kind.__mro__:
            before = vars(owner).get("select")
            if (before is not None and owner is not selectors.BaseSelector
                    and not getattr(before, "__isabstractmethod__", False)
                    and before.__name__ == "select" and before.__module__ == "selectors"):
                patches.attribute(owner, "select", _selector(before))
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
    for name in ("wait", "communicate"):
        patches.attribute(subprocess.Popen, name, _child(getattr(subprocess.Popen, name)))
    patches.attribute(asyncio.BaseEventLoop, "create_task",
                      _create_task(asyncio.BaseEventLoop.create_task))


def _meet_freezegun(patches: Patches) -> None:
    """Let freezegun put our functions back when it stops, and find them in modules."""
    module = sys.modules.get("freezegun.api")
    if module is None:
        return
    ids = getattr(module, "_real_time_object_ids", None)
    for name in _TIMES:
        if getattr(module, f"real_{name}", None) is _BUILTIN[name]:
            patches.attribute(module, f"real_{name}", _NEW[name])
        if isinstance(ids, set):
            ids.add(id(_NEW[name]))
    if isinstance(getattr(module, "_GLOBAL_MODULES_CACHE", None), dict):
        patches.attribute(module, "_GLOBAL_MODULES_CACHE", _frozen)


_frozen: dict[str, Any] = {}  # freezegun's cache of the modules, with our functions in it


def _put_back() -> None:
    """Restore what modules have imported while our functions stood there."""
    old = {id(new): _BUILTIN[name] for name, new in _NEW.items()}
    old |= {id(new): _SELECT[name] for name, new in _NEW_SELECT.items()}
    for space, name in _places.find(old):
        builtin = old.get(id(space.get(name)))
        if builtin is not None:
            space[name] = builtin


def install(engine: Engine) -> Patches:
    """Replace everything. Undo it with ``remove``."""
    global _engine
    patches = Patches()
    _senders.clear()
    try:
        _patch(patches)
        _engine = engine
    except BaseException:
        remove(patches)
        raise
    return patches


def remove(patches: Patches) -> None:
    """Put everything back."""
    global _engine
    _engine = None
    patches.undo()
    _put_back()
    _before.update(_BUILTIN)


def senders() -> Senders:
    """Return who has sent what to the fakes."""
    return _senders


def is_active() -> bool:
    """Return whether everything is replaced."""
    return _engine is not None


def _in_child() -> None:
    global _engine
    _engine = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
