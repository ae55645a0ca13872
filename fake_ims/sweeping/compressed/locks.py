"""Conditions, and all that is built on them, and ``Thread.join``.

- Locks are written in C, so their methods cannot be replaced. ``threading._allocate_lock``, which
  conditions call for each wait, returns a lock of ours.
- A released lock shows that it is free until its waiter runs again.
- A timer that guards the test, such as pytest-timeout's, waits in real time.
"""

from __future__ import annotations

import _thread
import sys
import threading
from typing import Any

from . import state
from .places import REAL_TIME, Patches
from .threads import thread_of
from .waits import Engine, Wait

# pytest leaves our frames out of tracebacks.
__tracebackhide__ = True


class _WaitLock:
    """The lock on which a thread waits for a condition. It shows other threads that it is free."""

    __slots__ = ("_free", "_lock")

    def __init__(self) -> None:
        self._lock = _thread.allocate_lock()
        self._free = True

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        engine = state.compressing() if blocking else None
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
    thread = thread_of(ident)
    module = getattr(getattr(thread, "function", None), "__module__", None) or ""
    if isinstance(thread, threading.Timer) and module.partition(".")[0] in REAL_TIME - {"fake_ims"}:
        engine.ignored.add(ident)
        return True
    return False


def _join(before: Any) -> Any:
    def join(self: threading.Thread, timeout: float | None = None) -> None:
        engine = state.compressing()
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


def replace(patches: Patches) -> None:
    """Replace the locks of conditions, and ``Thread.join``."""
    patches.attribute(threading, "_allocate_lock", _WaitLock)
    patches.attribute(threading.Thread, "join", _join(threading.Thread.join))
