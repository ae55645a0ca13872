"""Lists of images: reads filters, sort keys and pages from a query, and returns the images.

Source: page *Querying Images (Native OpenStack API)*, and Glance for operators, multiple sort keys
and the wording of refusals.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from ..contract.attributes import SORT_KEYS
from .access import is_granted, is_visible
from .callers import Caller
from .filters import Test, flag_tests, has_tag, test_of, values_of
from .image import Image
from .refusal import Refused
from .store import Store

if TYPE_CHECKING:
    from ..profiles.model import Profile

VISIBILITIES = ("community", "public", "private", "shared", "all")
LIST_MEMBER_STATUSES = ("pending", "accepted", "rejected", "all")
_DIRECTIONS = ("asc", "desc")


@dataclass(slots=True)
class ListQuery:
    """A query for a list of images. Do not change it: ``parse`` caches it.

    ``ids`` and ``names`` are the requested ones; None matches any. ``tags`` has, for each
    requested tag, the forms in which images may store it.
    """

    limit: int
    marker: str | None = None
    sort: tuple[tuple[str, str], ...] = (("created_at", "desc"),)
    visibility: str | None = None
    member_status: str = "accepted"
    tests: list[Test] = field(default_factory=list)
    ids: list[str] | None = None
    names: list[str] | None = None
    tags: tuple[tuple[str, ...], ...] = ()
    refused: Refused | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """The images of a page, and whether there is a next page."""

    images: list[Image]
    more: bool


class _Params:
    """Query parameters in order. Of repeated names the first counts, as in Glance."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._pairs = list(pairs)

    def pop(self, name: str) -> str | None:
        for position, (key, value) in enumerate(self._pairs):
            if key == name:
                del self._pairs[position]
                return value
        return None

    def pop_all(self, name: str) -> list[str]:
        values = [value for key, value in self._pairs if key == name]
        self._pairs = [pair for pair in self._pairs if pair[0] != name]
        return values

    def __contains__(self, name: str) -> bool:
        return any(key == name for key, _ in self._pairs)

    def last(self) -> dict[str, str]:
        return dict(self._pairs)


def parse(pairs: Iterable[tuple[str, str]], profile: Profile) -> ListQuery:
    """Read a query string. Recent queries are cached.

    Raises:
        Refused: 400, for the first error in Glance's order of checks.
    """
    return _parse(tuple(pairs), profile)


@lru_cache(maxsize=256)
def _parse(pairs: tuple[tuple[str, str], ...], profile: Profile) -> ListQuery:
    params = _Params(pairs)
    limit = params.pop("limit")
    marker = params.pop("marker")
    member_status = params.pop("member_status")
    tags = [tag.strip() for tag in params.pop_all("tag")]
    last_visibility = params.last().get("visibility")
    if last_visibility and last_visibility not in VISIBILITIES:
        raise Refused("list.visibility", visibility=last_visibility)
    if params.last().get("changes-since"):
        raise Refused("list.changes_since")
    if member_status is not None and member_status not in LIST_MEMBER_STATUSES:
        raise Refused("list.member_status", status=member_status)
    query = ListQuery(limit=profile.options.limit_param_default, marker=marker,
                      visibility=params.pop("visibility"))
    if member_status is not None:
        query.member_status = member_status
    if limit is not None:
        query.limit = _limit(limit)
    query.limit = min(query.limit, profile.options.api_limit_max)
    query.sort = _sort(params)
    filters = params.last()
    filters.pop("deleted", None)
    query.tests = list(flag_tests(filters, profile))
    try:
        query.tests += [test_of(name, text, profile) for name, text in filters.items()]
    except Refused as refused:
        query.refused = refused
    else:
        query.ids, query.names = (values_of(filters[name]) if name in filters else None
                                  for name in ("id", "name"))
    query.tags = tuple(profile.tag_forms(tag) for tag in tags)
    query.tests += map(has_tag, query.tags)
    return query


def _limit(text: str) -> int:
    try:
        limit = int(text)
    except ValueError:
        raise Refused("list.limit_type") from None
    if limit < 0:
        raise Refused("list.limit_negative")
    return limit


def _sort_key(key: str) -> str:
    if key not in SORT_KEYS:
        raise Refused("list.sort_key", sort_key=key, available=", ".join(SORT_KEYS))
    return key


def _sort_dir(direction: str) -> str:
    if direction not in _DIRECTIONS:
        raise Refused("list.sort_dir", sort_dir=direction)
    return direction


