"""What the ways of waiting share: the active engine, the senders, and the real functions.

- ``ways`` begins and ends. All others only ask, at each call: modules and freezegun may keep one of
  our functions longer than they should, and it then does what the real one does.
- This module is imported before anything is replaced. It imports no way of waiting.
"""

from __future__ import annotations

import os
import select
import time
from typing import Any

from .senders import Senders
from .waits import Engine

CLOCKS = ("time", "monotonic", "perf_counter", "time_ns", "monotonic_ns", "perf_counter_ns")
# The functions of the standard library, by name.
TIME: dict[str, Any] = {name: getattr(time, name) for name in (*CLOCKS, "sleep")}
SELECT: dict[str, Any] = {name: getattr(select, name) for name in ("select", "poll", "epoll")
                          if hasattr(select, name)}
senders = Senders()
_engine: Engine | None = None


def active() -> Engine | None:
    """Return the engine, if time is compressed."""
    return _engine


def compressing() -> Engine | None:
    """Return the engine, if the running thread waits on the compressed clock."""
    engine = _engine
    return None if engine is None or engine.is_real() else engine


def begin(engine: Engine) -> None:
    """Compress time."""
    global _engine
    _engine = engine


def end() -> None:
    """Let time be real again."""
    global _engine
    _engine = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=end)
