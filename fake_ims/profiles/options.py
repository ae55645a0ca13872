"""Reads options of Glance that a user has written, and finds every mistake in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ..contract.model import Profile
from ..contract.options import BY_NAME, STORE_SCHEMES, Option
from ..domain import sound
from ..errors import UsageError, shown, unknown

_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")
_STORE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}")
_RESERVED = "os_glance_"


def read(text: str) -> dict[str, Any]:
    """Read options from a command line or an ini file: ``NAME=VALUE``, one on each line or
    separated by semicolons. The items of a list are separated by commas.

    Raises:
        UsageError: the text has another form, or a value is not of its option's type.
    """
    found: dict[str, Any] = {}
    wrong: list[str] = []
    for part in filter(None, (part.strip() for part in re.split(r"[;\n]", text))):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or not name:
            wrong.append(f"glance: write NAME=VALUE, such as image_tag_quota=10, not {part!r}")
        elif name in found:
            wrong.append(f"glance: {name} is given twice")
        elif name not in BY_NAME:
            wrong.append(_unknown(name))
        else:
            found[name] = _of_text(BY_NAME[name], value)
    if wrong:
        raise UsageError("; ".join(wrong))
    return found


def _of_text(row: Option, value: str) -> object:
    if row.kind == "boolean" and value.lower() in (*_TRUE, *_FALSE):
        return value.lower() in _TRUE
    if row.kind == "integer" and re.fullmatch(r"[+-]?\d{1,30}", value):
        return int(value)
    if row.kind == "list":
        # glance-api.conf has enabled_import_methods in brackets.
        inner = value[1:-1] if value[:1] + value[-1:] == "[]" else value
        return [item.strip() for item in inner.split(",") if item.strip()]
    return value


def checked(given: object, profile: Profile) -> dict[str, Any]:
    """Return options that a user has written, in the form of ``contract.options.Options``.

    Args:
        given: a mapping of names to values, or a text for ``read``; None for no options.
        profile: the profile that they are for.

    Raises:
        UsageError: options are unknown or invalid; the message lists all of them.
    """
    if given is None:
        return {}
    if isinstance(given, str):
        given = read(given)
    if not isinstance(given, Mapping):
        raise UsageError("glance must be a mapping of Glance's options to values, such as "
                         f"{{'image_tag_quota': 10}}, not {shown(given)}")
    found: dict[str, Any] = {}
    wrong: list[str] = []
    for name, value in given.items():
        row = BY_NAME.get(name) if isinstance(name, str) else None
        if row is None:
            wrong.append(_unknown(name))
        elif profile not in row.profiles:
            wrong.append(f"glance: {name} makes no difference in profile {profile!r}; it needs "
                         f"profile={min(row.profiles)!r}")
        else:
            try:
                sound.check(value, name)
                found[name] = _CHECKS[row.kind](row, value)
            except UsageError as error:
                wrong.append(f"glance: {error}")
    wrong += _together(found, profile)
    if wrong:
        raise UsageError("; ".join(wrong))
    return found


def _unknown(name: object) -> str:
    return str(unknown("option of Glance", name, BY_NAME))


def _together(found: Mapping[str, Any], profile: Profile) -> Iterator[str]:
    """Yield what is wrong with options that fit only together."""
    default = found.get("default_backend")
    if default is None:
        return
    backends = found.get("enabled_backends", BY_NAME["enabled_backends"].default(profile))
    stores = [item.partition(":")[0] for item in backends]
    if default not in stores:
        yield f"glance: default_backend: {unknown('store', default, stores)}"


def _boolean(row: Option, value: object) -> bool:
    if not isinstance(value, bool):
        raise UsageError(f"{row.name} must be True or False, not {shown(value)}")
    return value


def _integer(row: Option, value: object) -> int:
    low, high = row.minimum, row.maximum
    if (isinstance(value, bool) or not isinstance(value, int) or low is None or high is None
            or not low <= value <= high):
        raise UsageError(f"{row.name} must be {row.numbers}, not {shown(value)}")
    return value


def _string(row: Option, value: object) -> str:
    if not isinstance(value, str):
        example = row.example or row.openstack
        raise UsageError(f"{row.name} must be a string such as {example!r}, not {shown(value)}")
    if row.choices and value not in row.choices:
        raise unknown(row.name, value, row.choices)
    return value


def _list(row: Option, value: object) -> tuple[str, ...]:
    if row.name == "enabled_backends" and isinstance(value, Mapping):
        value = [f"{store}:{kind}" for store, kind in value.items()]
    if isinstance(value, (str, bytes)) or not isinstance(value, Iterable):
        raise UsageError(f"{row.name} must be a list such as {list(_example(row))}, not "
                         f"{shown(value)}")
    items = list(value)
    if row.name.endswith("_ports"):
        items = [_port(row, item) for item in items]
    for item in items:
        if not isinstance(item, str):
            raise UsageError(f"{row.name} must be a list of strings such as "
                             f"{list(_example(row))}, not of {shown(item)}")
        if row.choices and item not in row.choices:
            raise unknown(f"item of {row.name}:", item, row.choices)
    if row.name == "enabled_backends":
        _check_backends(row, items)
    if len(set(items)) != len(items):
        raise UsageError(f"{row.name} names an item twice: {shown(items)}")
    return tuple(items)


def _port(row: Option, item: object) -> str:
    """Return a port, which is a number or its digits, as digits."""
    text = str(item) if isinstance(item, (int, str)) and not isinstance(item, bool) else ""
    if not re.fullmatch(r"[1-9]\d{0,4}", text) or int(text) > 65535:
        raise UsageError(f"{row.name} must be a list of ports from 1 to 65535, not of "
                         f"{shown(item)}")
    return text


def _check_backends(row: Option, items: list[str]) -> None:
    stores = set()
    for item in items:
        store, colon, kind = item.partition(":")
        if not colon or not _STORE.fullmatch(store):
            raise UsageError(f"{row.name} must be a list of ID:TYPE such as "
                             f"{list(_example(row))}, not of {item!r}")
        if kind not in STORE_SCHEMES:
            raise unknown(f"type of store {store!r}:", kind, STORE_SCHEMES)
        if store.startswith(_RESERVED):
            raise UsageError(f"{row.name}: Glance reserves ids that begin with {_RESERVED!r}; "
                             f"rename {store!r}")
        if store in stores:
            raise UsageError(f"{row.name} has two stores with the id {store!r}")
        stores.add(store)


def _example(row: Option) -> tuple[str, ...]:
    found = row.example or row.openstack
    assert isinstance(found, tuple)
    return found


_CHECKS: dict[str, Callable[[Option, object], object]] = {
    "boolean": _boolean, "integer": _integer, "string": _string, "list": _list}