def _sort(params: _Params) -> tuple[tuple[str, str], ...]:
    keys: list[str] = []
    dirs: list[str] = []
    combined = params.pop("sort")
    if combined is not None:
        if "sort_key" in params or "sort_dir" in params:
            raise Refused("list.sort_mixed")
        for part in combined.strip().split(","):
            key, _, direction = part.partition(":")
            keys.append(_sort_key(key.strip()))
            dirs.append(_sort_dir((direction or "desc").strip()))
    else:
        keys = [_sort_key(key.strip()) for key in params.pop_all("sort_key")]
        dirs = [_sort_dir(direction.strip()) for direction in params.pop_all("sort_dir")]
        if len(dirs) > 1 and len(dirs) != len(keys):
            raise Refused("list.sort_count")
    keys = keys or ["created_at"]
    dirs = dirs or ["desc"]
    tail = dirs[0] if len(dirs) == 1 else "desc"
    if len(dirs) == 1:
        dirs = dirs * len(keys)
    pairs = list(zip(keys, dirs, strict=True))
    for key in ("created_at", "id"):
        if key not in keys:
            pairs.append((key, tail))
    return tuple(pairs)


def run(query: ListQuery, caller: Caller, store: Store, profile: Profile) -> Page:
    """Return the page that a query asks for.

    In the default order, it walks the indexes from the marker and stops when the page is full.
    Other orders scan all images that the caller may see.

    Raises:
        Refused: a filter's value is malformed (400), the marker does not exist (400) or is not
            visible (403).
    """
    if query.refused is not None:
        raise query.refused.again()
    marker = _marker(query.marker, caller, store)
    by_age = query.sort[0][0] == "created_at"
    ascending = query.sort[0][1] == "asc"
    walk = store.walk(
        caller,
        ascending=ascending,
        start=marker.key if marker and by_age else None,
        open_only=query.visibility in ("public", "community"),
        ids=query.ids,
        names=query.names,
        tags=query.tags[0] if query.tags else None,
    )
    matching = _matching(walk, query, caller, _tests(query, caller, profile))
    if not by_age:
        order = list(matching)
        for key, direction in reversed(query.sort):
            order.sort(key=_sort_value(key), reverse=direction == "desc")
        if marker is not None:
            order = [image for image in order if _behind(image, marker, query.sort)]
        matching = iter(order)
    images = list(islice(matching, query.limit))
    if not images:
        return Page(images, False)
    if profile.offers_next_when_full:
        return Page(images, len(images) == query.limit)
    return Page(images, next(matching, None) is not None)


def _tests(query: ListQuery, caller: Caller, profile: Profile) -> list[Test]:
    tests = query.tests
    if profile.hides_unregistered and not caller.is_admin:
        tests = [*tests, _is_registered]
    if caller.enterprise_projects is not None:
        tests = [*tests, lambda image: is_granted(caller, image)]
    return tests


def _marker(marker: str | None, caller: Caller, store: Store) -> Image | None:
    if marker is None:
        return None
    image = store.get(marker)
    if image is None and caller.is_admin:
        image = store.deleted(marker)
    if image is None:
        raise Refused("list.marker_long" if len(marker) > 36 else "list.marker", marker=marker)
    if not is_visible(caller, image):
        raise Refused("list.marker_hidden", marker=marker)
    return image


def _is_registered(image: Image) -> bool:
    return image.properties.get("__isregistered") == "true"


def _matching(
    images: Iterable[Image], query: ListQuery, caller: Caller, tests: list[Test]
) -> Iterator[Image]:
    for image in images:
        if _listed(image, query, caller):
            for test in tests:
                if not test(image):
                    break
            else:
                yield image


def _listed(image: Image, query: ListQuery, caller: Caller) -> bool:
    own = caller.project_id is not None and image.owner == caller.project_id
    visibility = query.visibility
    if visibility is None:
        if image.visibility == "community" and not own:
            return False
    elif visibility != "all" and image.visibility != visibility:
        return False
    if not (own or caller.is_admin or image.visibility in ("public", "community")):
        member = image.members.get(caller.project_id or "")
        if image.visibility != "shared" or member is None:
            return False
        if query.member_status not in ("all", member.status):
            return False
    return True


def _sort_value(key: str) -> Callable[[Image], tuple[int, Any]]:
    if key == "created_at":
        return lambda image: (1, image.key)
    attribute = operator.attrgetter(key)

    def value(image: Image) -> tuple[int, Any]:
        found = attribute(image)
        return (0, 0) if found is None else (1, found)

    return value


def _behind(image: Image, marker: Image, sort: tuple[tuple[str, str], ...]) -> bool:
    for key, direction in sort:
        value = _sort_value(key)
        ours, theirs = value(image), value(marker)
        if ours != theirs:
            return ours < theirs if direction == "desc" else ours > theirs
    return False
