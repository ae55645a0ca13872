"""Checks a document against its schema, and reports every problem with its path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..contract.validation import matches
from ..domain import sound
from ..domain.sound import Path, dotted
from ..errors import UsageError, shown, unknown

Schema = Mapping[str, Any]

_TYPES: dict[str, tuple[str, tuple[type, ...]]] = {
    "string": ("a string", (str,)),
    "integer": ("an integer", (int,)),
    "number": ("a number", (int, float)),
    "boolean": ("true or false", (bool,)),
    "object": ("a mapping", (dict,)),
    "array": ("a list", (list,)),
    "null": ("null", (type(None),)),
}


@dataclass(frozen=True)
class Problem:
    """One problem of a document.

    Attributes:
        path: keys and list positions that lead to the value.
        text: what is wrong, and what is allowed.
    """

    path: Path
    text: str

    def __str__(self) -> str:
        return f"{dotted(self.path)}: {self.text}" if self.path else self.text


class InvalidDocument(UsageError):
    """A document is invalid.

    Attributes:
        problems: everything that is wrong.
    """

    def __init__(self, text: str, problems: tuple[Problem, ...]) -> None:
        super().__init__(text)
        self.problems = problems


def check(document: object, schema: Schema, root: Schema | None = None) -> list[Problem]:
    """Return every problem of a document.

    A document with values that no response can hold is checked for these only.

    Args:
        document: a value parsed from JSON or TOML.
        schema: JSON schema; this module supports the keywords that our schemas use.
        root: schema whose ``$defs`` its references (``#/$defs/name``) use; by default ``schema``.
    """
    unsound = [Problem(path, text) for path, text in sound.problems(document)]
    checker = _Checker(schema if root is None else root)
    return unsound or list(checker.problems(document, schema, ()))


class _Checker:
    def __init__(self, root: Schema) -> None:
        self._root = root

    def problems(self, value: object, schema: Schema, path: Path) -> Iterator[Problem]:
        if "$ref" in schema:
            schema = self._root["$defs"][schema["$ref"].rpartition("/")[2]]
        if "anyOf" in schema:
            yield from self._any_of(value, schema, path)
            return
        if not _is_type(value, schema):
            yield Problem(path, f"{shown(value)} is not {expected(schema)}")
            return
        if "enum" in schema and value not in schema["enum"]:
            yield Problem(path, _not_in(value, schema["enum"]))
            return
        if isinstance(value, str):
            yield from self._text(value, schema, path)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            yield from self._number(value, schema, path)
        elif isinstance(value, dict):
            yield from self._table(value, schema, path)
        elif isinstance(value, list):
            yield from self._list(value, schema, path)

    def _any_of(self, value: object, schema: Schema, path: Path) -> Iterator[Problem]:
        tries = [list(self.problems(value, branch, path)) for branch in schema["anyOf"]]
        if not all(tries):
            return
        # The user probably meant the branch with the deepest or the fewest problems.
        deepest = max(tries, key=lambda found: (max(len(one.path) for one in found), -len(found)))
        if any(len(one.path) > len(path) for one in deepest):
            yield from deepest
        else:
            yield Problem(path, f"{shown(value)} is not {expected(schema)}")

    def _text(self, value: str, schema: Schema, path: Path) -> Iterator[Problem]:
        if len(value) < schema.get("minLength", 0):
            yield Problem(path, "the string must not be empty")
        elif len(value) > schema.get("maxLength", len(value)):
            yield Problem(path, f"the string has {len(value)} characters; the maximum is "
                          f"{schema['maxLength']}")
        elif "pattern" in schema and not matches(schema["pattern"], value):
            yield Problem(path, f"{shown(value)} is not {expected(schema)}")

    def _number(self, value: float, schema: Schema, path: Path) -> Iterator[Problem]:
        if value < schema.get("minimum", value):
            yield Problem(path, f"{value} is too small; the minimum is {schema['minimum']}")
        elif value > schema.get("maximum", value):
            yield Problem(path, f"{value} is too large; the maximum is {schema['maximum']}")

    def _table(self, value: dict[str, object], schema: Schema, path: Path) -> Iterator[Problem]:
        properties = schema.get("properties", {})
        others = schema.get("additionalProperties", True)
        for name in schema.get("required", ()):
            if name not in value:
                yield Problem(path, f"the key {name!r} is missing")
        for name, item in value.items():
            if not isinstance(name, str):  # in a document from Python
                yield Problem(path, f"the key {shown(name)} is not a string")
            elif name in properties:
                yield from self.problems(item, properties[name], (*path, name))
            elif others is False:
                yield Problem((*path, name), str(unknown("key", name, properties)))
            elif isinstance(others, Mapping):
                yield from self.problems(item, others, (*path, name))

    def _list(self, value: list[object], schema: Schema, path: Path) -> Iterator[Problem]:
        if len(value) < schema.get("minItems", 0):
            yield Problem(path, f"the list has {len(value)} items; the minimum is "
                          f"{schema['minItems']}")
        if len(value) > schema.get("maxItems", len(value)):
            yield Problem(path, f"the list has {len(value)} items; the maximum is "
                          f"{schema['maxItems']}")
        if "items" in schema:
            for position, item in enumerate(value):
                yield from self.problems(item, schema["items"], (*path, position))


def expected(schema: Schema) -> str:
    """Describe the values that a schema accepts, such as ``a string or a number``."""
    if "title" in schema:
        return str(schema["title"])
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(expected(branch) for branch in schema["anyOf"]))
    if "enum" in schema:
        return "one of " + ", ".join(map(str, schema["enum"]))
    words = " or ".join(_TYPES[name][0] for name in _types(schema)) or "an allowed value"
    return f"{words} that matches {schema['pattern']}" if "pattern" in schema else words


def _types(schema: Schema) -> list[str]:
    given = schema.get("type", [])
    return [given] if isinstance(given, str) else list(given)


def _is_type(value: object, schema: Schema) -> bool:
    names = _types(schema)
    if not names:
        return True
    if isinstance(value, bool):
        return "boolean" in names
    if isinstance(value, float) and value.is_integer() and "integer" in names:
        return True  # in JSON, 1.0 is an integer
    return any(isinstance(value, _TYPES[name][1]) for name in names)


def _not_in(value: object, allowed: list[object]) -> str:
    if isinstance(value, str):
        return str(unknown("value", value, [str(one) for one in allowed if one is not None]))
    return f"{shown(value)} is not one of {', '.join(map(str, allowed))}"
