"""Makes ``time.sleep`` return at once, so that polling clients cost no real time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import SupportsIndex


@contextmanager
def compressed() -> Iterator[None]:
    """Make ``time.sleep`` return at once, and move ``time.time`` and ``time.monotonic`` instead.

    Deadlines then expire as usual. The fake's clock reads ``time.time``, so it moves as well.

    Code that imports the function (``from time import sleep``), and code that waits for sockets,
    events or in asyncio, still takes real time.
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
