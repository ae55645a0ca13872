"""Durations as people write them, and the other conditions for a transition."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from ..errors import UsageError, shown
from .handle import at_callers_line
from .sound import LONGEST

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")

DurationLike = float | int | str | timedelta


def seconds(value: object) -> float:
    """Return a duration in seconds.

    Args:
        value: a number of seconds, a text such as ``"10m"`` or ``"1h30m"``, or a timedelta.

    Raises:
        UsageError: the value is not a duration, is negative, or longer than 100 years (36,500
            days).
    """
    if isinstance(value, timedelta):
        result = value.total_seconds()
    elif isinstance(value, str):
        text = value.strip()
        looks = re.fullmatch(r"polls?\W*(\d+)\W*", text, re.IGNORECASE)
        if looks:
            raise UsageError(f"{shown(value)} is no duration; did you mean "
                             f"'polls({looks[1][:9]})'?")
        if re.fullmatch(r"\d+(\.\d+)?", text):
            text += "s"
        if not text or _PART.sub("", text):
            raise UsageError(f"{shown(value)} is not a duration; write a number of seconds, or "
                             "'90s', '10m', '1h30m', '500ms', '2d'")
        result = sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        result = value
    else:
        raise UsageError(f"{shown(value)} is not a duration; write a number of seconds, '10m' or a "
                         "timedelta")
    if not 0 <= result < float("inf"):
        raise UsageError(f"a duration must be finite and not negative, not {shown(value)}")
    if result > LONGEST:
        raise UsageError(f"a duration must be at most 100 years (36500d), so that nothing ends "
                         f"after the year 9999, not {shown(value)}")
    return float(result)


def told(seconds: float) -> str:
    """Format a duration for people: ``1h30m``, ``0.5s``."""
    whole = round(seconds)
    if whole < 60 or whole != seconds:
        return f"{seconds:g}s"
    parts = []
    for unit in ("d", "h", "m", "s"):
        count, whole = divmod(whole, int(_UNITS[unit]))
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts)


@dataclass(frozen=True, slots=True)
class After:
    """A transition happens this many seconds (on the fake's clock) after it began."""

    seconds: float

    def __str__(self) -> str:
        return f"{self.seconds:g}s"


@dataclass(frozen=True, slots=True)
class Polls:
    """A transition happens at the Nth request for the status; that request sees the new status."""

    count: int

    def __str__(self) -> str:
        return f"polls({self.count})"


@dataclass(frozen=True, slots=True)
class ByHand:
    """A transition happens when the test calls for it."""

    def __str__(self) -> str:
        return "by hand"


Due = After | Polls | ByHand
MOST_LOOKS = 1_000_000
AT_ONCE = After(0.0)
by_hand = ByHand()


@at_callers_line
def polls(count: int) -> Polls:
    """Return a condition: clients see the old status N-1 times, then the new one.

    Args:
        count: N, the number of requests that ask for the status.

    Raises:
        UsageError: ``count`` is not an integer from 1 to 1,000,000.
    """
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MOST_LOOKS:
        raise UsageError(f"polls({shown(count)}): count must be an integer from 1 to "
                         f"{MOST_LOOKS}")
    return Polls(count)


def due(value: object) -> Due:
    """Return when a transition happens, from what a user writes.

    Args:
        value: ``"30s"`` or a number of seconds, ``polls(3)`` or ``"polls(3)"``, ``by_hand`` or
            ``"by hand"``.

    Raises:
        UsageError: it is none of these.
    """
    if isinstance(value, After):
        return After(seconds(value.seconds))
    if isinstance(value, Polls):
        return polls(value.count)
    if isinstance(value, ByHand):
        return value
    if isinstance(value, str):
        text = value.strip().lower().replace("_", " ").replace("-", " ")
        if text in ("by hand", "manual"):
            return by_hand
        looks = re.fullmatch(r"polls\((\d+)\)", text)
        if looks:
            return polls(int(looks[1][:len(str(MOST_LOOKS)) + 1]))
    return After(seconds(value))
