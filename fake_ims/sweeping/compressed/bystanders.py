"""Threads that wait in ways that we do not know: whether they do anything.

Such a thread waits inside a function in C: a lock, a pipe, a database driver. It counts as idle
when it has been at the same instruction for a while, sleeps, and has used no processor time.
"""

from __future__ import annotations

import sys
from collections.abc import Set
from types import FrameType

from .threads import thread_of

_IDLE = 0.005  # real seconds, of a thread that waits for work
_MAYBE = 0.05  # real seconds, of a thread that may wait for something real, after each jump
_SAME = tuple[int, int, str]


class Bystanders:
    """Watches threads that are in no registered wait.

    Args:
        owner: the thread of the test. What it waits for is never just work.
    """

    def __init__(self, owner: int) -> None:
        self._owner = owner
        # Not threading.enumerate(): execnet's threads, under xdist, are unknown to it.
        self._there = set(sys._current_frames()) - {owner}
        self._seen: dict[int, tuple[_SAME, float]] = {}
        self._unknown: dict[int, float] = {}

    def forget(self, ident: int) -> None:
        """Take note that a thread is in a registered wait."""
        self._seen.pop(ident, None)
        self._unknown.pop(ident, None)

    def keep(self, idents: Set[int]) -> None:
        """Forget the threads that have ended."""
        for ident in self._seen.keys() - idents:
            self.forget(ident)

    def is_idle(self, ident: int, frame: FrameType, now: float, jumped: float) -> bool:
        """Return whether a thread does nothing, as far as one can know.

        Args:
            ident: the thread.
            frame: its innermost frame.
            now: real time.
            jumped: real time of the last jump of the clock.
        """
        if frame.f_code.co_name == "_do_waitpid":  # asyncio waits for a child process
            return False
        sleeping, used = _of_the_system(ident)
        same = (id(frame), frame.f_lasti, used)
        before = self._seen.get(ident)
        if not sleeping or before is None or before[0] != same:
            self._seen[ident] = (same, now)
            self._unknown.pop(ident, None)
            return False
        since = before[1]
        if ident in self._there or _waits_for_work(frame):
            return now - since >= _IDLE
        self._unknown.setdefault(ident, since)
        return now - max(since, jumped) >= _MAYBE

    def unknown_for(self, now: float) -> float:
        """Return for how long threads that may wait for something real have done nothing.

        It is infinite if there are none.
        """
        newest = max(self._unknown.values(), default=None)
        return float("inf") if newest is None else now - newest


def _waits_for_work(frame: FrameType) -> bool:
    code = frame.f_code
    return code.co_name == "_worker" and code.co_filename.replace("\\", "/").endswith(
        "concurrent/futures/thread.py")


def _of_the_system(ident: int) -> tuple[bool, str]:
    """Return whether a thread sleeps, and the processor time that it has used, as a text.

    Off Linux only the instruction of the thread counts.
    """
    thread = thread_of(ident)
    native = getattr(thread, "native_id", None)
    if native is None:
        return True, ""
    try:
        with open(f"/proc/self/task/{native}/stat", encoding="ascii", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
        used = " ".join(fields[11:13])
        try:
            with open(f"/proc/self/task/{native}/schedstat", encoding="ascii") as file:
                used = file.read()
        except OSError:
            pass  # not every kernel counts; the clock ticks of stat are coarser
        return fields[0] == "S", used
    except (OSError, IndexError):
        return True, ""
