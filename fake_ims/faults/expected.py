"""Compare values with what a user expects: any JSON value, or a glob for strings."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase, translate
from typing import Any

from ..errors import UsageError
from .operation_ids import is_glob

#: Returns whether a value is the expected one.
Test = Callable[[object], bool]

#: JSON schema of a mapping of names to strings or globs.
TEXTS: dict[str, object] = {
    "type": "object", "title": "a mapping of names to strings or globs",
    "additionalProperties": {"type": "string"},
}
#: JSON schema of a mapping of names to values or globs.
VALUES: dict[str, object] = {
    "type": "object", "title": "a mapping of names to values or globs",
    "additionalProperties": {},
}


def expecting(expected: object) -> Test:
    """Return a fast ``same`` for an expected value that is compared many times."""
    if not isinstance(expected, str):
        return lambda found: same(found, expected)
    if not is_glob(expected):
        return lambda found: found == expected
    fits = re.compile(translate(expected)).match
    return lambda found: isinstance(found, str) and (
        found == expected or fits(found) is not None)


def same(found: object, expected: object) -> bool:
    """Return whether a value is the expected one. An expected string may be a glob.

    As in JSON, 1 equals 1.0 but not true.
    """
    if isinstance(expected, str) and isinstance(found, str):
        return found == expected or fnmatchcase(found, expected)
    if isinstance(found, (dict, list)) or isinstance(expected, (dict, list)):
        return type(found) is type(expected) and _json(found) == _json(expected)
    return found == expected and isinstance(found, bool) == isinstance(expected, bool)


def table(name: str, value: object, *, texts: bool = False) -> dict[str, Any]:
    """Check a mapping of names to expected values.

    Args:
        name: name of the setting, for the error message.
        value: the mapping that the user passed.
        texts: whether every expected value must be a string.

    Raises:
        UsageError: it is not a mapping, is empty, or has a value of the wrong type.
    """
    if not isinstance(value, Mapping) or not value:
        raise UsageError(f"{name}={value!r}: expected a mapping of names to values, with at least "
                         "one entry")
    for key, expected in value.items():
        if not isinstance(key, str):
            raise UsageError(f"{name}: the name {key!r} must be a string")
        if texts and not isinstance(expected, str):
            raise UsageError(f"{name}: {key}={expected!r}: expected a string or a glob")
        if not texts:
            try:
                json.dumps(expected, allow_nan=False)
            except (TypeError, ValueError):
                raise UsageError(f"{name}: {key}={expected!r}: expected a value that JSON "
                                 "supports") from None
    return dict(value)


def words(items: Mapping[str, object]) -> str:
    """Return the mapping in words: ``limit='2' and marker='x*'``."""
    return " and ".join(f"{name}={value!r}" for name, value in items.items())


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True)
