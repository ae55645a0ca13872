"""What each field of a record can be.

A field's annotation says it: its type, and a ``Says`` beside it. The check of a record and the
schemas of documents derive from the same annotations, so both accept the same values.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ...contract.model import Parameter
from ...contract.parameters.patterns import BUCKET_PATTERN, OBJECT_PATTERN, OF_RULE
from ...contract.validation import is_type, matches
from ...errors import UsageError, hint, shown
from .. import sound
from ..handle import Handle

Schema = dict[str, Any]


@dataclass(frozen=True)
class Says:
    """What a field's annotation says beside its type.

    Attributes:
        schema: keywords of a JSON schema; of a list, those of its items.
        refers: the shelf that has the records whose ids these are.
        wire: the parameter of a request that names such a record; the field is its id.
    """

    schema: Schema
    refers: str = ""
    wire: Parameter | None = None


def one_of(*choices: str) -> Says:
    """A text of these."""
    return Says({"enum": list(choices)})


def at_least(minimum: int, unit: str) -> Says:
    """An integer, in a unit such as GB."""
    return Says({"minimum": minimum, "title": f"an integer, {minimum} or greater ({unit})"})


def named_by(parameter: Parameter) -> Says:
    """An id in the format that the wire asks for where a request names such a record."""
    pattern = OF_RULE.get(parameter.rule)
    schema = {"minLength": 1} if pattern is None else {"pattern": pattern[0], "title": pattern[1]}
    return Says(schema, wire=parameter)


def refers_to(shelf: str, parameter: Parameter) -> Says:
    """The id of a record on another shelf."""
    return Says(named_by(parameter).schema, refers=shelf)


GB = at_least(1, "GB")
TEXT = Says({"minLength": 1})
UUID = Says({"pattern": OF_RULE["uuid"][0], "title": OF_RULE["uuid"][1]})
BUCKET = Says({"pattern": BUCKET_PATTERN, "title": "a name of 3 to 63 lower-case letters, "
               "digits, '-' and '.'"})
OBJECT = Says({"pattern": OBJECT_PATTERN, "title": "a name of letters, digits, '.', '_', "
               "'-' and '/', with at most 128 characters after the last '/'"})
_JSON = {str: "string", bool: "boolean", int: "integer"}
_WORDS = {"string": "a string", "boolean": "True or False", "integer": "an integer",
          "array": "a list", "null": "None"}


@dataclass(frozen=True)
class Rule:
    """What one field can be.

    Attributes:
        schema: the JSON schema of its values.
        says: what its annotation says beside its type.
    """

    schema: Schema
    says: Says

    def read(self, value: Any, where: str, field: str) -> Any:
        """The value, as a record keeps it.

        Raises:
            UsageError: it is not allowed here.
        """
        sound.check(value, f"{where}: {field}")
        if isinstance(value, tuple):
            value = list(value)
        problem = _problem(value, self.schema)
        if problem:
            raise UsageError(f"{where}: {field}={shown(value)} {problem}"
                             f"{self._advice(value, where)}")
        if isinstance(value, float):
            return int(value)
        return list(value) if isinstance(value, list) else value

    def _advice(self, value: object, where: str) -> str:
        if self.says.refers:
            one = self.says.refers.removesuffix("s")
            return f"; write the id of a {one}, such as {one}.id"
        if self.says.wire is None or not isinstance(value, str) or "pattern" not in self.schema:
            return ""
        import uuid

        made = str(uuid.uuid5(uuid.NAMESPACE_OID, value))
        name = where.replace(" ", "_")
        return f"; leave id out and read {name}.id, or write {made!r}"


FLAG = Rule({"type": "boolean"}, Says({}))


def _problem(value: object, schema: Schema) -> str:
    """What is wrong with a value; nothing if it is allowed."""
    names = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    title = schema.get("title") or " or ".join(_WORDS[name] for name in names)
    if not any(is_type(value, name) for name in names):
        return f"is not {title}"
    if value is None:
        return ""
    if "enum" in schema and value not in schema["enum"]:
        known = [choice for choice in schema["enum"] if choice is not None]
        return f"is unknown; {hint(value, known)}"
    if isinstance(value, str):
        if len(value) < schema.get("minLength", 0):
            return "is empty"
        wrong = "pattern" in schema and not matches(schema["pattern"], value)
        return f"is not {title}" if wrong else ""
    if isinstance(value, list):
        return next(filter(None, (_item(item, schema["items"]) for item in value)), "")
    number = typing.cast("float", value)
    if number < schema.get("minimum", number):
        return f"is not {title}" if "title" in schema else f"is less than {schema['minimum']}"
    return ""


def _item(value: object, schema: Schema) -> str:
    problem = _problem(value, schema)
    return problem and f"has an item that {problem}: {value!r}"


def rules(kind: type) -> Mapping[str, Rule]:
    """The rules of a class's fields. Fields that no JSON can hold have none."""
    return _rules(kind)


@cache
def _rules(kind: type) -> Mapping[str, Rule]:
    found = {name: _rule(hint) for name, hint in
             typing.get_type_hints(kind, include_extras=True).items() if not name.startswith("_")}
    return {name: rule for name, rule in found.items() if rule is not None}


def _rule(annotation: Any) -> Rule | None:
    says = Says({})
    if typing.get_origin(annotation) is typing.Annotated:
        annotation, says = typing.get_args(annotation)
    nullable = isinstance(annotation, types.UnionType)
    if nullable:
        annotation = next(one for one in typing.get_args(annotation) if one is not type(None))
    if annotation == list[str]:
        return Rule({"type": "array", "items": {"type": "string", "minLength": 1, **says.schema}},
                    says)
    if annotation not in _JSON:
        return None
    schema: Schema = {"type": _JSON[annotation], **says.schema}
    if annotation is int:
        schema.setdefault("minimum", 0)
    if nullable:
        schema["type"] = [schema["type"], "null"]
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
    return Rule(schema, says)


class Checked(Handle):
    """A handle that checks the values of its attributes by their annotations."""

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> None:
        """Set an attribute.

        Raises:
            UsageError: the class has no such attribute, or the value is not allowed.
        """
        rule = None if name.startswith("_") else rules(type(self)).get(name)
        if rule is None:
            super().__setattr__(name, value)
        else:
            object.__setattr__(self, name, rule.read(value, self._called(), name))

    def _called(self) -> str:
        return type(self).__name__.lower()
