"""Filters and pages of identity's lists, as Keystone has them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import urlencode

from ...domain.numbers import bounded, is_whole
from ...domain.refusal import Refused
from ...profiles.answer import Answer
from ..call import Call
from . import render

#: ``?name__contains=`` and its like. Those with ``i`` do not look at the case.
_INEXACT: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda text, given: given in text,
    "startswith": str.startswith,
    "endswith": str.endswith,
    "icontains": lambda text, given: given.lower() in text.lower(),
    "istartswith": lambda text, given: text.lower().startswith(given.lower()),
    "iendswith": lambda text, given: text.lower().endswith(given.lower()),
}
_TAGS: dict[str, Callable[[set[str], set[str]], bool]] = {
    "tags": lambda has, given: given <= has,
    "tags-any": lambda has, given: bool(given & has),
    "not-tags": lambda has, given: not given <= has,
    "not-tags-any": lambda has, given: not given & has,
}


def flag(value: str) -> bool:
    """Read a flag of a query: as in Keystone, all but ``0``, ``false``, ``no``, ``off`` is true."""
    return value.lower() not in ("0", "false", "no", "off", "f", "n")


def filtered(
    call: Call, documents: Iterable[render.Document], *names: str
) -> list[render.Document]:
    """Return the documents that match the query.

    Args:
        call: the request.
        documents: the rendered rows.
        names: the attributes that the list can be filtered by; ``tags`` stands for all four
            filters by tag.

    Raises:
        Refused: a filter is empty.
    """
    found = list(documents)
    for key, given in call.query.items():
        name, _, kind = key.partition("__")
        if "tags" in names and key in _TAGS:
            wanted = set(given.split(","))
            found = [row for row in found if _TAGS[key](set(row["tags"]), wanted)]
        elif name not in names or name == "tags":
            continue
        elif kind:
            test = _INEXACT.get(kind)
            if test is not None:
                found = [row for row in found if test(str(row.get(name)), given)]
        elif name == "name" and not given:
            raise Refused("identity.schema", reason="Invalid input for field/attribute name. "
                          "Value: . '' should be non-empty")
        elif name in ("enabled", "is_domain"):
            found = [row for row in found if row[name] is flag(given)]
        else:
            found = [row for row in found if row.get(name) == given]
    return found


def paged(call: Call, kind: str, found: list[render.Document]) -> Answer:
    """Return the page of a list that ``marker`` and ``limit`` ask for.

    Raises:
        Refused: the marker is not in the list, or a value is invalid.
    """
    query = call.query
    direction = query.get("sort_dir", "asc")
    if direction not in ("asc", "desc"):
        raise Refused("identity.schema", reason="Invalid input for field/attribute sort_dir. "
                      f"Value: {direction}. {direction!r} is not one of ['asc', 'desc']")
    key = query.get("sort_key")
    if key:
        found = sorted(found, key=lambda row: str(row.get(key)), reverse=direction == "desc")
    marker = query.get("marker")
    if marker is not None:
        places = [place for place, row in enumerate(found) if row["id"] == marker]
        if not places:
            raise Refused("identity.unknown", reason=f"Marker {marker} could not be found.")
        found = found[places[0] + 1:]
    limit = query.get("limit", "")
    if not limit:
        return render.page(call, kind, found, None)
    if not is_whole(limit):
        raise Refused("identity.schema", reason="Invalid input for field/attribute limit. "
                      f"Value: {limit}. {limit!r} is not a number")
    count = bounded(limit)
    shown = found[:count] if count else found
    if not shown or (len(shown) == len(found) and count):
        return render.page(call, kind, shown, None)
    pairs = [(name, value) for name, value in query.items() if name != "marker"]
    following = urlencode([*pairs, ("marker", shown[-1]["id"])])
    return render.page(call, kind, shown,
                       f"{call.base_url}{call.path}?{following}")
