"""Every wait of the process, and the decision when the compressed clock may move.

The clock moves by itself like the real one. It jumps to the earliest deadline when nothing else
can happen before: each other thread waits, and what it waits for is not there.

Why a jump is never too early:

- A thread that waits is registered until it runs again. What it waits for stays visible until then:
  a descriptor stays readable, a released lock keeps its flag. So a thread that has been woken and
  has not run yet counts as moving.
- Threads that wait in ways that we do not know are watched for a while (``bystanders``).
- The threads must be found still twice, with nothing registered or ended in between. The time
  between grows with the load of the machine: bytes can be on their way in the kernel.
"""

from __future__ import annotations

import _thread
import sys
from collections.abc import Callable
from typing import TypeVar

from ...server import realtime
from ...server.realtime import monotonic
from . import told
from .bystanders import Bystanders
from .peers import Peers
from .threads import is_starting

# pytest leaves our frames out of tracebacks.
__tracebackhide__ = True

T = TypeVar("T")

_SHORT = 0.0005  # real seconds of one look at what a thread waits for
_LONG = 0.004  # of a thread that is not the next to go on
_STUCK = 0.02  # after the callback, if nothing has moved
_QUIET = 0.001  # real seconds that all threads must be still, on a machine without load
_A_LITTLE = 1e-4  # compressed seconds that a wait ends late, as real ones do
_SLACK = 1.0  # compressed seconds: a time-out as long as the patience ends the wait first
_UNKNOWN = 10.0  # real seconds until a wait of unknown kind counts as endless


class Wait:
    """A wait of one thread.

    Attributes:
        what: the function that waits, for texts.
        deadline: when it ends, on the compressed clock; None if never.
        ready: whether what it waits for is there. Other threads call it.
        fds: returns the descriptors that it waits for.
        of_loop: whether a loop waits. It may wake for nothing, and does so after the callback,
            which may have scheduled something in it.
    """

    __slots__ = ("began", "deadline", "fds", "ident", "of_loop", "ready", "what", "woken")

    def __init__(
        self, what: str, ready: Callable[[], bool], fds: Callable[[], list[int]] | None = None,
        of_loop: bool = False,
    ) -> None:
        self.what = what
        self.ready = ready
        self.fds = fds
        self.of_loop = of_loop
        self.woken = False
        self.ident = _thread.get_ident()
        self.deadline: float | None = None
        self.began = 0.0


