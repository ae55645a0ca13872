"""What a user expects a value to be: a value as JSON has it, or a glob over texts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase, translate
from typing import Any

from ..errors import UsageError
from .operation_ids import is_glob

#: Whether a value is what was expected.
Test = Callable[[object], bool]

#: JSON schema of a table of names to texts or globs.
TEXTS: dict[str, object] = {
    "type": "object", "title": "a table of names to texts or globs",
    "additionalProperties": {"type": "string"},
}
#: JSON schema of a table of names to values or globs.
VALUES: dict[str, object] = {
    "type": "object", "title": "a table of names to values or globs",
    "additionalProperties": {},
}


def expecting(expected: object) -> Test:
    """A quick ``same`` for a value that is expected again and again."""
    if not isinstance(expected, str):
        return lambda found: same(found, expected)
    if not is_glob(expected):
        return lambda found: found == expected
    fits = re.compile(translate(expected)).match
    return lambda found: isinstance(found, str) and (
        found == expected or fits(found) is not None)


def same(found: object, expected: object) -> bool:
    """Whether a value is the expected one; texts are held against the expected text as a glob.

    As in JSON, 1 is 1.0 and not true.
    """
    if isinstance(expected, str) and isinstance(found, str):
        return found == expected or fnmatchcase(found, expected)
    if isinstance(found, (dict, list)) or isinstance(expected, (dict, list)):
        return type(found) is type(expected) and _json(found) == _json(expected)
    return found == expected and isinstance(found, bool) == isinstance(expected, bool)


def table(name: str, value: object, *, texts: bool = False) -> dict[str, Any]:
    """A table of names to what is expected of each.

    Args:
        name: of the setting, for the error.
        value: what the user gave.
        texts: whether only texts can be expected.

    Raises:
        UsageError: it is no table, is empty, or has values that cannot be expected.
    """
    if not isinstance(value, Mapping) or not value:
        raise UsageError(f"{name}={value!r}: it is a table of names to values, with one at least")
    for key, expected in value.items():
        if not isinstance(key, str):
            raise UsageError(f"{name}: {key!r} is no text, and so no name")
        if texts and not isinstance(expected, str):
            raise UsageError(f"{name}: {key}={expected!r}: it is a text or a glob")
        if not texts:
            try:
                json.dumps(expected, allow_nan=False)
            except (TypeError, ValueError):
                raise UsageError(f"{name}: {key}={expected!r} is nothing that JSON can "
                                 "hold") from None
    return dict(value)


def words(items: Mapping[str, object]) -> str:
    """The table as words of a sentence: ``limit='2' and marker='x*'``."""
    return " and ".join(f"{name}={value!r}" for name, value in items.items())


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True)
