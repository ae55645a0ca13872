"""Bodies of identity's administration: read, and checked against Keystone's schemas."""

from __future__ import annotations

from typing import Any

from ...contract import administration_schemas as schemas
from ...contract.identity import MAX_BODY
from ...contract.validation import Mismatch, check_value
from ...domain.refusal import Refused
from ...profiles.answer import JSON
from ..call import Call, parse_json

Document = dict[str, Any]


async def document(call: Call) -> Document:
    """Return the body of a request, an object; an empty one if there is none.

    Raises:
        Refused: it is too large, or no JSON object.
    """
    body = await call.read()
    if len(body) > MAX_BODY:
        raise Refused("identity.too_large")
    if not body:
        return {}
    # Keystone takes a body without a type, too.
    if call.headers.get("Content-Type") not in (None, "", JSON) and (
            call.request.content_type != JSON):
        raise Refused("identity.expected", what=JSON, where="Content-Type header")
    found = parse_json(body)
    if not isinstance(found, dict):
        raise Refused("identity.json")
    return found


async def new(call: Call, kind: str) -> Document:
    """Return what a request to create something says of it, checked."""
    return await _checked(call, kind, schemas.CREATE[kind])


async def change(call: Call, kind: str) -> Document:
    """Return the changes that a request asks for, checked."""
    return await _checked(call, kind, schemas.CHANGE[kind])


async def _checked(call: Call, kind: str, schema: schemas.Schema) -> Document:
    body = await document(call)
    check(body, schema)
    found: Document = body.get(kind, {})
    return found


def check(value: object, schema: schemas.Schema, *, whole: bool = False) -> None:
    """Check a value.

    Args:
        value: the value.
        schema: its schema.
        whole: whether the message has the schema and the instance, as some of Keystone's have.

    Raises:
        Refused: ``identity.schema``.
    """
    wrong = check_value(value, schema, (), ())
    if wrong is not None:
        raise Refused("identity.schema", reason=wrong.reason if whole else _reason(value, wrong))


def _reason(value: Any, wrong: Mismatch) -> str:
    message = wrong.reason.partition("\n\nFailed validating")[0]
    for step in wrong.path:
        value = value[step]
    if wrong.keyword == "minLength":
        message = f"{value!r} should be non-empty"
    if not wrong.path:
        return message
    return f"Invalid input for field/attribute {wrong.path[-1]}. Value: {value}. {message}"
