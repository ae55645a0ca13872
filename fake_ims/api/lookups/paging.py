"""What lists of look-ups share: filters, pages, the project in the path, links."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec

from ...contract.neighbours import LOOKUPS
from ...domain.numbers import bounded, is_whole
from ...domain.refusal import Refused
from ...profiles.answer import DONE, JSON, Answer
from ..call import Call

R = TypeVar("R")
Document = dict[str, Any]


def enter(call: Call, outage: str | None = None) -> str:
    """Return the caller's project, after a check of the one in the path.

    Raises:
        Refused: ``lookup.project``, or ``lookup.outage`` if the test has let the service end.
    """
    if outage is not None and outage in call.service.world.outages:
        raise Refused("lookup.outage")
    own = call.known_caller.project_id or ""
    parts = call.path.split("/")
    named = parts[4] if len(parts) > 4 else ""
    if named and named not in LOOKUPS[parts[2]][1] and named != own:
        raise Refused("lookup.project", given=named, own=own)
    return own


def root(call: Call) -> str:
    """Return the URL of the version, as the client has asked for it."""
    parts = call.path.split("/")
    own = call.known_caller.project_id
    last = 5 if len(parts) > 4 and parts[4] == own else 4
    return call.base_url + "/".join(parts[:last])


def page(call: Call, records: Iterable[R], key: Callable[[R], str]) -> tuple[list[R], str | None]:
    """Return the records after ``marker``, at most ``limit``, and the URL of the next page.

    Raises:
        Refused: ``lookup.limit`` or ``lookup.marker``.
    """
    rows = list(records)
    query = dict(call.pairs())
    limit = number(query, "limit", 1000)
    marker = query.get("marker")
    if marker:
        position = next((n for n, one in enumerate(rows) if key(one) == marker), None)
        if position is None:
            raise Refused("lookup.marker", marker=marker)
        rows = rows[position + 1:]
    most = min(limit, 1000)
    shown = rows[:most]
    if not shown or len(rows) <= most:
        return shown, None
    again = urlencode({**query, "marker": key(shown[-1])})
    return shown, f"{call.base_url}{call.path}?{again}"


def number(query: dict[str, str], name: str, default: int) -> int:
    """Return a number of the query; a huge one is bounded.

    Raises:
        Refused: ``lookup.limit``.
    """
    text = query.get(name) or str(default)
    if not is_whole(text):
        raise Refused("lookup.limit", name=name, value=text)
    return bounded(text)


def answer(name: str, rows: list[Document], following: str | None) -> Answer:
    """Return a list."""
    found: Document = {name: rows}
    if following is not None:
        found[f"{name}_links"] = [{"rel": "next", "href": following}]
    return as_json(found)


def as_json(document: Document) -> Answer:
    """Return a document."""
    return Answer(DONE, msgspec.json.encode(document), JSON)
