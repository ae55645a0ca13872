"""The one check of values that come in: what no response, list or clock could hold is refused.

Values reach the fake from Python, from scenarios and over the control API. A lone surrogate, NaN or
an integer of 5000 digits is valid in Python and in parsed JSON, but no response can contain it. If
the fake took one, every list that shows it would fail until the next reset.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone

from ..errors import UsageError, shown

Path = tuple[str | int, ...]

#: The smallest and largest integer: what 64 bits hold, and so every JSON library.
SMALLEST, LARGEST = -(2**63), 2**64 - 1
#: Levels of lists and mappings in one another.
DEEPEST = 100
TOO_DEEP = f"lists and mappings are nested more than {DEEPEST} levels deep"
#: The longest duration: 100 years of 365 days, in seconds.
LONGEST = 100 * 365 * 86400.0
# The years 1 to 9999 are those that the service can write.
_FIRST = datetime(1, 1, 1, tzinfo=timezone.utc).timestamp()
_LAST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone.utc).timestamp()
#: The latest time of the fake's clock: the end of the longest duration still has a date then.
LATEST = _LAST - LONGEST


def check(value: object, place: str) -> None:
    """Check a value and everything in it.

    Args:
        value: any value; of unknown types nothing is checked.
        place: where the value stands, for the error text.

    Raises:
        UsageError: it contains what no response can hold; the text names the place.
    """
    if isinstance(value, str) and value.isascii():
        return
    for path, text in problems(value):
        raise UsageError(f"{dotted((place, *path))}: {text}")


def problems(value: object) -> Iterator[tuple[Path, str]]:
    """Yield the path and a text for each part of a value that no response can hold."""
    waiting: list[tuple[Path, object]] = [((), value)]
    while waiting:
        path, one = waiting.pop()
        if isinstance(one, (Mapping, list, tuple, set, frozenset)):
            if len(path) >= DEEPEST:
                yield path[:1], TOO_DEEP
                return
            if isinstance(one, Mapping):
                for key in one:
                    text = _problem(key)
                    if text:
                        yield (*path, _part(key)), f"the key is not valid: {text}"
                inner = [((*path, _part(key)), item) for key, item in one.items()]
            else:
                inner = [((*path, position), item) for position, item in enumerate(one)]
            waiting += reversed(inner)
        else:
            text = _problem(one)
            if text:
                yield path, text


def _part(key: object) -> str:
    return key if isinstance(key, str) else shown(key)


def _problem(value: object) -> str:
    if isinstance(value, str):
        if not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError as error:
                return (f"{shown(value)} has the lone surrogate {value[error.start]!r}, which is "
                        "no character")
    elif isinstance(value, int):
        if not SMALLEST <= value <= LARGEST:
            return f"{shown(value)} is not an integer of 64 bits"
    elif isinstance(value, float) and not math.isfinite(value):
        return f"{value} is not a finite number"
    return ""


def instant(value: object, place: str) -> float:
    """Return a time in seconds since the epoch.

    Args:
        value: a number in the years 1 to 9999.
        place: where the value stands, for the error text.

    Raises:
        UsageError: it is no number, or outside these years.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise UsageError(f"{place} is a number of seconds since the epoch, not {shown(value)}")
    if not _FIRST <= value <= _LAST:  # NaN is refused here, too
        raise UsageError(f"{place}: {shown(value)} is not a time in the years 1 to 9999; write "
                         "seconds since the epoch")
    return float(value)


def dotted(path: Path) -> str:
    """Format a path as ``faults[0].status``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text.encode("utf-8", "backslashreplace").decode()


def readable(text: str) -> str:
    """Return a text that a client sent in a form that every response and file can hold.

    aiohttp reads bytes that are not UTF-8 as lone surrogates. They become ``\\xff``.
    """
    if text.isascii():
        return text
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
