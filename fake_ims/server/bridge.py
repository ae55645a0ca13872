"""Takes work on the state of a fake to where the state belongs: the thread of its loop.

A call from that thread runs at once. A call from another thread is handed to the loop and waited
for, or, if the loop is a ``ParkingLoop`` with nothing to do, runs where it is while the loop is
kept parked: waking another thread and being woken by it costs tens of microseconds, a lock less
than one. Both ways no handler runs at the same time, and all that the loop had begun is done.

An exception may reach a caller at any bytecode: Ctrl-C, or a signal handler that raises, such as
that of pytest-timeout. ``try`` cannot guard the moment after a lock is taken, so a caller may go
away with the lock held. What counts is therefore not a flag but whether a call is on the stack of
some thread: a lock that no call holds is taken back by the loop.
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
from .realtime import monotonic

T = TypeVar("T")

PATIENCE = 30.0
"""Real seconds that a call waits for a loop that does not take it."""

NOT_STARTED = ("this fake is not running yet: use it inside 'with FakeIMS(...) as fake:' "
               "(or 'async with'), or call start() first")
STOPPED = ("this fake has been stopped and its state is gone: look at it before the 'with' block "
           "ends, or call start() to begin anew")


_BUSY = object()
_TOLD_FOR = 60.0  # real seconds for which nothing more is said of used-up descriptors
_log = logging.getLogger("fake_ims.http")
_LOOK = 0.02  # real seconds after which the loop looks whether its lock was left behind


class _ParkingSelector(selectors.DefaultSelector):
    """A selector that gives back a lock while it waits for something to happen."""

    def __init__(self, lock: Lock) -> None:
        super().__init__()
        self._parked = lock
        self.calls: LoopThread | None = None

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout <= 0:  # the loop has work: it does not park
            return super().select(timeout)
        self._parked.release()
        try:
            return super().select(timeout)
        finally:
            while not self._parked.acquire(timeout=_LOOK):
                if self.calls is not None and not self.calls.is_held():
                    self._parked.release()  # its holder was interrupted, and is gone


class ParkingLoop(asyncio.SelectorEventLoop):
    """A loop that knows real time under freezegun, and holds ``busy`` whenever it does anything.

    Its thread must acquire ``busy`` before it runs the loop.
    """

    def __init__(self) -> None:
        self.busy = Lock()
        self._told_until = float("-inf")
        self._parking = _ParkingSelector(self.busy)
        super().__init__(self._parking)

    def serves(self, calls: LoopThread) -> None:
        """Say what takes the lock beside the loop."""
        self._parking.calls = calls

    def time(self) -> float:
        """Real seconds."""
        return monotonic()

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Report what went wrong in the loop; that descriptors are used up, once in a while."""
        error = context.get("exception")
        if isinstance(error, OSError) and error.errno in (EMFILE, ENFILE):
            now = monotonic()
            if now >= self._told_until:
                self._told_until = now + _TOLD_FOR
                _log.error("%s: the fake takes no more connections until some are closed; close "
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
                del error  # no cycle through the traceback
        return self._result


class LoopThread:
    """The thread that a loop runs in, for calls from other threads.

    Args:
        loop: the loop that owns the state.
        ident: ``threading.get_ident()`` of its thread.
        is_alive: whether that thread still takes work.

    Attributes:
        died_of: what has ended the thread, if it was not a stop.
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
        self._waiting: deque[_Work[Any]] = deque()
        self.died_of: BaseException | None = None

    def run(self, work: Callable[[], T]) -> T:
        """Do the work as the owner of the state, and give what it gives or raise what it raises.

        Raises:
            NotRunningError: the loop is closed or its thread has ended.
            WrongLoopError: the loop has not taken the work for ``PATIENCE`` seconds.
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
        """Do the work here while the loop is parked; ``_BUSY`` if it is not.

        Only a call that is in this function holds the lock.
        """
        if not busy.acquire(blocking=False):
            return _BUSY
        self._holder = me
        try:
            return work()
        finally:
            self._holder = None
            busy.release()

    def is_held(self) -> bool:
        """Whether a call of some thread may hold the lock; false if the one that took it was
        interrupted."""
        return any(self._runs_in(frame) for frame in sys._current_frames().values())

    def _is_nested(self) -> bool:
        """Whether this call is made within another one; if not, that one was interrupted before
        it could say that it has ended."""
        return self._runs_in(sys._getframe(2))

    def _runs_in(self, frame: FrameType | None) -> bool:
        """Whether this object's work is done by a frame or one of those that called it."""
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
        except BaseException:  # the caller was interrupted, and waits no more
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
                    f"the loop of this fake has not taken a call for {PATIENCE:g} s: something "
                    "blocks its thread, perhaps a test that waits there for the calling thread"
                )
            if error is not None:
                try:
                    self._waiting.remove(work)
                except ValueError:  # taken in this very moment
                    continue
                raise error

    def _take(self) -> None:
        while self._waiting:
            self._waiting.popleft().run()

    def close(self) -> None:
        """The loop takes no more work: what still waits fails."""
        while self._waiting:
            self._waiting.popleft().fail(self._gone())

    def _gone(self) -> NotRunningError:
        if self.died_of is not None:
            return NotRunningError(f"the thread of this fake has died of {self.died_of!r}; "
                                   "stop() and start() it again")
        if self._busy is not None or self._loop.is_closed():
            return NotRunningError(STOPPED)
        return NotRunningError("the loop that this fake was started in is not running; "
                               "a fake in a loop can be used while that loop runs")


_BESIDE = LoopThread._run_beside.__code__


class Bridge:
    """Where the state of one fake belongs at the moment."""

    def __init__(self) -> None:
        self._thread: LoopThread | None = None
        self._stopped = False

    def run(self, work: Callable[[], T]) -> T:
        """Do the work as the owner of the state; before the start, that is whoever calls.

        The work must leave asyncio alone: it may run beside a parked loop, which it cannot wake.

        Raises:
            NotRunningError: the fake has been stopped.
            WrongLoopError: its loop does not take the work.
        """
        thread = self._thread
        if thread is not None:
            return thread.run(work)
        self.check()
        return work()

    def look(self, work: Callable[[], T]) -> T:
        """The same for what may still be read after the end: what is left then is nobody's."""
        return work() if self._stopped else self.run(work)

    def check(self) -> None:
        """Refuse if the fake has been stopped.

        Raises:
            NotRunningError: it has.
        """
        if self._stopped:
            raise NotRunningError(STOPPED)

    def renew(self) -> None:
        """The fake is about to begin anew: until ``open`` its state is whoever's who calls."""
        self._stopped = False

    def open(self, thread: LoopThread) -> None:
        """From now on the state belongs to that thread."""
        self._thread = thread

    def close(self) -> None:
        """The fake is being stopped: no more work."""
        thread, self._thread, self._stopped = self._thread, None, True
        if thread is not None:
            thread.close()
