"""Waiting in real time, even if a test has replaced the clocks."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import suppress
from types import BuiltinFunctionType

# Number of clock reads to find out whether it moves; a fine clock differs at the second read.
_READS = 100


async def pause(seconds: float, until: asyncio.Future[None] | None = None) -> None:
    """Wait for real seconds, even while a test holds the clock of the running loop.

    Cancelling the wait ends it at once and leaves no thread behind.

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
    """Return whether the loop's timers are reliable: its clock moves, and nobody has replaced it.

    asyncio's own loops read ``time.monotonic``. A replaced one (freezegun, a mock) may stand still
    or jump, so it is not reliable. A loop with a clock of its own is reliable if that clock moves.
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
        # call_soon_threadsafe() raises if the loop is closed; then nobody waits any more.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(finish)

    # A lock's timeout uses the system's clock, which patches of the time module do not reach.
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
        timer.join()  # the timer has ended or is cancelled, so this takes microseconds
