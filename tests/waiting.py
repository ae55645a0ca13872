"""Wait for what another thread or task does, without a clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import TypeVar
from unittest.mock import patch

from fake_ims import FakeIMS
from fake_ims.server import realtime

T = TypeVar("T")
TURNS = 1_000_000  # of the fake's loop; never reached unless something hangs


def until(fake: FakeIMS, condition: Callable[[], T], turns: int = TURNS) -> T:
    """Return what the condition returns, once that is true.

    Between two looks the fake's loop takes a turn. Without it, a caller that looks again and again
    would hold the lock that the loop needs, and on a busy machine the loop would starve.

    Args:
        fake: the fake that runs in its own thread.
        condition: returns something true in the end.
        turns: the number of turns within which it must; few of them show that nothing waits for
            a timer.
    """
    for _ in range(turns):
        found = condition()
        if found:
            return found
        thread = fake._bridge._thread
        assert thread is not None, "the fake has been stopped"
        thread._hand_over(lambda: None)
    raise AssertionError(f"it has not happened in {turns} turns of the loop")


async def until_in_loop(condition: Callable[[], T], turns: int = TURNS) -> T:
    """Return what the condition returns, once that is true: for a fake in the running loop.

    Args:
        condition: returns something true in the end.
        turns: the number of turns of the loop within which it must.
    """
    for _ in range(turns):
        found = condition()
        if found:
            return found
        await asyncio.sleep(0)
    raise AssertionError(f"it has not happened in {turns} turns of the loop")


class LoopTime:
    """The clock of the fake's own loop, in the hands of a test."""

    def __init__(self) -> None:
        self._moved = realtime.monotonic()
        self._looks = count()  # of several threads

    def read(self) -> float:
        """Return the time. Each look costs a microsecond: a clock that stands would not be used."""
        return self._moved + next(self._looks) * 1e-6

    def move(self, fake: FakeIMS, seconds: float) -> None:
        """Let so many seconds pass. What was due within them has begun when this returns."""
        self._moved += seconds
        take_turns(fake)


def take_turns(fake: FakeIMS) -> None:
    """Let the fake's loop do what it can do at once."""
    turns = iter([False] * 5 + [True])
    until(fake, lambda: next(turns))


@contextmanager
def loop_time() -> Iterator[LoopTime]:
    """Hold the clock of the fake's loop. Start the fake inside, and stop it there."""
    clock = LoopTime()
    with patch.object(realtime, "monotonic", clock.read):
        yield clock
