"""The modules ``selectors`` and ``select``.

- A selector or a poll that does not wait (time-out 0) is left to the real one.
- Other threads must see whether what is waited for is there. Two threads cannot poll one object, so
  they use another one. An epoll is itself a descriptor that can be polled.
- A selector that is closed or changed meanwhile counts as ready: its thread moves.
- Modules import the functions of ``select`` by name. ``ways`` replaces them there too.
"""

from __future__ import annotations

import math
import select
import selectors
import sys
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any

from . import state
from .descriptors import fd_of, is_there
from .places import Patches
from .waits import Wait

# pytest leaves our frames out of tracebacks.
__tracebackhide__ = True

_Events = list[tuple[int, int]]
_Keys = list[tuple[selectors.SelectorKey, int]]
_Lists = tuple[list[Any], list[Any], list[Any]]


# Selectors


def _selector(before: Callable[..., _Keys]) -> Any:
    def select_(self: selectors.BaseSelector, timeout: float | None = None) -> _Keys:
        engine = state.compressing()
        if engine is None or (timeout is not None and timeout <= 0):
            return before(self, timeout)
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
            return is_there(fd_of(selector), selectors.EVENT_READ)
        return any(is_there(key.fd, key.events) for key in list(selector.get_map().values()))
    except (OSError, ValueError, RuntimeError, AttributeError):
        return True  # it has been changed or closed: its thread moves


def _epolls() -> tuple[type, ...]:
    found = getattr(selectors, "EpollSelector", None)
    return () if found is None else (found,)


# The module select


def _select(
    rlist: Iterable[Any], wlist: Iterable[Any], xlist: Iterable[Any],
    timeout: float | None = None, /,
) -> _Lists:
    engine = state.compressing()
    lists = (list(rlist), list(wlist), list(xlist))
    real: Callable[..., _Lists] = state.SELECT["select"]
    if engine is None or (timeout is not None and timeout <= 0):
        return real(*lists, timeout)

    def look(seconds: float | None) -> _Lists | None:
        found = real(*lists, seconds)
        return found if any(found) else None

    def ready() -> bool:
        try:
            return look(0) is not None
        except (OSError, ValueError):
            return True

    return engine.wait(
        Wait("select.select", ready, lambda: [fd_of(one) for part in lists for one in part]),
        look, timeout) or ([], [], [])


class _Poll:
    """``select.poll()``."""

    def __init__(self) -> None:
        self._real = state.SELECT["poll"]()
        self._masks: dict[int, int] = {}

    def register(self, fd: Any, eventmask: int = 7, /) -> None:
        self._real.register(fd, eventmask)
        self._masks[fd_of(fd)] = eventmask

    def modify(self, fd: Any, eventmask: int, /) -> None:
        self._real.modify(fd, eventmask)
        self._masks[fd_of(fd)] = eventmask

    def unregister(self, fd: Any, /) -> None:
        self._real.unregister(fd)
        self._masks.pop(fd_of(fd), None)

    def poll(self, timeout: float | None = None, /) -> _Events:
        engine = state.compressing()
        if engine is None or timeout == 0:
            found: _Events = self._real.poll(timeout)
            return found
        seconds = None if timeout is None or timeout < 0 else timeout / 1000
        return engine.wait(
            Wait("select.poll", self._is_ready, lambda: list(self._masks)), self._look, seconds
        ) or []

    def _look(self, seconds: float | None) -> Any:
        return self._real.poll(None if seconds is None else math.ceil(seconds * 1000))

    def _is_ready(self) -> bool:
        other = state.SELECT["poll"]()  # one object cannot poll in two threads
        for fd, mask in list(self._masks.items()):
            other.register(fd, mask)
        return bool(other.poll(0))


class _Epoll:
    """``select.epoll()``."""

    def __init__(self, *args: Any, **named: Any) -> None:
        self._real = state.SELECT["epoll"](*args, **named)
        self._fds: set[int] = set()

    @classmethod
    def fromfd(cls, fd: int, /) -> _Epoll:
        made = cls.__new__(cls)
        made._real, made._fds = state.SELECT["epoll"].fromfd(fd), set()
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
        self._fds.add(fd_of(fd))

    def unregister(self, fd: Any) -> None:
        self._real.unregister(fd)
        self._fds.discard(fd_of(fd))

    def poll(self, timeout: float | None = None, maxevents: int = -1) -> _Events:
        engine = state.compressing()
        if engine is None or timeout == 0:
            found: _Events = self._real.poll(timeout, maxevents)
            return found
        return engine.wait(
            Wait("select.epoll", lambda: is_there(self._real.fileno(), selectors.EVENT_READ),
                 lambda: list(self._fds)),
            lambda seconds: self._real.poll(seconds, maxevents),
            None if timeout is None or timeout < 0 else timeout) or []


NEW: dict[str, Any] = {
    name: new for name, new in (("select", _select), ("poll", _Poll), ("epoll", _Epoll))
    if name in state.SELECT}


def replace(patches: Patches) -> dict[int, Any]:
    """Replace the functions of ``select`` and the methods of the selectors.

    Returns:
        Our functions, by the ``id`` of those that modules may have imported.
    """
    for name, function in NEW.items():
        patches.attribute(select, name, function)
    for kind in {one for name in dir(selectors) if name.endswith(("Selector", "SelectorImpl"))
                 and isinstance(one := getattr(selectors, name), type)}:
        for owner in kind.__mro__:
            before = vars(owner).get("select")
            if (before is not None and owner is not selectors.BaseSelector
                    and not getattr(before, "__isabstractmethod__", False)
                    and before.__name__ == "select" and before.__module__ == "selectors"):
                patches.attribute(owner, "select", _selector(before))
    return {id(state.SELECT[name]): function for name, function in NEW.items()}
