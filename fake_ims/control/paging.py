"""Pages of the lists of the control API: ``limit``, ``marker``, and ``next`` in the response."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import TypeVar

from ..documents.check import Schema
from ..documents.schemas import NAME, says
from .route import Control, ControlError

DEFAULT, MOST = 1000, 10_000
LIMIT: Mapping[str, Schema] = {
    "limit": says(NAME, f"largest number of items (default: {DEFAULT}, at most {MOST})"),
}
#: The query parameters of a list with pages.
PAGE: Mapping[str, Schema] = {
    **LIMIT,
    "marker": says(NAME, "only items after this one: the value of next in the previous response"),
}

T = TypeVar("T")


def limit(control: Control) -> int:
    """Return the number of items that a page has at most.

    Raises:
        ControlError: the query parameter ``limit`` is not an integer from 1 to ``MOST``.
    """
    given = control.query.get("limit", str(DEFAULT))
    if not (given.isascii() and given.isdigit() and len(given) <= len(str(MOST))
            and 1 <= int(given) <= MOST):
        raise ControlError(400, f"limit: {given[:20]!r} is not an integer from 1 to {MOST}")
    return int(given)


def page(
    control: Control, items: Iterable[T], key: Callable[[T], str]
) -> tuple[list[T], str | None]:
    """Return a page of items, and the marker of the next page; None if there is none.

    Args:
        control: the request, with ``limit`` and ``marker``.
        items: all items, in order.
        key: the marker of an item.

    Raises:
        ControlError: ``limit`` is invalid, or no item has the marker.
    """
    rest = iter(items)
    marker = control.query.get("marker")
    if marker is not None and not any(key(item) == marker for item in rest):
        raise ControlError(400, f"marker: {marker!r} is not in this list; begin without a marker")
    return first(rest, limit(control), key)


def first(
    items: Iterable[T], count: int, key: Callable[[T], str]
) -> tuple[list[T], str | None]:
    """Return the first ``count`` items, and the marker of those after them."""
    found = list(islice(items, count + 1))
    return found[:count], key(found[count - 1]) if len(found) > count else None
