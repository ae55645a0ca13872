"""Runs work on a fake's state in the thread that owns the state: the thread of its loop.

A call from that thread runs at once. A call from another thread is handed to the loop and waits
for it. If the loop is an idle ``ParkingLoop``, the call runs in its own thread instead, while a
lock keeps the loop parked: waking another thread and waiting for it costs tens of microseconds, a
lock less than one. Either way no handler runs at the same time, and everything that the loop had
started is done.

An exception can reach a caller at any bytecode: Ctrl-C, or a signal handler that raises, such as
that of pytest-timeout. ``try`` cannot protect the moment after a lock is taken, so a caller may
leave the lock locked. Therefore no flag decides, but whether a call is on the stack of some
thread. The loop takes back a lock that no call holds.
"""

from __future__ import annotations

import asyncio
import logging
import selectors
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from errno import EMFILE, ENFILE
from threading import Lock, get_ident
from types import FrameType
from typing import Any, Generic, TypeVar, cast

from ..errors import FakeImsError, NotRunningError, WrongLoopError
from .realtime import loop_time, monotonic

T = TypeVar("T")

PATIENCE = 30.0
"""Real seconds that a call waits for a busy loop."""

NOT_STARTED = ("this fake is not running yet: use it inside 'with FakeIMS(...) as fake:' "
               "(or 'async with'), or call start() first")
STOPPED = ("this fake has been stopped and its state is gone: use it before the 'with' block "
           "ends, or call start() again")


_BUSY = object()
_TOLD_FOR = 60.0  # real seconds until used-up descriptors are logged again
_log = logging.getLogger("fake_ims.http")
_LOOK = 0.02  # real seconds between checks for an abandoned lock


class _ParkingSelector(selectors.DefaultSelector):
    """A selector that releases a lock while it waits."""

    def __init__(self, lock: Lock) -> None:
        super().__init__()
        self._parked = lock
        self.calls: LoopThread | None = None

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout <= 0:  # the loop has work, so it does not park
            return super().select(timeout)
        self._parked.release()
        try:
            return super().select(timeout)
        finally:
            while not self._parked.acquire(timeout=_LOOK):
                if self.calls is not None and self.calls.is_abandoned(self._parked):
                    break  # the lock stays locked: it is the loop's now


