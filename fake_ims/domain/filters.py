"""The filters of image lists: each query parameter becomes a predicate on images.

Source: page *Querying Images (Native OpenStack API)*, and Glance for operators and wording.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from ..contract.attributes import BY_NAME, base_names
from .image import Image
from .refusal import Refused

if TYPE_CHECKING:
    from ..profiles.model import Profile

Test = Callable[[Image], bool]
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


def split_operator(text: str) -> tuple[str, str]:
    """Split ``gt:2018-…`` into operator and value. Without an operator, it is ``eq``."""
    left, colon, right = text.partition(":")
    if not colon or parse_time(text) is not None:
        return "eq", text
    return left, right


def parse_time(text: str) -> float | None:
    """Return an ISO 8601 instant in seconds since the epoch; None if the text is not one."""
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
    """Return the values of an ``in:`` list, quoted or not.

    Raises:
        Refused: quotation marks that are not next to commas, or not closed.
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


def flag_tests(filters: dict[str, str], profile: Profile) -> Iterator[Test]:
    """Yield the predicates that apply to every list, and those of the flags.

    Args:
        filters: the query parameters; flags are removed from it.
        profile: the service's rules.

    Raises:
        Refused: a flag is neither true nor false.
    """
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


def has_tag(forms: tuple[str, ...]) -> Test:
    """Return a predicate: the image has a tag, in any of the forms that it can be written in."""
    return lambda image: any(tag in image.tags for tag in forms)


def test_of(name: str, text: str, profile: Profile) -> Test:
    """Return the predicate for one query parameter.

    Raises:
        Refused: the value is malformed.
    """
    if name.endswith(("_min", "_max")) and name[:-4] in _NUMBERS:
        return _range(name, text)
    if name in _TIMES:
        return _time(name, text)
    attribute = operator.attrgetter(name) if name in base_names(profile.name) else None
    if attribute is None or not BY_NAME[name].filterable:
        return lambda image: image.properties.get(name) == text
    if name in _WITH_OPERATOR:
        values = frozenset(values_of(text))
        return lambda image: attribute(image) in values
    if name in _NUMBERS:
        whole = re.fullmatch(r"(-?\d{1,99})(?:\.0*)?", text)
        number = int(whole[1]) if whole else None
        return lambda image: number is not None and bool(attribute(image) == number)
    return lambda image: bool(attribute(image) == text)


def values_of(text: str) -> list[str]:
    """Return the accepted values of an attribute: one, or several after ``in:``.

    Raises:
        Refused: another operator, or misplaced quotation marks.
    """
    operation, rest = split_operator(text)
    if operation == "in":
        return split_values(rest)
    if operation != "eq":
        raise Refused("list.operator", operator=operation)
    return [rest]


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
    # Responses show whole seconds, so comparisons use whole seconds, too.
    return lambda image: compare(float(int(attribute(image))), instant)
