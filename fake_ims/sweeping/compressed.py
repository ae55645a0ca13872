"""Time that a sleep does not take: waiters wait through their sleeps at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import SupportsIndex


@contextmanager
def compressed() -> Iterator[None]:
    """While in it, ``time.sleep`` returns at once, and ``time.time`` and ``time.monotonic`` have
    moved by what it was asked for: deadlines of waiters come as they would, and the fake's clock,
    which reads ``time.time``, moves with them.

    Code that has taken ``sleep`` out of its module (``from time import sleep``), or that waits for
    sockets, events or in asyncio, takes its real time.
    """
    sleep, now, monotonic = time.sleep, time.time, time.monotonic
    offset = 0.0

    def no_sleep(seconds: float | SupportsIndex) -> None:
        nonlocal offset
        asked = float(seconds)
        if asked < 0:
            raise ValueError("sleep length must be non-negative")
        offset += asked
        sleep(0)

    time.sleep = no_sleep
    time.time = lambda: now() + offset
    time.monotonic = lambda: monotonic() + offset
    try:
        yield
    finally:
        time.sleep, time.time, time.monotonic = sleep, now, monotonic
