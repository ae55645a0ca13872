"""Checks of values that several of these effects take."""

from __future__ import annotations

from datetime import timedelta

from ....domain.durations import After, Due, due, seconds
from ....errors import UsageError

DURATION = {"type": ["number", "string"]}


def flag(name: str, value: object) -> bool:
    """True or False.

    Raises:
        UsageError: it is neither.
    """
    if not isinstance(value, bool):
        raise UsageError(f"{name}={value!r}: it is true or false")
    return value


def some_time(name: str, value: object) -> float:
    """A duration that is not zero, in seconds.

    Raises:
        UsageError: it is none.
    """
    try:
        found = seconds(value)  # type: ignore[arg-type]  # it refuses what no user may write
    except UsageError as error:
        raise UsageError(f"{name}: {error}") from None
    if not found:
        raise UsageError(f"{name}={value!r}: it is a duration that is not zero, such as '5s'")
    return found


def some_due(name: str, value: object) -> Due:
    """When a transition falls due, not at once.

    Raises:
        UsageError: it is no such thing.
    """
    try:
        found = due(value)  # type: ignore[arg-type]  # it refuses what no user may write
    except UsageError as error:
        raise UsageError(f"{name}: {error}") from None
    if found == After(0.0):
        raise UsageError(f"{name}={value!r}: it is a duration that is not zero, such as '1m', or "
                         "'polls(3)', or 'by hand'")
    return found


def signed(name: str, value: object) -> float:
    """A duration with a sign, in seconds: ``-300``, ``"-5m"``, ``"+5m"``.

    Raises:
        UsageError: it is none, or zero.
    """
    sign, size = 1.0, value
    if isinstance(value, str):
        text = value.strip()
        if text[:1] in ("-", "+"):
            sign, size = -1.0 if text[0] == "-" else 1.0, text[1:]
    elif isinstance(value, timedelta):
        sign, size = (-1.0, -value) if value < timedelta() else (1.0, value)
    elif isinstance(value, (int, float)) and not isinstance(value, bool) and value < 0:
        sign, size = -1.0, -value
    return sign * some_time(name, size)


def length(duration: float) -> str:
    """A duration as people write it: ``90s``, ``5m``, ``2h``."""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if duration >= size and duration % size == 0:
            return f"{duration // size:g}{unit}"
    return f"{duration:g}s"
