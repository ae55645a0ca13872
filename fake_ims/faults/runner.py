"""Run a call in the thread that owns the data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Runner(Protocol):
    """Runs a function in the thread that owns the data and returns its result."""

    def __call__(self, work: Callable[[], T], /) -> T: ...


def directly(work: Callable[[], T], /) -> T:
    """Run a function in the current thread, which owns the data."""
    return work()
