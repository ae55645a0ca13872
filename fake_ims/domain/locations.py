"""The locations of an image's data: how they are shown, and how a patch changes them.

Source: a real Glance with ``show_multiple_locations``. The fake opens no connections: it accepts
an HTTP location if a store of type ``http`` is enabled and Glance would let its URL pass.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..contract.options import STORE_SCHEMES, Options, exceeds
from .numbers import bounded, is_whole
from .refusal import Refused

if TYPE_CHECKING:
    from .image import Image
    from .patch import Change

_MD5 = 16  # bytes
_HTTP = ("http", "https")


def of(image: Image, options: Options) -> list[dict[str, Any]]:
    """Return all locations of an image's data, as responses show them."""
    found: list[dict[str, Any]] = [
        {"url": f"{_scheme(options, store)}:///fake_ims/{store}/{image.id}",
         "metadata": {"store": store}} for store in image.stores]
    if not image.stores and image.data is not None:
        found.append({"url": f"file:///fake_ims/{image.id}", "metadata": {}})
    return [*found, *({**one, "metadata": dict(one["metadata"])} for one in image.locations)]


def shown(image: Image, options: Options, admin: bool) -> dict[str, Any]:
    """Return the attributes ``locations`` and ``direct_url``, as far as the options show them.

    Only admins see those of a deactivated image.
    """
    found: dict[str, Any] = {}
    if not (options.show_multiple_locations or options.show_image_direct_url):
        return found
    hidden = image.status in ("saving", "importing") or (
        image.status == "deactivated" and not admin)
    all_ = [] if hidden else of(image, options)
    if options.show_multiple_locations:
        found["locations"] = all_
    if options.show_image_direct_url and all_:
        found["direct_url"] = all_[0]["url"]
    return found


def _scheme(options: Options, store: str) -> str:
    return STORE_SCHEMES[options.store_type(store)] if store in options.stores else "file"


def change(image: Image, change: Change, options: Options) -> dict[str, Any]:
    """Return the attributes that an image has after a patch of its locations.

    Raises:
        Refused: in the order of Glance's checks.
    """
    if not options.show_multiple_locations:
        verb = {"add": "add", "replace": "update", "remove": "remove"}[change.op]
        raise Refused("patch.locations_hidden", verb=verb)
    if change.op == "remove":
        return _removed(image, change.path[1], options)
    if image.status not in ("active", "queued"):
        raise Refused("location.status" if change.op == "add" else "patch.locations_replace_status",
                      status=image.status)
    value: Any = change.value  # the schema has checked it
    given: Sequence[Mapping[str, Any]] = [value] if change.op == "add" else value
    values = _validated(image, given, options)
    before = of(image, options)
    if change.op == "add" and not (change.path[1] == "-" or is_whole(change.path[1])):
        raise Refused("patch.locations_position_add")
    count = len(given) + (len(before) if change.op == "add" else 0)
    if exceeds(count, options.image_location_quota):
        raise Refused("patch.locations_quota", attempted=count,
                      maximum=options.image_location_quota)
    if change.op == "replace" and before:
        raise Refused("patch.locations_not_empty", locations=before)
    urls = {one["url"] for one in before}
    for one in given:
        if not _passes(one["url"], options):
            raise Refused("patch.locations_invalid")
        if one["url"] in urls:
            raise Refused("patch.locations_twice", url=one["url"])
        urls.add(one["url"])
    new: list[Mapping[str, Any]] = [
        {"url": one["url"], "metadata": {**one["metadata"], **_store(options)}} for one in given]
    if change.op == "add":
        place = len(before) if change.path[1] == "-" else bounded(change.path[1])
        # The locations in the image's stores come first; clients name only the others.
        place = min(max(place - (len(before) - len(image.locations)), 0), len(image.locations))
        new = [*image.locations[:place], *new, *image.locations[place:]]
    found: dict[str, Any] = {"locations": tuple(new)}
    if image.status == "queued":
        found |= {**values, "status": "active"}
    return found


def _removed(image: Image, position: str, options: Options) -> dict[str, Any]:
    if image.status != "active":
        raise Refused("patch.locations_remove_status", status=image.status)
    all_ = of(image, options)
    if len(all_) == 1:
        raise Refused("patch.locations_last")
    place = len(all_) - 1 if position == "-" else bounded(position) if is_whole(position) else -1
    if not 0 <= place < len(all_):
        raise Refused("patch.locations_position_remove")
    own = len(all_) - len(image.locations)
    if place < own:
        return {"stores": (*image.stores[:place], *image.stores[place + 1:])}
    inner = place - own
    return {"locations": (*image.locations[:inner], *image.locations[inner + 1:])}


def _store(options: Options) -> dict[str, str]:
    """Return the metadata by which Glance notes the store of an HTTP location."""
    return next(({"store": store} for store in options.stores
                 if options.store_type(store) == "http"), {})


def _passes(url: str, options: Options) -> bool:
    return bool(_store(options)) and urlsplit(url).scheme in _HTTP


def _validated(
    image: Image, given: Sequence[Mapping[str, Any]], options: Options
) -> dict[str, Any]:
    """Return the checksums that a client gives with locations.

    Raises:
        Refused: they contradict each other or the image, or have another form.
    """
    found: dict[str, Any] = {}
    for one in given:
        for name, value in one.get("validation_data", {}).items():
            if found.setdefault(name, value) != value:
                raise Refused("patch.validation_conflict", name=name)
    new = {}
    for name, value in found.items():
        current = getattr(image, name)
        if value != current:
            if current:
                raise Refused("patch.validation_set", name=name)
            new[name] = value
    if not new:
        return {}
    if image.status != "queued":
        raise Refused("patch.validation_late", names=", ".join(new))
    if "checksum" in new and _size(new["checksum"]) != _MD5:
        raise Refused("patch.validation_checksum", value=new["checksum"])
    algorithm = new.get("os_hash_algo")
    if algorithm != options.hashing_algorithm:
        raise Refused("patch.validation_algorithm", want=options.hashing_algorithm,
                      given=algorithm)
    size = hashlib.new(algorithm, usedforsecurity=False).digest_size
    if _size(new["os_hash_value"]) != size:
        raise Refused("patch.validation_size", value=new["os_hash_value"], algorithm=algorithm,
                      size=size)
    return new


def _size(digits: str) -> int | None:
    try:
        return len(bytes.fromhex(digits))
    except ValueError:
        return None
