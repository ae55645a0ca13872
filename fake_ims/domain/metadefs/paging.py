"""Pages of namespaces and tags, sorted as a database sorts, starting after a marker."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any, Protocol, TypeVar

from ..refusal import Refused


class Sortable(Protocol):
    """An item that can be paged."""

    number: int
    created_at: float


T = TypeVar("T", bound=Sortable)
Keys = Mapping[str, Callable[[Any], Any]]

_USUAL: Keys = {"id": attrgetter("number"), "created_at": attrgetter("created_at"),
                "updated_at": attrgetter("updated_at")}
NAMESPACE_KEYS: Keys = {
    **_USUAL, "namespace": attrgetter("name"),
    **{name: attrgetter(name)
       for name in ("display_name", "description", "visibility", "protected", "owner")},
}
TAG_KEYS: Keys = {**_USUAL, "name": attrgetter("name"), "namespace_id": lambda tag: 0}


def page(
    items: Iterable[T],
    keys: Keys,
    sort_key: str,
    sort_dir: str,
    marker: T | None,
    limit: int | None,
) -> list[T]:
    """Return a page of items. None sorts first; equal items are ordered by creation.

    Raises:
        Refused: ``metadef.unexpected`` for an unknown sort key, as a real Glance does.
    """
    if sort_key not in keys:
        raise Refused("metadef.unexpected")
    names = ["created_at", "id"]
    if sort_key not in names:
        names.insert(0, sort_key)
    getters = [keys[name] for name in names]
    descending = sort_dir == "desc"

    def rank(item: T) -> list[tuple[bool, Any]]:
        return [(value is not None, value) for value in (get(item) for get in getters)]

    found = sorted(items, key=rank, reverse=descending)
    if marker is not None:
        # Empty columns of the marker are not compared. Empty columns of an item never compare.
        known = [(get, get(marker)) for get in getters if get(marker) is not None]
        found = [item for item in found if _is_behind(item, known, descending)]
    return found if limit is None else found[:limit]


def _is_behind(
    item: object, marker: list[tuple[Callable[[Any], Any], Any]], descending: bool
) -> bool:
    for get, value in marker:
        own = get(item)
        if own is None:
            return False
        if own != value:
            return bool((own < value) if descending else (own > value))
    return False
