"""A wall clock that stands still: what a guard does depends on its seed, not on the machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

START = 1_800_000_000.0


class Wall:
    """The time that the fake's own clock reads at each call."""

    def __init__(self) -> None:
        self.now = START

    def tick(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds


@contextmanager
def standing() -> Iterator[Wall]:
    """Hold ``time.time`` in this process. A fake that runs already must be reset inside."""
    wall = Wall()
    with patch("time.time", lambda: wall.now):
        yield wall
