"""Applies documents to a fake. Their keys are the arguments of the Python API."""

from __future__ import annotations

import base64
import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..domain.durations import due
from ..errors import UsageError

if TYPE_CHECKING:
    from ..domain.lifecycle import Lifecycle
    from ..domain.world import Bucket, StoredObject, WebFile, World
    from ..fake.fake_ims import FakeIMS
    from ..fake.images import ImageHandle
    from ..fake.tenant import Tenant

Document = Mapping[str, Any]


def bytes_of(data: object) -> bytes:
    """Return the bytes of a string, ``{base64: ...}`` or ``{zeros: N}``.

    Raises:
        UsageError: the value is none of these.
    """
    if isinstance(data, str):
        return data.encode()
    if isinstance(data, Mapping) and "zeros" in data:
        return bytes(int(data["zeros"]))  # in JSON, 1.0 is an integer
    if isinstance(data, Mapping) and "base64" in data:
        try:
            return base64.b64decode(data["base64"], validate=True)
        except ValueError as error:  # also for text that is not ASCII
            raise UsageError(f"data.base64 is not valid base64: {error}") from None
    raise UsageError("data must be a string, {base64: ...} or {zeros: N}")


def with_bytes(document: Document) -> dict[str, Any]:
    """Return the document with ``data`` converted to bytes."""
    given = dict(document)
    if given.get("data") is not None:
        given["data"] = bytes_of(given["data"])
    return given


def add_image(fake: FakeIMS, document: Document) -> ImageHandle:
    """Call ``fake.images.add``.

    Raises:
        UsageError: an attribute is unknown, or its value is invalid.
    """
    return fake.images.add(**with_bytes(document))


def change_image(image: ImageHandle, document: Document) -> None:
    """Call ``image.set``.

    Raises:
        UsageError: an attribute is unknown, or its value is invalid.
    """
    image.set(**with_bytes(document))


def find_image(fake: FakeIMS, name: str) -> ImageHandle:
    """Return the image with this id or, if no id matches, with this name.

    Raises:
        UnknownImageError: no image matches, or several have this name.
    """
    return fake.images[name] if name in fake.images else fake.images.named(name)


def add_tenant(fake: FakeIMS, document: Document) -> Tenant:
    """Call ``fake.tenant``.

    Raises:
        UsageError: an argument is invalid.
    """
    return fake.tenant(**document)


def change_lifecycle(lifecycle: Lifecycle, document: Document) -> None:
    """Set how long statuses last, all of them or none.

    Raises:
        UsageError: a value is invalid; the text names its key.
    """
    found = {}
    for name, value in document.items():
        try:
            found[name] = due(value)
        except UsageError as error:
            raise UsageError(f"{name}: {error}") from None
    for name, sound in found.items():
        setattr(lifecycle, name, sound)


def add_record(world: World, shelf: str, document: Document) -> Any:
    """Call ``world.servers.add``, or ``add`` of another kind of record.

    Raises:
        UsageError: as for ``world.servers.add``.
    """
    return getattr(world, shelf).add(**with_bytes(document))


def add_bucket(world: World, document: Document) -> Bucket:
    """Call ``world.buckets.add``, and put the objects into the bucket.

    Raises:
        UsageError: the name is already in use, or an object is invalid.
    """
    given = dict(document)
    objects = given.pop("objects", ())
    bucket = world.buckets.add(given.pop("name"), **given)
    for one in objects:
        add_object(bucket, one)
    return bucket


def add_object(bucket: Bucket, document: Document) -> StoredObject:
    """Call ``bucket.put``.

    Raises:
        UsageError: the object is invalid.
    """
    given = with_bytes(document)
    return bucket.put(given.pop("name"), **given)


def add_url(world: World, document: Document) -> WebFile:
    """Call ``world.urls.add``, in place of what the URL returned.

    Raises:
        UsageError: the URL or a value is invalid.
    """
    given = with_bytes(document)
    url = given.pop("url")
    before = world.urls.get(url)
    if before is not None:
        world.urls.remove(url)
    try:
        return world.urls.add(url, **given)
    except UsageError:
        if before is not None:
            world.urls.put(before)
        raise


def change_world(world: World, document: Document) -> None:
    """Apply a document to the world. Its records can come in any order.

    Raises:
        UsageError: a record, a value or a reference is not allowed. Nothing has changed then.
    """
    _change_world(copy.deepcopy(world), document)  # a later part could fail halfway
    _change_world(world, document)


def _change_world(world: World, document: Document) -> None:
    from ..domain.world import SHELVES
    from ..domain.world.links import together

    with together(world):
        for name, value in document.items():
            if name in SHELVES:
                for one in value:
                    add_record(world, name, one)
            elif name == "buckets":
                for one in value:
                    add_bucket(world, one)
            elif name == "urls":
                for one in value:
                    add_url(world, one)
            elif name == "account":
                for field, state in value.items():
                    setattr(world.account, field, state)
            elif name == "outages":
                world.outages.only(value)
            elif name != "known_only":
                setattr(world, name, value)
    if "known_only" in document:
        world.known_only = document["known_only"]
