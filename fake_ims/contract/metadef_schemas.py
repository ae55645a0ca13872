"""JSON schemas of metadata definitions, and their validator with its messages.

A schema is built when it is first needed. The messages are Glance's, which passes on the message
of ``jsonschema`` for the error that it ranks first.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from .validation import Mismatch, Schema, is_type, mismatch

_TYPE: Schema = {
    "type": "string",
    "enum": ["array", "boolean", "integer", "number", "object", "string", None],
}
_STRING: Schema = {"type": "string"}
_NAME: Schema = {"type": "string", "maxLength": 80}
_LINK: Schema = {"readOnly": True, "type": "string"}
_POSITIVE = {"$ref": "#/definitions/positiveInteger"}
_POSITIVE_OR_0 = {"$ref": "#/definitions/positiveIntegerDefault0"}
_STRINGS = {"$ref": "#/definitions/stringArray"}
_PROPERTIES = {"$ref": "#/definitions/property"}
_LINKS = [
    {"rel": "first", "href": "{first}"},
    {"rel": "next", "href": "{next}"},
    {"rel": "describedby", "href": "{schema}"},
]
_PROPERTY: Schema = {
    "name": _NAME,
    "title": _STRING,
    "description": _STRING,
    "operators": {"type": "array", "items": _STRING},
    "type": _TYPE,
    "required": _STRINGS,
    "minimum": {"type": "number"},
    "maximum": {"type": "number"},
    "maxLength": _POSITIVE,
    "minLength": _POSITIVE_OR_0,
    "pattern": {"type": "string", "format": "regex"},
    "enum": {"type": "array"},
    "readonly": {"type": "boolean"},
    "default": {},
    "items": {"type": "object", "properties": {"type": _TYPE, "enum": {"type": "array"}}},
    "maxItems": _POSITIVE,
    "minItems": _POSITIVE_OR_0,
    "uniqueItems": {"type": "boolean", "default": False},
    "additionalItems": {"type": "boolean"},
}


def _described(description: str, **more: object) -> Schema:
    return {"type": "string", "description": description, **more}


def _time(description: str) -> Schema:
    return {"type": "string", "readOnly": True, "description": description, "format": "date-time"}


def _times(what: str, change: str) -> Schema:
    return {"created_at": _time(f"Date and time of {what}"),
            "updated_at": _time(f"Date and time of the last {change} modification")}


def _items(properties: Schema, **more: object) -> Schema:
    return {"type": "array", "items": {"type": "object", "properties": properties, **more}}


def _definitions(*, in_property: bool) -> Schema:
    strings: Schema = {"type": "array", "items": _STRING, "uniqueItems": True}
    if in_property:
        strings = {"type": "array", "items": _STRING, "minItems": 1, "uniqueItems": True}
    definitions: Schema = {
        "positiveInteger": {"type": "integer", "minimum": 0},
        "positiveIntegerDefault0": {"allOf": [_POSITIVE, {"default": 0}]},
        "stringArray": strings,
    }
    if not in_property:
        definitions["property"] = {
            "type": "object",
            "additionalProperties": {"type": "object", "required": ["title", "type"],
                                     "properties": _PROPERTY},
        }
    return definitions


def _schema(
    name: str, properties: Schema, required: list[str], definitions: Schema | None = None
) -> Schema:
    document: Schema = {"name": name, "properties": properties, "additionalProperties": False}
    if definitions:
        document["definitions"] = definitions
    if required:
        document["required"] = required
    return document


def _namespace() -> Schema:
    return _schema("namespace", {
        "namespace": _described("The unique namespace text.", maxLength=80),
        "display_name": _described("The user friendly name for the namespace. Used by UI if "
                                   "available.", maxLength=80),
        "description": _described("Provides a user friendly description of the namespace.",
                                  maxLength=500),
        "visibility": _described("Scope of namespace accessibility.",
                                 enum=["public", "private"]),
        "protected": {"type": "boolean",
                      "description": "If true, namespace will not be deletable."},
        "owner": _described("Owner of the namespace.", maxLength=255),
        **_times("namespace creation", "namespace"),
        "schema": _LINK,
        "self": _LINK,
        "resource_type_associations": _items({"name": _STRING, "prefix": _STRING,
                                              "properties_target": _STRING}),
        "properties": _PROPERTIES,
        "objects": _items({"name": _STRING, "description": _STRING, "required": _STRINGS,
                           "properties": _PROPERTIES}),
        "tags": _items({"name": _STRING}),
    }, ["namespace"], _definitions(in_property=False))


def _object() -> Schema:
    return _schema("object", {
        "name": _NAME,
        "description": _STRING,
        "required": _STRINGS,
        "properties": _PROPERTIES,
        "schema": _LINK,
        "self": _LINK,
        **_times("object creation", "object"),
    }, ["name"], _definitions(in_property=False))


def _property(*also_required: str) -> Schema:
    return _schema("property", _PROPERTY, ["type", "title", *also_required],
                   _definitions(in_property=True))


def _tag() -> Schema:
    return _schema("tag", {"name": _NAME, **_times("tag creation", "tag")}, ["name"])


def _tags() -> Schema:
    tags = _items({"name": _STRING}, required=["name"], additionalProperties=False)
    return _schema("tags", {"tags": tags}, [])


def _resource_type() -> Schema:
    return _schema("resource_type_association", {
        "name": _described("Resource type names should be aligned with Heat resource types "
                           "whenever possible: https://docs.openstack.org/heat/latest/"
                           "template_guide/openstack.html", maxLength=80),
        "prefix": _described("Specifies the prefix to use for the given resource type. Any "
                             "properties in the namespace should be prefixed with this prefix "
                             "when being applied to the specified resource type. Must include "
                             "prefix separator (e.g. a colon :).", maxLength=80),
        "properties_target": _described(
            "Some resource types allow more than one key / value pair per instance.  For "
            "example, Cinder allows user and image metadata on volumes. Only the image "
            "properties metadata is evaluated by Nova (scheduling or drivers). This property "
            "allows a namespace target to remove the ambiguity.", maxLength=80),
        **_times("resource type association", "resource type association"),
    }, ["name"])


_BODIES = {
    "namespace": _namespace,
    "object": _object,
    "property": lambda: _property("name"),
    # The key of a nested property is its name.
    "property_in_object": _property,
    "tag": _tag,
    "tags": _tags,
    "resource_type": _resource_type,
}
_LISTS = {"namespaces": ("namespaces", "namespace"), "objects": ("objects", "object"),
          "properties": ("properties", "property_in_object"), "tags": ("tags", "tag"),
          "resource_types": ("resource_type_associations", "resource_type")}


@cache
def body_schema(name: str) -> Schema:
    """Return the schema of a request body."""
    return _BODIES[name]()


@cache
def document(name: str) -> Schema:
    """Return the body of ``GET /v2/schemas/metadefs/{name}``."""
    if name not in _LISTS:
        return body_schema(name)
    plural, item_name = _LISTS[name]
    item = dict(body_schema(item_name))
    definitions = item.pop("definitions", None)
    listed: Schema = {"type": "array", "items": item}
    if name == "properties":
        listed = {"type": "object", "additionalProperties": item}
    collection: Schema = {
        "name": plural,
        "properties": {plural: listed, "first": _STRING, "next": _STRING, "schema": _STRING},
        "links": _LINKS,
    }
    if definitions:
        collection["definitions"] = definitions
    return collection


class _Broken(NamedTuple):
    """One broken keyword, without its message."""

    message: str
    keyword: str
    schema: Schema
    schema_path: tuple[str | int, ...]
    value: object
    path: tuple[str | int, ...]

    def relevance(self) -> tuple[Any, ...]:
        """Return a sort key, as in ``jsonschema``: higher levels, later paths, wrong types."""
        expected = self.schema.get("type")
        return (-len(self.path), self.path,
                not (isinstance(expected, str) and is_type(self.value, expected)))


def check(value: object, name: str) -> None:
    """Check a request body.

    Raises:
        Mismatch: for the error that ``jsonschema`` ranks first.
    """
    schema = body_schema(name)
    found = max(_broken(value, schema, schema.get("definitions", {}), (), ()),
                key=_Broken.relevance, default=None)
    if found:
        raise mismatch(*found)


def _broken(
    value: object,
    schema: Schema,
    definitions: Schema,
    schema_path: tuple[str | int, ...],
    path: tuple[str | int, ...],
) -> Iterator[_Broken]:
    """Yield all mismatches of a value, in the order of the schema's keywords."""
    for keyword, rule in schema.items():
        here = (*schema_path, keyword)
        if keyword == "$ref":
            inner = definitions[rule.rpartition("/")[2]]
            yield from _broken(value, inner, definitions, schema_path, path)
        elif keyword == "allOf":
            for position, inner in enumerate(rule):
                yield from _broken(value, inner, definitions, (*here, position), path)
        elif keyword == "properties" and isinstance(value, dict):
            for name, inner in rule.items():
                if name in value:
                    yield from _broken(value[name], inner, definitions, (*here, name),
                                       (*path, name))
        elif keyword == "items" and isinstance(value, list):
            for position, item in enumerate(value):
                yield from _broken(item, rule, definitions, here, (*path, position))
        elif keyword == "additionalProperties" and rule and isinstance(value, dict):
            for name in value.keys() - schema.get("properties", {}).keys():
                yield from _broken(value[name], rule, definitions, here, (*path, name))
        else:
            for message in _messages(value, keyword, rule, schema):
                yield _Broken(message, keyword, schema, schema_path, value, path)


