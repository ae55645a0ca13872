"""The validator of our JSON schemas, with Glance's error messages.

Values are checked in plain Python, because every request is checked. Only errors pay for a
message. The message is Glance's, which passes on the message of ``jsonschema``.
"""

from __future__ import annotations

import pprint
import re
from collections.abc import Callable, Mapping
from textwrap import indent
from typing import Any

Schema = dict[str, Any]
_Path = tuple["str | int", ...]

_JSON_TYPES = {str: "string", int: "integer", bool: "boolean", list: "array", dict: "object",
               type(None): "null"}


def is_type(value: object, name: str) -> bool:
    """Return whether a value has a JSON type. ``true`` is no number, and ``1.0`` is an integer."""
    if name == "string":
        return isinstance(value, str)
    if name == "integer":
        if isinstance(value, bool):
            return False
        return isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if name == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if name == "boolean":
        return isinstance(value, bool)
    if name == "null":
        return value is None
    if name == "array":
        return isinstance(value, list)
    return isinstance(value, dict)


def matches(pattern: str, text: str) -> bool:
    """Return whether a text matches a pattern. As in JSON schemas, ``$`` is the very end."""
    if pattern.endswith("$"):
        pattern = pattern[:-1] + r"\Z"
    return re.search(pattern, text) is not None


def _pretty(value: object) -> str:
    return indent(pprint.pformat(value, width=72, sort_dicts=False), "    ").lstrip()


class Mismatch(Exception):
    """A document does not match its schema.

    Args:
        reason: the message of ``jsonschema``.
        path: the position in the document.
        keyword: the schema keyword that was broken.
    """

    def __init__(self, reason: str, path: _Path, keyword: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path
        self.keyword = keyword


def mismatch(
    message: str,
    keyword: str,
    schema: Schema,
    schema_path: _Path,
    value: object,
    path: _Path,
) -> Mismatch:
    """Return the exception for a broken keyword, with the message of ``jsonschema``."""
    where = "".join(f"[{step!r}]" for step in schema_path)
    on = "".join(f"[{step!r}]" for step in path)
    reason = (f"{message}\n\nFailed validating {keyword!r} in schema{where}:\n"
              f"    {_pretty(schema)}\n\nOn instance{on}:\n    {_pretty(value)}")
    return Mismatch(reason, path, keyword)


def _type(value: object, rule: Any, schema: Schema) -> str | None:
    kind = _JSON_TYPES.get(type(value))
    if kind == rule:
        return None
    names = rule if isinstance(rule, list) else [rule]
    if kind in names or any(is_type(value, name) for name in names):
        return None
    return f"{value!r} is not of type {', '.join(repr(name) for name in names)}"


def _enum(value: object, rule: Any, schema: Schema) -> str | None:
    return None if value in rule else f"{value!r} is not one of {rule!r}"


def _pattern(value: object, rule: Any, schema: Schema) -> str | None:
    wrong = isinstance(value, str) and not matches(rule, value)
    return f"{value!r} does not match {rule!r}" if wrong else None


def _max_length(value: object, rule: Any, schema: Schema) -> str | None:
    wrong = isinstance(value, str) and len(value) > rule
    return f"{value!r} is too long" if wrong else None


def _min_length(value: object, rule: Any, schema: Schema) -> str | None:
    wrong = isinstance(value, str) and len(value) < rule
    return f"{value!r} is too short" if wrong else None


def _min_properties(value: object, rule: Any, schema: Schema) -> str | None:
    wrong = isinstance(value, dict) and len(value) < rule
    return f"{value!r} should be non-empty" if wrong else None


def _max_properties(value: object, rule: Any, schema: Schema) -> str | None:
    wrong = isinstance(value, dict) and len(value) > rule
    return f"{value!r} has too many properties" if wrong else None


def _max_items(value: object, rule: Any, schema: Schema) -> str | None:
    wrong = isinstance(value, list) and len(value) > rule
    return f"{value!r} is too long" if wrong else None


def _unique_items(value: object, rule: Any, schema: Schema) -> str | None:
    wrong = rule and isinstance(value, list) and any(
        item in value[:place] for place, item in enumerate(value))
    return f"{value!r} has non-unique elements" if wrong else None


def _required(value: object, rule: Any, schema: Schema) -> str | None:
    if isinstance(value, dict):
        for name in rule:
            if name not in value:
                return f"{name!r} is a required property"
    return None


def _dependent_required(value: object, rule: Any, schema: Schema) -> str | None:
    if isinstance(value, dict):
        for name, needed in rule.items():
            for other in needed:
                if name in value and other not in value:
                    return f"{other!r} is a dependency of {name!r}"
    return None


def _additional_properties(value: object, rule: Any, schema: Schema) -> str | None:
    extra = sorted(set(value) - set(schema.get("properties", ()))) if (
        rule is False and isinstance(value, dict)) else []
    if not extra:
        return None
    verb = "was" if len(extra) == 1 else "were"
    names = ", ".join(repr(name) for name in extra)
    return f"Additional properties are not allowed ({names} {verb} unexpected)"


# Checks by keyword; each returns a message or None. ``items`` and ``properties`` are elsewhere.
_KEYWORDS: dict[str, Callable[[object, Any, Schema], str | None]] = {
    "type": _type,
    "enum": _enum,
    "pattern": _pattern,
    "maxLength": _max_length,
    "minLength": _min_length,
    "minProperties": _min_properties,
    "maxProperties": _max_properties,
    "maxItems": _max_items,
    "uniqueItems": _unique_items,
    "required": _required,
    "dependentRequired": _dependent_required,
    "additionalProperties": _additional_properties,
}


def check_value(value: object, schema: Schema, schema_path: _Path, path: _Path) -> Mismatch | None:
    """Return the first mismatch of a value, in the order of the schema's keywords."""
    for keyword, rule in schema.items():
        say = _KEYWORDS.get(keyword)
        if say is not None:
            message = say(value, rule, schema)
            if message is not None:
                return mismatch(message, keyword, schema, schema_path, value, path)
        elif keyword == "items" and isinstance(value, list):
            # If several items are wrong, the last one is reported.
            for position in reversed(range(len(value))):
                found = check_value(value[position], rule, (*schema_path, "items"),
                                    (*path, position))
                if found:
                    return found
        elif keyword == "properties" and isinstance(value, dict):
            for name in rule:
                if name in value:
                    found = check_value(value[name], rule[name],
                                        (*schema_path, "properties", name), (*path, name))
                    if found:
                        return found
    return None


def check(document: Mapping[str, object], properties: Schema) -> None:
    """Check an object. Properties that the schema does not name must be strings.

    Of several mismatches it raises the one that ``jsonschema`` reports: the least deep, and among
    those the last by name.

    Raises:
        Mismatch: with its message.
    """
    worst: Mismatch | None = None
    for name, value in document.items():
        schema = properties.get(name)
        if schema is None:
            if isinstance(value, str):
                continue
            found: Mismatch | None = mismatch(f"{value!r} is not of type 'string'", "type",
                                              {"type": "string"}, ("additionalProperties",),
                                              value, (name,))
        else:
            found = check_value(value, schema, ("properties", name), (name,))
        if found and (worst is None or _rank(found) > _rank(worst)):
            worst = found
    if worst:
        raise worst


def _rank(mismatch: Mismatch) -> tuple[int, str]:
    return (-len(mismatch.path), str(mismatch.path[0]))
