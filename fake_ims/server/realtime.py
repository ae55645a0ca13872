"""Real time: a clock that freezegun does not hold, for loops and measurements.

freezegun replaces ``time.monotonic`` and similar functions in every loaded module, and it may be
active before this module is loaded. It recognizes the functions by identity, so other callables
stay. For the time of the domain see ``domain.clock``.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from functools import partial


def _pick() -> Callable[[], float]:
    if hasattr(time, "clock_gettime"):
        return partial(time.clock_gettime, time.CLOCK_MONOTONIC)
    return _from_fresh_module()


def _from_fresh_module() -> Callable[[], float]:
    """Return ``monotonic`` of a new copy of the built-in module ``time`` (needed on Windows)."""
    spec = importlib.util.find_spec("time")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    function: Callable[[], float] = module.monotonic
    return function


monotonic: Callable[[], float] = _pick()
"""Return real seconds since some instant. It never runs backwards, even under freezegun."""

_skipped = 0.0


def skip(seconds: float) -> None:
    """Let ``loop_time`` jump. Only the sweep does."""
    global _skipped
    _skipped += seconds


def loop_time() -> float:
    """Return real seconds plus what the sweep has skipped. It never runs backwards."""
    return monotonic() + _skipped
