"""Checks of single values that a user gives to a fault."""

from __future__ import annotations

import math

from ..contract.errors import ERRORS
from ..contract.model import ErrorCode
from ..errors import UsageError, unknown

#: JSON schema of an error code.
ERROR_CODE: dict[str, object] = {"title": "an error code such as IMG.0144", "enum": sorted(ERRORS)}


def whole(name: str, value: object, least: int) -> int:
    """A whole number from ``least`` on.

    Raises:
        UsageError: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise UsageError(f"{name}={value!r}: it is a whole number from {least} on")
    return value


def probability(value: object) -> float:
    """A number from 0 to 1.

    Raises:
        UsageError: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise UsageError(f"probability={value!r}: it is a number from 0 to 1")
    return float(value)


def text(name: str, value: object) -> str:
    """A text that is not empty.

    Raises:
        UsageError: it is none.
    """
    if not isinstance(value, str) or not value:
        raise UsageError(f"{name}={value!r}: it is an id or a name")
    return value


def error_code(code: object) -> ErrorCode:
    """The row of an error code, by its name or as the row itself.

    Raises:
        UsageError: the reference has no such code.
    """
    if isinstance(code, ErrorCode):
        return code
    if isinstance(code, int):
        raise unknown("error code", code, ERRORS)
    if not isinstance(code, str):
        raise UsageError(f"error_code={code!r}: an error is named by its code, such as 'IMG.0144'")
    if code not in ERRORS:
        raise unknown("error code", code, ERRORS)
    return ERRORS[code]


def retry_after_text(value: object) -> str:
    """The value of ``Retry-After``: seconds as a number, any text as it is.

    Raises:
        UsageError: it is neither, or negative.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise UsageError(f"retry_after={value!r}: it is a number of seconds or a text")
    if not math.isfinite(value) or value < 0:
        raise UsageError(f"retry_after={value!r}: it is a number of seconds from 0 on")
    return str(int(value)) if value == int(value) else str(value)


def flag(name: str, value: object) -> None:
    """A setting that is either said or left out.

    Raises:
        UsageError: it is not true.
    """
    if value is not True:
        raise UsageError(f"{name}={value!r}: it is true, or left out")