def _messages(value: object, keyword: str, rule: Any, schema: Schema) -> Iterator[str]:
    """Return the message of ``jsonschema`` for a broken keyword without sub-schemas."""
    if keyword == "type":
        if not is_type(value, rule):
            yield f"{value!r} is not of type {rule!r}"
    elif keyword == "enum":
        if value not in rule:
            yield f"{value!r} is not one of {rule!r}"
    elif keyword == "maxLength":
        if isinstance(value, str) and len(value) > rule:
            yield f"{value!r} is too long"
    elif keyword == "minimum":
        if is_type(value, "number") and value < rule:
            yield f"{value!r} is less than the minimum of {rule!r}"
    elif keyword == "minItems":
        if isinstance(value, list) and len(value) < rule:
            yield f"{value!r} {'should be non-empty' if rule == 1 else 'is too short'}"
    elif keyword == "uniqueItems":
        if rule and isinstance(value, list) and _has_twins(value):
            yield f"{value!r} has non-unique elements"
    elif keyword == "required" and isinstance(value, dict):
        for name in rule:
            if name not in value:
                yield f"{name!r} is a required property"
    elif keyword == "additionalProperties" and isinstance(value, dict):
        extra = sorted(value.keys() - schema.get("properties", {}).keys())
        if extra:
            names = ", ".join(repr(name) for name in extra)
            verb = "was" if len(extra) == 1 else "were"
            yield f"Additional properties are not allowed ({names} {verb} unexpected)"


def _has_twins(items: list[Any]) -> bool:
    """Return whether two items are equal. In JSON, ``true`` and ``1`` differ."""
    return any(one == other and isinstance(one, bool) == isinstance(other, bool)
               for position, one in enumerate(items) for other in items[:position])


__all__ = ["Mismatch", "body_schema", "check", "document"]
