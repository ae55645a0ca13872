"""The document of a log-in request: its types, the scope it asks for, and whom it names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...contract.identity import AUTH
from ...contract.validation import check_value
from ..refusal import Refused

_SCOPES = ("system", "project", "domain", "OS-TRUST:trust", "unscoped")
Document = Mapping[str, Any]


def check(auth: object) -> Document:
    """Return the content of ``auth`` if all of its parts have the right types.

    Raises:
        Refused: ``identity.schema``.
    """
    wrong = check_value(auth, AUTH, (), ())
    if wrong is not None:
        field = "/".join(map(str, wrong.path))
        where = f"Invalid input for field {field!r}: " if field else ""
        raise Refused("identity.schema", reason=where + wrong.reason)
    assert isinstance(auth, dict)
    return auth


def scope_of(scope: Any) -> tuple[str, Document] | None:
    """Return the requested scope; None for an unscoped token.

    Raises:
        Refused: the scope is unknown, or several are given.
    """
    if scope is None:
        return None
    if scope == "unscoped":
        return None
    asked = [kind for kind in _SCOPES if kind in scope] if isinstance(scope, dict) else []
    if len(asked) != 1:
        raise Refused("identity.expected", where="scope",
                      what="system, project, domain, OS-TRUST:trust or unscoped")
    return None if asked[0] == "unscoped" else (asked[0], scope[asked[0]])


def id_or_name(named: Document, field: str) -> tuple[Any, Any]:
    """Return the id and name in a document; either may be None.

    Raises:
        Refused: both are None.
    """
    id, name = named.get("id"), named.get("name")
    if id is None and name is None:
        raise Refused("identity.unnamed", field=field)
    return id, name
