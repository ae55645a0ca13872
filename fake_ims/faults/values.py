"""Check single values of a fault's settings."""

from __future__ import annotations

import math

from ..contract.errors import ERRORS
from ..contract.model import ErrorCode
from ..domain.durations import seconds
from ..errors import UsageError, unknown

#: JSON schema of an error code.
ERROR_CODE: dict[str, object] = {"title": "an error code such as IMG.0144", "enum": sorted(ERRORS)}


def whole(name: str, value: object, least: int) -> int:
    """Return the value if it is an integer of at least ``least``.

    Raises:
        UsageError: it is not.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise UsageError(f"{name}={value!r}: expected an integer, {least} or greater")
    return value


def duration(name: str, value: object) -> float:
    """Parse a duration; return seconds.

    Raises:
        UsageError: the value is not one.
    """
    try:
        return seconds(value)
    except UsageError as error:
        raise UsageError(f"{name}: {error}") from None


def probability(value: object) -> float:
    """Return the value if it is a number from 0 to 1.

    Raises:
        UsageError: it is not.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise UsageError(f"probability={value!r}: expected a number from 0 to 1")
    return float(value)


def text(name: str, value: object) -> str:
    """Return the value if it is a string that is not empty.

    Raises:
        UsageError: it is not.
    """
    if not isinstance(value, str) or not value:
        raise UsageError(f"{name}={value!r}: expected a string that is not empty")
    return value


def error_code(name: str, code: object) -> ErrorCode:
    """Return the row of an error code.

    Args:
        name: the setting that has it.
        code: the code, such as ``"IMG.0144"``, or the row itself.

    Raises:
        UsageError: the reference has no such code.
    """
    if isinstance(code, ErrorCode):
        return code
    if isinstance(code, int):
        raise unknown("error code", code, ERRORS)
    if not isinstance(code, str):
        raise UsageError(f"{name}={code!r}: expected an error code, such as 'IMG.0144'")
    if code not in ERRORS:
        raise unknown("error code", code, ERRORS)
    return ERRORS[code]


def retry_after_text(value: object) -> str:
    """Return the value of ``Retry-After``: a number of seconds, or a string as it is.

    Raises:
        UsageError: it is neither, or negative.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise UsageError(f"retry_after={value!r}: expected a number of seconds or a string")
    if not math.isfinite(value) or value < 0:
        raise UsageError(f"retry_after={value!r}: expected a number of seconds, 0 or greater")
    return str(int(value)) if value == int(value) else str(value)


def flag(name: str, value: object) -> None:
    """Check a setting that is either true or left out.

    Raises:
        UsageError: it is not true.
    """
    if value is not True:
        raise UsageError(f"{name}={value!r}: expected true; to turn it off, leave it out")
