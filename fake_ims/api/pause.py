"""Waiting in real time, whatever a test has done to the clocks."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import suppress
from types import BuiltinFunctionType

# Reads of a clock that show whether it moves: a fine clock differs at the second one.
_READS = 100


async def pause(seconds: float, until: asyncio.Future[None] | None = None) -> None:
    """Wait so many real seconds, also while a test holds the clock of the running loop.

    Cancelling it ends the wait at once and leaves no thread behind.

    Args:
        seconds: how long.
        until: ends the wait when it is done.
    """
    loop = asyncio.get_running_loop()
    if seconds <= 0 or (until is not None and until.done()):
        await asyncio.sleep(0)
    elif not keeps_time(loop):
        await _pause_by_thread(loop, seconds, until)
    elif until is None:
        await asyncio.sleep(seconds)
    else:
        await asyncio.wait([until], timeout=seconds)


def keeps_time(loop: asyncio.AbstractEventLoop) -> bool:
    """Whether the loop's timers can be trusted: its clock moves, and nobody holds it.

    A loop of asyncio's own reads ``time.monotonic``; one that was replaced (freezegun, a mock) may
    stand still or jump, so it does not count. A loop with a clock of its own is taken at its word
    if that clock moves.
    """
    stock = getattr(loop.time, "__func__", None) is asyncio.BaseEventLoop.time
    if stock and not isinstance(time.monotonic, BuiltinFunctionType):
        return False
    first = loop.time()
    return any(loop.time() != first for _ in range(_READS))


async def _pause_by_thread(
    loop: asyncio.AbstractEventLoop, seconds: float, until: asyncio.Future[None] | None
) -> None:
    rung: asyncio.Future[None] = loop.create_future()

    def finish(_: object = None) -> None:
        if not rung.done():
            rung.set_result(None)

    def ring() -> None:
        # A loop that was closed meanwhile refuses; nobody waits there any more.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(finish)

    # A lock's timeout is taken from the system, which no patch of the time module reaches.
    timer = threading.Timer(seconds, ring)
    timer.daemon = True
    timer.name = "fake-ims-pause"
    timer.start()
    if until is not None:
        until.add_done_callback(finish)
    try:
        await rung
    finally:
        if until is not None:
            until.remove_done_callback(finish)
        timer.cancel()
        timer.join()  # it has nothing left to wait for: this takes microseconds
