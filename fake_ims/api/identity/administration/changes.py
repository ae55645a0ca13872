"""What creating and changing the records of identity have in common."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol
from uuid import uuid4

from ....domain.refusal import Refused
from ....profiles.answer import DONE, Answer
from ...call import Call
from ..bodies import Document

#: What every record shows of itself: no request can set it.
_SHOWN = frozenset({"id", "links"})


class _Named(Protocol):
    id: str
    name: str


class _Open(Protocol):
    options: dict[str, Any]
    extra: dict[str, Any]


def new_id() -> str:
    """Return an id as Keystone makes them: 32 hexadecimal digits."""
    return uuid4().hex


def done() -> Answer:
    """Return the response without a body."""
    return Answer(DONE, headers={"Vary": "X-Auth-Token"})


def extra(given: Document, known: Iterable[str]) -> Document:
    """Return the attributes that Keystone does not know, and keeps."""
    known = {*known, *_SHOWN}
    return {name: value for name, value in given.items() if name not in known}


def home(call: Call, given: Document) -> str:
    """Return the id of the domain that a new record names; by default that of the token."""
    if given.get("domain_id"):
        return str(given["domain_id"])
    caller, identity = call.known_caller, call.service.identity
    if caller.project_id is None and caller.token:
        domain = identity.token(caller.token).domain
        if domain is not None:
            return domain.id
    project = identity.directory.projects.get(caller.project_id or "")
    return project.domain_id if project else identity.home.id


def check_same(given: Document, row: Any, *names: str) -> None:
    """Refuse another id, or another domain.

    Raises:
        Refused: ``identity.schema``.
    """
    for name, text in (("domain_id", "Domain ID"), ("id", "ID")):
        if name in names and name in given and given[name] != getattr(row, name):
            raise Refused("identity.schema", reason=f"Cannot change {text}")


def check_mutable(row: _Open, kind: str, verb: str, id: str, given: Document | None = None) -> None:
    """Refuse to change or delete a record with the option ``immutable``.

    Raises:
        Refused: 403.
    """
    opens = given is not None and given.get("options", {}).get("immutable") in (False, None) and (
        "immutable" in given.get("options", {}))
    if row.options.get("immutable") and not opens:
        raise Refused("identity.refused", reason=f"Unable to {verb} immutable {kind} resource: "
                      f'`{id}. Set resource option "immutable" to false first.')


def set_options(row: _Open, given: Document) -> None:
    """Set the options that a change names; null removes one."""
    for name, value in given.get("options", {}).items():
        if value is None:
            row.options.pop(name, None)
        else:
            row.options[name] = value


def taken(rows: Iterable[_Named], name: str, domain_id: str | None, besides: str = "") -> bool:
    """Return whether another record of the domain has this name. Names are compared as MySQL and
    SQLite do for Keystone: with their case."""
    return any(row.name == name and row.id != besides
               and getattr(row, "domain_id", None) == domain_id for row in rows)
