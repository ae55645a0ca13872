"""Lists of images: reading filters, sort keys and pages from a query, and answering them.

Source: page *Querying Images (Native OpenStack API)*, and Glance for operators, multiple sort keys
and the wording of refusals.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from ..contract.attributes import BY_NAME, SORT_KEYS, base_names
from ..refusal import Refused
from .access import is_visible
from .callers import Caller
from .image import Image
from .store import Store

if TYPE_CHECKING:
    from ..profiles.model import Profile

Test = Callable[[Image], bool]
VISIBILITIES = ("community", "public", "private", "shared", "all")
LIST_MEMBER_STATUSES = ("pending", "accepted", "rejected", "all")
_DIRECTIONS = ("asc", "desc")
_WITH_OPERATOR = frozenset({"name", "id", "status", "container_format", "disk_format"})
_TIMES = frozenset({"created_at", "updated_at"})
_NUMBERS = frozenset({"size", "virtual_size", "min_ram", "min_disk"})
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le,
    "neq": operator.ne, "eq": operator.eq,
}
# One value of a list: quoted (with backslash escapes), plain, or empty between commas.
_VALUE = re.compile(r'"((?:[^"\\]|\\.)*)",?|([^,]+),?|,')
_TIME = re.compile(
    r"(\d{4})-?(\d{2})-?(\d{2})(?:[T ](\d{2}):?(\d{2})(?::?(\d{2})(?:[.,](\d+))?)?)?"
    r"\s*(Z|[+-]\d{2}(?::?\d{2})?)?$"
)


@dataclass(slots=True)
class ListQuery:
    """A list of images, as it was asked for; not to be changed, for ``parse`` remembers it."""

    limit: int
    marker: str | None = None
    sort: tuple[tuple[str, str], ...] = (("created_at", "desc"),)
    visibility: str | None = None
    member_status: str = "accepted"
    tests: list[Test] = field(default_factory=list)
    refused: Refused | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """The images of a page, and whether a further page is to be offered."""

    images: list[Image]
    more: bool


class _Params:
    """Query parameters in order; the first of a name is taken, as Glance takes them."""

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
    """Read a query string; those that are asked for over and over are read once.

    Raises:
        Refused: 400, for the first thing wrong, in the order in which Glance looks.
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
    query = ListQuery(limit=profile.page_size, marker=marker, visibility=params.pop("visibility"))
    if member_status is not None:
        query.member_status = member_status
    if limit is not None:
        query.limit = _limit(limit)
    query.limit = min(query.limit, profile.max_page)
    query.sort = _sort(params)
    filters = params.last()
    filters.pop("deleted", None)
    query.tests = list(_flag_tests(filters, profile))
    try:
        query.tests += [_test(name, text, profile) for name, text in filters.items()]
    except Refused as refused:
        query.refused = refused
    for tag in tags:
        query.tests.append(_has_tag(profile.tag_forms(tag)))
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


def split_operator(text: str) -> tuple[str, str]:
    """``gt:2018-…`` apart; a bare value, or a bare time, is compared for equality."""
    left, colon, right = text.partition(":")
    if not colon or parse_time(text) is not None:
        return "eq", text
    return left, right


def parse_time(text: str) -> float | None:
    """An ISO 8601 instant in seconds since the epoch; None if it is none."""
    match = _TIME.match(text.strip())
    if not match:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        moment = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0),
                          int(second or 0), tzinfo=timezone.utc)
    except ValueError:
        return None
    instant = moment.timestamp() + float(f"0.{fraction or 0}")
    if zone and zone != "Z":
        digits = zone[1:].replace(":", "")
        offset = int(digits[:2]) * 3600 + int(digits[2:] or 0) * 60
        instant -= offset if zone[0] == "+" else -offset
    return instant


def split_values(text: str) -> list[str]:
    """The values of an ``in:`` list, quoted or not.

    Raises:
        Refused: quotation marks that do not stand at commas or are not closed.
    """
    opening = True
    for position, character in enumerate(text):
        if character != '"' or (position and text[position - 1] == "\\"):
            continue
        if opening and position and text[position - 1] != ",":
            raise Refused("list.quote_before", value=text)
        if not opening and position + 1 != len(text) and text[position + 1] != ",":
            raise Refused("list.quote_after", value=text)
        opening = not opening
    if not opening:
        raise Refused("list.quote_open", value=text)
    return [match[1] or match[2] or "" for match in _VALUE.finditer(text)]


def _flag_tests(filters: dict[str, str], profile: Profile) -> Iterator[Test]:
    if "os_hidden" in BY_NAME and profile.name in BY_NAME["os_hidden"].profiles:
        hidden = _boolean("os_hidden", filters.pop("os_hidden", "false").lower())
        yield lambda image: image.os_hidden is hidden
    protected = filters.pop("protected", None)
    if protected is not None:
        wanted = _boolean("protected", protected)
        yield lambda image: image.protected is wanted
    if not profile.lists_killed:
        yield lambda image: image.status != "killed"


def _boolean(name: str, text: str) -> bool:
    if text not in ("true", "false"):
        raise Refused("list.boolean", value=text, name=name)
    return text == "true"


def _has_tag(forms: tuple[str, ...]) -> Test:
    return lambda image: any(tag in image.tags for tag in forms)


def _test(name: str, text: str, profile: Profile) -> Test:
    if name.endswith(("_min", "_max")) and name[:-4] in _NUMBERS:
        return _range(name, text)
    if name in _TIMES:
        return _time(name, text)
    attribute = operator.attrgetter(name) if name in base_names(profile.name) else None
    if attribute is None or not BY_NAME[name].filterable:
        return lambda image: image.properties.get(name) == text
    if name in _WITH_OPERATOR:
        operation, rest = split_operator(text)
        if operation == "in":
            values = frozenset(split_values(rest))
            return lambda image: attribute(image) in values
        if operation != "eq":
            raise Refused("list.operator", operator=operation)
        return lambda image: bool(attribute(image) == rest)
    if name in _NUMBERS:
        number = int(text) if re.fullmatch(r"-?\d{1,99}", text) else None
        return lambda image: number is not None and bool(attribute(image) == number)
    return lambda image: bool(attribute(image) == text)


def _range(name: str, text: str) -> Test:
    try:
        bound = int(text)
    except ValueError:
        raise Refused("list.range") from None
    attribute = operator.attrgetter(name[:-4])
    compare = operator.ge if name.endswith("_min") else operator.le

    def test(image: Image) -> bool:
        value = attribute(image)
        return value is not None and bool(compare(value, bound))

    return test


def _time(name: str, text: str) -> Test:
    operation, rest = split_operator(text)
    instant = parse_time(rest)
    if instant is None:
        raise Refused("list.time", name=name)
    compare = _COMPARE.get(operation)
    if compare is None:
        raise Refused("list.time_operator")
    attribute = operator.attrgetter(name)
    # Instants show whole seconds on the wire, so they are compared as they show.
    return lambda image: compare(float(int(attribute(image))), instant)


def run(query: ListQuery, caller: Caller, store: Store, profile: Profile) -> Page:
    """The page that a query asks for.

    In the default order it walks the indexes from the marker on and stops when the page is full;
    only another order looks at every image that the caller may see.

    Raises:
        Refused: a filter's value cannot be read (400), the marker is not there (400) or not
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
    )
    tests = query.tests
    if profile.hides_unregistered and not caller.is_admin:
        tests = [*tests, _is_registered]
    matching = _matching(walk, query, caller, tests)
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
