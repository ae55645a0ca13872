"""Real seconds: a clock that freezegun cannot hold, for loops and measurements.

freezegun replaces ``time.monotonic`` and its kin wherever a loaded module holds them, and it may
be at work already when this module is loaded. It knows the functions by identity, so what is no
such function stays untouched. The domain's time is another matter: see ``domain.clock``.
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
    """``monotonic`` of a second copy of the built-in module ``time`` (Windows has no other)."""
    spec = importlib.util.find_spec("time")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    function: Callable[[], float] = module.monotonic
    return function


monotonic: Callable[[], float] = _pick()
"""Seconds since some instant, never running backwards, whatever freezegun does."""
