"""Clocks and sleep: the functions of ``time``.

- A clock shows what the function below it shows, plus the compressed seconds. The function below is
  the real one, or that of freezegun or others who came before us.
- ``sleep`` of zero, of a negative number or of NaN is left to the real one.
- Modules import these functions by name. ``ways`` replaces them there too.
- freezegun keeps the functions that it finds. It puts ours back when it stops.
"""

from __future__ import annotations

import operator
import sys
import time
from collections.abc import Callable
from typing import Any

from . import state
from .places import Patches
from .waits import Wait

# pytest leaves our frames out of tracebacks.
__tracebackhide__ = True

_before: dict[str, Any] = dict(state.TIME)  # what freezegun or others had put there, if anything
_frozen: dict[str, Any] = {}  # freezegun's cache of the modules, with our functions in it


def _clock(name: str) -> Callable[[], Any]:
    nanoseconds = name.endswith("_ns")

    def read() -> Any:
        engine = state.active()
        value = _before[name]()
        if engine is None:
            return value
        return value + (int(engine.offset * 1e9) if nanoseconds else engine.offset)

    read.__name__ = read.__qualname__ = name
    return read


def _sleep(seconds: Any, /) -> None:
    engine = state.compressing()
    if engine is None:
        state.TIME["sleep"](seconds)
        return
    asked = float(seconds if isinstance(seconds, float) else operator.index(seconds))
    if asked <= 0 or asked != asked:
        state.TIME["sleep"](asked)
        return
    engine.wait(Wait("time.sleep", _never), _rest, asked)


def _never() -> bool:
    return False


def _rest(seconds: float | None) -> None:
    if seconds:
        state.TIME["sleep"](seconds)


NEW: dict[str, Any] = {name: _clock(name) for name in state.CLOCKS} | {"sleep": _sleep}


def replace(patches: Patches) -> dict[int, Any]:
    """Replace the functions.

    Returns:
        Our functions, by the ``id`` of those that modules may have imported.
    """
    new: dict[int, Any] = {}
    for name, function in NEW.items():
        there = getattr(time, name)
        _before[name] = state.TIME[name] if there is function else there
        new[id(state.TIME[name])] = new[id(there)] = function
        patches.attribute(time, name, function)
    _meet_freezegun(patches)
    return new


def forget() -> None:
    """Forget what others had put there."""
    _before.update(state.TIME)


def _meet_freezegun(patches: Patches) -> None:
    """Let freezegun put our functions back when it stops, and find them in modules."""
    module = sys.modules.get("freezegun.api")
    if module is None:
        return
    ids = getattr(module, "_real_time_object_ids", None)
    for name in state.CLOCKS:
        if getattr(module, f"real_{name}", None) is state.TIME[name]:
            patches.attribute(module, f"real_{name}", NEW[name])
        if isinstance(ids, set):
            ids.add(id(NEW[name]))
    if isinstance(getattr(module, "_GLOBAL_MODULES_CACHE", None), dict):
        patches.attribute(module, "_GLOBAL_MODULES_CACHE", _frozen)
