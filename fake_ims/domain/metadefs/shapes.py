"""The attributes of definitions, converted to the types of Glance's models.

Schemas accept more than the models can store. A real Glance then fails with 500. The fake does
what the contract's row ``metadef.unexpected`` says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..refusal import Refused

Read = Callable[[Any], Any]
Shape = Mapping[str, Read]

_TRUE = ("true", "t", "yes", "y", "on", "1")
_FALSE = ("false", "f", "no", "n", "off", "0")


def _text(value: Any) -> Any:
    if value is not None and not isinstance(value, str):
        raise Refused("metadef.unexpected")
    return value


def _texts(value: Any) -> list[Any]:
    return [_text(item) for item in value]


def _default(value: Any) -> str | None:
    """Convert a property's default to text, whatever its type. Lists and objects are lost."""
    return str(value) if isinstance(value, (str, int, float)) else None


def _integer(value: float) -> int:
    """Drop the fraction of a number."""
    try:
        return int(value)
    except (ValueError, OverflowError):
        raise Refused("metadef.unexpected") from None


def _boolean(value: Any) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return bool(value)
    if value in _TRUE or value in _FALSE:
        return value in _TRUE
    raise Refused("metadef.unexpected")


def read(value: Any, shape: Shape, *needed: str) -> dict[str, Any]:
    """Return the attributes of a document, in the order of the shape.

    Raises:
        Refused: ``metadef.unexpected``, for a value that the shape cannot store.
    """
    if (not isinstance(value, dict) or not value.keys() <= shape.keys()
            or not value.keys() >= set(needed)):
        raise Refused("metadef.unexpected")
    return {name: reader(value[name]) for name, reader in shape.items() if name in value}


def _list_of(reader: Read) -> Read:
    return lambda value: [reader(item) for item in value]


def _dictionary_of(reader: Read) -> Read:
    return lambda value: {name: reader(item) for name, item in value.items()}


_TIMES: Shape = {"created_at": _text, "updated_at": _text}
_LINKS: Shape = {"self": _text, "schema": _text}
_ITEM: Shape = {"type": _text, "enum": _texts}
_PROPERTY: Shape = {
    "name": _text, "type": _text, "title": _text, "description": _text, "operators": _texts,
    "default": _default, "readonly": _boolean, "minimum": _integer, "maximum": _integer,
    "enum": _texts, "pattern": _text, "minLength": _integer, "maxLength": _integer,
    "confidential": _boolean,
    "items": lambda value: read(value, _ITEM, "type"), "uniqueItems": _boolean,
    "minItems": _integer, "maxItems": _integer, "additionalItems": _boolean,
}


def definition(value: Any) -> dict[str, Any]:
    """Read a property."""
    return read(value, _PROPERTY, "type", "title")


_OBJECT: Shape = {"name": _text, "required": _texts, "description": _text,
                  "properties": _dictionary_of(definition), **_TIMES, **_LINKS}
_TAG: Shape = {"name": _text, **_TIMES}
_ASSOCIATION: Shape = {"name": _text, "prefix": _text, "properties_target": _text, **_TIMES}


def thing(value: Any) -> dict[str, Any]:
    """Read an object."""
    return read(value, _OBJECT, "name")


def tag(value: Any) -> dict[str, Any]:
    """Read a tag."""
    return read(value, _TAG, "name")


def association(value: Any) -> dict[str, Any]:
    """Read an association with a resource type."""
    return read(value, _ASSOCIATION, "name")


_NAMESPACE: Shape = {
    "namespace": _text, "display_name": _text, "description": _text, "visibility": _text,
    "protected": _boolean, "owner": _text, **_TIMES,
    "resource_type_associations": _list_of(association),
    "properties": _dictionary_of(definition), "objects": _list_of(thing), "tags": _list_of(tag),
    **_LINKS,
}


def namespace(value: Any) -> dict[str, Any]:
    """Read a namespace with its contents."""
    return read(value, _NAMESPACE, "namespace")


def tags(value: Any) -> dict[str, Any]:
    """Read a list of tags."""
    return read(value, {"tags": _list_of(tag)})


def storable(properties: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse defaults that Glance cannot store: those with non-ASCII characters.

    Raises:
        Refused: ``request.undecodable``.
    """
    for item in properties.values():
        if not (item.get("default") or "").isascii():
            raise Refused("request.undecodable")


def refuse_four_bytes(values: Mapping[str, Any], verb: str, what: str) -> None:
    """Refuse characters beyond the basic plane, which Glance's database cannot store.

    Args:
        values: the columns; nested dictionaries are checked, lists are not.
        verb: ``create`` or ``update``.
        what: what the request creates or updates.

    Raises:
        Refused: ``metadef.four_bytes``.
    """
    for name, value in values.items():
        if isinstance(value, Mapping):
            refuse_four_bytes(value, verb, what)
        elif _is_four_bytes(name):
            raise Refused("metadef.four_bytes_name", verb=verb, what=what)
        elif isinstance(value, str) and _is_four_bytes(value):
            raise Refused("metadef.four_bytes", verb=verb, what=what, name=name.title())


def _is_four_bytes(text: str) -> bool:
    return any(character > "\uffff" for character in text)