class ParkingLoop(asyncio.SelectorEventLoop):
    """A loop with real time under freezegun. It holds ``busy`` while it is working.

    Its thread must acquire ``busy`` before it runs the loop.
    """

    def __init__(self) -> None:
        self.busy = Lock()
        self._told_until = float("-inf")
        self._parking = _ParkingSelector(self.busy)
        super().__init__(self._parking)

    def serves(self, calls: LoopThread) -> None:
        """Set the calls that take the lock besides the loop."""
        self._parking.calls = calls

    def time(self) -> float:
        """Return real seconds. The sweep may skip some."""
        return loop_time()

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Log errors of the loop. Used-up descriptors are logged once a minute."""
        error = context.get("exception")
        if isinstance(error, OSError) and error.errno in (EMFILE, ENFILE):
            now = monotonic()
            if now >= self._told_until:
                self._told_until = now + _TOLD_FOR
                _log.error("%s: the fake accepts no connections until some are closed; close "
                           "clients after use, or raise the limit (ulimit -n)", error.strerror)
            return
        super().call_exception_handler(context)


class _Work(Generic[T]):
    """Work that waits for the loop."""

    __slots__ = ("_do", "_done", "_error", "_result")

    def __init__(self, do: Callable[[], T]) -> None:
        self._do = do
        self._done = Lock()
        self._done.acquire()
        self._error: BaseException | None = None

    def run(self) -> None:
        try:
            self._result = self._do()
        except BaseException as error:
            self._error = error
        self._done.release()

    def fail(self, error: BaseException) -> None:
        self._error = error
        self._done.release()

    def wait(self, seconds: float) -> bool:
        return self._done.acquire(timeout=seconds)

    def outcome(self) -> T:
        error, self._error = self._error, None
        if error is not None:
            try:
                raise error
            finally:
                del error  # avoids a reference cycle through the traceback
        return self._result


class LoopThread:
    """The thread that runs a loop, for calls from other threads.

    Args:
        loop: the loop that owns the state.
        ident: ``threading.get_ident()`` of its thread.
        is_alive: whether that thread still accepts work.

    Attributes:
        died_of: the exception that ended the thread; None if none did.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, ident: int, is_alive: Callable[[], bool]
    ) -> None:
        self._loop = loop
        self._ident = ident
        self._is_alive = is_alive
        self._busy: Lock | None = None
        if isinstance(loop, ParkingLoop):
            self._busy = loop.busy
            loop.serves(self)
        self._holder: int | None = None
        self._entered = object()  # another one for each call that tries to take the lock
        self._waiting: deque[_Work[Any]] = deque()
        self.died_of: BaseException | None = None

    def run(self, work: Callable[[], T]) -> T:
        """Do the work as the owner of the state. Return its result, or raise its exception.

        Raises:
            NotRunningError: the loop is closed or its thread has ended.
            WrongLoopError: the loop has not accepted the work for ``PATIENCE`` seconds.
        """
        me = get_ident()
        if me == self._ident or (me == self._holder and self._is_nested()):
            return work()
        busy = self._busy
        if busy is not None:
            result = self._run_beside(busy, me, work)
            if result is not _BUSY:
                return cast("T", result)
        return self._hand_over(work)

    def _run_beside(self, busy: Lock, me: int, work: Callable[[], T]) -> T | object:
        """Do the work in this thread while the loop is parked. Return ``_BUSY`` if it is not.

        Only calls inside this function hold the lock.
        """
        self._entered = object()  # before the lock: see is_abandoned
        if not busy.acquire(blocking=False):
            return _BUSY
        self._holder = me
        try:
            return work()
        finally:
            self._holder = None
            busy.release()

    def is_abandoned(self, busy: Lock) -> bool:
        """Return whether the loop has the lock: taken here, or left by an interrupted call.

        Threads run on while this one looks at them. A call that ends meanwhile frees the lock, and
        another may take it. So the lock is abandoned only if it is locked, no call was on the
        stack of a thread, and none has begun since.
        """
        before = self._entered
        if any(self._runs_in(frame) for frame in sys._current_frames().values()):
            return False
        return busy.acquire(blocking=False) or self._entered is before

    def _is_nested(self) -> bool:
        """Return whether this call is made inside another one. If not, that one was interrupted
        before it could record its end."""
        return self._runs_in(sys._getframe(2))

    def _runs_in(self, frame: FrameType | None) -> bool:
        """Return whether a frame, or one of its callers, does this object's work."""
        while frame is not None:
            if frame.f_code is _BESIDE and frame.f_locals.get("self") is self:
                return True
            frame = frame.f_back
        return False

    def _hand_over(self, do: Callable[[], T]) -> T:
        if not self._is_alive():
            raise self._gone()
        work = _Work(do)
        self._waiting.append(work)
        try:
            self._loop.call_soon_threadsafe(self._take)
        except RuntimeError:  # the loop is closed
            self.close()
            raise self._gone() from None
        try:
            self._await(work)
        except BaseException:  # the caller was interrupted and no longer waits
            with suppress(ValueError):
                self._waiting.remove(work)
            raise
        return work.outcome()

    def _await(self, work: _Work[Any]) -> None:
        deadline = monotonic() + PATIENCE
        while not work.wait(min(1.0, PATIENCE)):
            error: FakeImsError | None = None
            if not self._is_alive():
                error = self._gone()
            elif monotonic() > deadline:
                error = WrongLoopError(
                    f"the loop of this fake has not responded for {PATIENCE:g} s: something "
                    "blocks its thread, perhaps a test that waits there for the calling thread"
                )
            if error is not None:
                try:
                    self._waiting.remove(work)
                except ValueError:  # the loop has just taken it
                    continue
                raise error

    def _take(self) -> None:
        while self._waiting:
            self._waiting.popleft().run()

    def close(self) -> None:
        """Accept no more work. Pending work fails."""
        while self._waiting:
            self._waiting.popleft().fail(self._gone())

    def _gone(self) -> NotRunningError:
        if self.died_of is not None:
            return NotRunningError(f"the thread of this fake ended with {self.died_of!r}; "
                                   "call stop() and start() again")
        if self._busy is not None or self._loop.is_closed():
            return NotRunningError(STOPPED)
        return NotRunningError("the loop that this fake was started in is not running; use the "
                               "fake while that loop runs")


_BESIDE = LoopThread._run_beside.__code__


class Bridge:
    """The current owner of one fake's state."""

    def __init__(self) -> None:
        self._thread: LoopThread | None = None
        self._stopped = False

    def run(self, work: Callable[[], T]) -> T:
        """Do the work as the owner of the state. Before the start, every caller is the owner.

        The work must not use asyncio: it may run while the loop is parked, and cannot wake it.

        Raises:
            NotRunningError: the fake has been stopped.
            WrongLoopError: its loop does not accept the work.
        """
        thread = self._thread
        if thread is not None:
            return thread.run(work)
        self.check()
        return work()

    def look(self, work: Callable[[], T]) -> T:
        """Do work that only reads, possible even after the stop. The state has no owner then."""
        return work() if self._stopped else self.run(work)

    def check(self) -> None:
        """Check that the fake has not been stopped.

        Raises:
            NotRunningError: it has been stopped.
        """
        if self._stopped:
            raise NotRunningError(STOPPED)

    def renew(self) -> None:
        """Prepare a new start. Until ``open``, every caller owns the state."""
        self._stopped = False

    def open(self, thread: LoopThread) -> None:
        """Make that thread the owner of the state."""
        self._thread = thread

    def close(self) -> None:
        """Accept no more work, because the fake stops."""
        thread, self._thread, self._stopped = self._thread, None, True
        if thread is not None:
            thread.close()
