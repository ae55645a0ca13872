"""Check values that several semantic effects take."""

from __future__ import annotations

from datetime import timedelta

from ....domain.durations import After, Due, due
from ....errors import UsageError
from ...values import duration

DURATION = {"type": ["number", "string"]}


def flag(name: str, value: object) -> bool:
    """Return the value if it is True or False.

    Raises:
        UsageError: it is neither.
    """
    if not isinstance(value, bool):
        raise UsageError(f"{name}={value!r}: expected true or false")
    return value


def some_time(name: str, value: object) -> float:
    """Parse a duration greater than zero; return seconds.

    Raises:
        UsageError: the value is not one.
    """
    found = duration(name, value)
    if not found:
        raise UsageError(f"{name}={value!r}: expected a duration greater than zero, such as '5s'")
    return found


def some_due(name: str, value: object) -> Due:
    """Parse when a transition falls due; it must not be at once.

    Raises:
        UsageError: the value is invalid.
    """
    try:
        found = due(value)
    except UsageError as error:
        raise UsageError(f"{name}: {error}") from None
    if found == After(0.0):
        raise UsageError(f"{name}={value!r}: expected a duration greater than zero, such as '1m', "
                         "or 'polls(3)', or 'by hand'")
    return found


def signed(name: str, value: object) -> float:
    """Parse a duration with a sign (``-300``, ``"-5m"``, ``"+5m"``); return seconds.

    Raises:
        UsageError: the value is invalid or zero.
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


def length(seconds: float) -> str:
    """Return a duration as people write it: ``90s``, ``5m``, ``2h``."""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size:g}{unit}"
    return f"{seconds:g}s"
