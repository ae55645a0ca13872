"""Reads requests for metadata definitions, in the order of Glance's checks."""

from __future__ import annotations

from typing import Any, NamedTuple

from ....domain.refusal import Refused
from ...call import Call

TIMES = ("created_at", "updated_at")
LINKS_AND_TIMES = ("self", "schema", *TIMES)


async def body(call: Call, schema: str, read_only: tuple[str, ...]) -> Any:
    """Return the body, checked against a schema.

    Raises:
        Refused: the body does not match, or sets read-only fields.
    """
    document = await call.json()
    assert isinstance(document, (dict, list))
    for name in read_only:
        if name in document:
            raise Refused("metadef.read_only", name=name)
    check(document, schema)
    return document


def check(document: object, schema: str) -> None:
    """Check a document against a schema.

    Raises:
        Refused: ``metadef.schema``.
    """
    # Imported here, so that a fake without requests for definitions starts without the schemas.
    from ....contract import metadef_schemas

    try:
        metadef_schemas.check(document, schema)
    except metadef_schemas.Mismatch as mismatch:
        name = metadef_schemas.body_schema(schema)["name"]
        raise Refused("metadef.schema", schema=name, reason=mismatch.reason) from None


async def no_body(call: Call) -> None:
    """Refuse a body where Glance expects none; a real Glance fails with an error.

    Raises:
        Refused: there is a body.
    """
    if call.has_body:
        await call.json()
        raise Refused("metadef.unexpected")


def last(call: Call, name: str) -> str | None:
    """Return the last value of a query parameter."""
    values = call.query.getall(name, [])
    return values[-1] if values else None


def resource_type(call: Call) -> str | None:
    """Return the value of the filter ``resource_type``.

    Raises:
        Refused: ``metadef.unexpected``, if the query has other filters only.
    """
    if call.query and "resource_type" not in call.query:
        raise Refused("metadef.unexpected")
    return last(call, "resource_type") or None


class Listing(NamedTuple):
    """The paging parameters of a list."""

    sort_key: str
    sort_dir: str
    marker: str | None


def listing(call: Call, *visibilities: str) -> Listing:
    """Read the paging parameters of a list.

    Raises:
        Refused: ``list.sort_dir`` or ``list.visibility``.
    """
    sort_dir = call.query.get("sort_dir", "desc")
    if sort_dir not in ("asc", "desc"):
        raise Refused("list.sort_dir", sort_dir=sort_dir)
    check_visibility(call, *visibilities)
    return Listing(call.query.get("sort_key", "created_at"), sort_dir, call.query.get("marker"))


def check_visibility(call: Call, *visibilities: str) -> None:
    """Check the filter ``visibility``.

    Raises:
        Refused: ``list.visibility``.
    """
    visibility = last(call, "visibility")
    if visibility and visibility not in visibilities:
        raise Refused("list.visibility", visibility=visibility)


def limit(text: str, minimum: int) -> int:
    """Read the query parameter ``limit``.

    Raises:
        Refused: ``list.limit_type`` or ``list.limit_negative``.
    """
    try:
        number = int(text)
    except ValueError:
        raise Refused("list.limit_type") from None
    if number < minimum:
        raise Refused("list.limit_negative")
    return number