class Engine:
    """The compressed clock and the waits of one ``CompressedTime``."""

    def __init__(self, patience: float, stuck: Callable[[str], None]) -> None:
        self._patience = patience
        self._stuck = stuck
        self.owner = _thread.get_ident()
        self.active = True
        self.offset = 0.0
        self.peers = Peers()
        self.real: dict[int, int] = {}  # threads whose waits take real time, how deeply
        self.ignored: set[int] = set()
        self._waits: dict[int, Wait] = {}
        self._bystanders = Bystanders(self.owner)
        self._deciding = _thread.allocate_lock()
        self._generation = 0
        self._calm = -1
        self._calm_since = 0.0
        self._lag = 0.0
        self._jumped = 0.0  # real time of the last jump
        self._touched = self.now()
        self._called = False

    def now(self) -> float:
        """Return the compressed clock."""
        return monotonic() + self.offset

    def touch(self) -> None:
        """Restart the patience."""
        self._touched = self.now()
        self._called = False
        self._generation += 1

    def is_real(self) -> bool:
        """Return whether waits of the running thread take real time."""
        return not self.active or _thread.get_ident() in self.real

    def wait(
        self, wait: Wait, look: Callable[[float | None], T], timeout: float | None
    ) -> T | None:
        """Wait on the compressed clock.

        Args:
            wait: who waits for what.
            look: waits some real seconds, and returns something true if it has come.
            timeout: compressed seconds; None for ever.

        Returns:
            What ``look`` returned; None after ``timeout``.
        """
        found = look(0)
        if found or (timeout is not None and timeout <= 0):
            return found or None
        wait.began = monotonic()
        wait.deadline = None if timeout is None else wait.began + self.offset + timeout
        before = self._waits.get(wait.ident)  # a signal handler waits inside a wait
        self._waits[wait.ident] = wait
        self._generation += 1
        pause = _SHORT
        try:
            while self.active:
                started = monotonic()
                left = pause
                if wait.deadline is not None:
                    left = min(pause, wait.deadline - started - self.offset)
                    if left <= 0:
                        return look(0) or None
                found = look(left)
                if found:
                    return found
                # Selectors wait whole milliseconds.
                late = monotonic() - started - max(left, 0.001)
                self._lag = max(late, self._lag * 0.95)
                pause = self._after_nothing(wait, pause)
                if wait.woken:
                    return None
            # The clock is real again. What was left stays to be waited.
            rest = None if wait.deadline is None else max(0.0, wait.deadline - self.now())
            return look(rest) or None
        finally:
            self._generation += 1
            if before is None:
                self._waits.pop(wait.ident, None)
            else:
                self._waits[wait.ident] = before

    def _after_nothing(self, wait: Wait, pause: float) -> float:
        """Move the clock if this wait is the next to end. Return how long to look next."""
        waits = list(self._waits.values())
        deadlines = [one.deadline for one in waits if one.deadline is not None]
        if deadlines:
            decides = wait.deadline is not None and wait.deadline <= min(deadlines)
        else:
            decides = wait.ident == min(one.ident for one in waits)
        if not decides:
            return min(pause * 1.5, _LONG)
        if self._deciding.acquire(blocking=False):
            try:
                self._decide(wait)
            finally:
                self._deciding.release()
        if self._called and not deadlines:
            return _STUCK
        return _SHORT

    def _decide(self, wait: Wait) -> None:
        generation, now = self._generation, monotonic()
        if not self._is_still(wait, now):
            self._calm = -1
            return
        if self._calm != generation:
            self._calm, self._calm_since = generation, now
            return
        if now - self._calm_since < max(_QUIET, 3 * self._lag):
            return
        target = wait.deadline
        limit = self._touched + self._patience
        if not self._called:
            if target is None:
                if self._bystanders.unknown_for(now) >= _UNKNOWN:
                    self._call(generation, "nothing can happen any more: ")
                return
            if target > limit + _SLACK:
                self._jump(generation, limit, now)
                self._call(generation, f"the clock has moved {self._patience:g} s since "
                           "the last request: ")
                return
        if target is not None:
            self._jump(generation, target, now)

    def _is_still(self, mine: Wait, now: float) -> bool:
        """Return whether each other thread waits for what is not there."""
        if is_starting():
            return False
        frames = sys._current_frames()
        try:
            self._bystanders.keep(frames.keys())
            for ident, frame in frames.items():
                if ident in self.ignored:
                    continue
                if ident in self.real:
                    return False
                wait = self._waits.get(ident)
                if wait is None:
                    if ident == mine.ident:
                        return False
                    if not self._bystanders.is_idle(ident, frame, now, self._jumped):
                        return False
                    continue
                self._bystanders.forget(ident)
                if wait is not mine and (
                    (wait.deadline is not None and wait.deadline <= now + self.offset)
                    or wait.ready()
                ):
                    return False
                if wait.fds is not None and now - max(wait.began, self._jumped) < max(
                    map(self.peers.grace, wait.fds()), default=0.0
                ):
                    return False
            return True
        finally:
            del frames  # they keep all that the threads have in hand

    def _jump(self, generation: int, target: float, now: float) -> None:
        step = target + _A_LITTLE - self.now()
        if step <= 0 or generation != self._generation or not self.active:
            return
        self.offset += step
        realtime.skip(step)
        self._jumped = now
        self._calm = -1

    def _call(self, generation: int, why: str) -> None:
        if generation != self._generation or self._called or not self.active:
            return
        self._called = True
        self._stuck(why + told.who_waits(self._waits, self.owner))
        for wait in list(self._waits.values()):
            wait.woken = wait.of_loop
