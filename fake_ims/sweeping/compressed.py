"""Makes ``time.sleep`` return at once, so that polling clients cost no real time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import SupportsIndex

from .watch import Site


class CompressedTime:
    """Makes ``time.sleep`` return at once, and moves ``time.time`` and ``time.monotonic``."""

    def __init__(self, *, patience: float, stuck: Callable[[str], object]) -> None:
        self._offset = 0.0

    @property
    def elapsed(self) -> float:
        return time.monotonic()

    def touch(self) -> None:
        pass

    def site(self, port: int) -> Site | None:
        return None

    def __enter__(self) -> CompressedTime:
        sleep, now, monotonic = self._saved = time.sleep, time.time, time.monotonic

        def no_sleep(seconds: float | SupportsIndex) -> None:
            asked = float(seconds)
            if asked < 0:
                raise ValueError("sleep length must be non-negative")
            self._offset += asked
            sleep(0)

        time.sleep = no_sleep
        time.time = lambda: now() + self._offset
        time.monotonic = lambda: monotonic() + self._offset
        return self

    def __exit__(self, *error: object) -> None:
        time.sleep, time.time, time.monotonic = self._saved
