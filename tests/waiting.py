"""Wait for what another thread or task does, without a clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from fake_ims import FakeIMS

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
