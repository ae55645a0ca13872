"""How a call from any thread gets to the thread that owns the data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Runner(Protocol):
    """Runs a piece of work where the data lives and gives back its result."""

    def __call__(self, work: Callable[[], T], /) -> T: ...


def directly(work: Callable[[], T], /) -> T:
    """Run it here: right in the owner's own thread."""
    return work()
