"""Does to a fake what documents say: the same words as the Python API, in JSON or TOML."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..errors import UsageError

if TYPE_CHECKING:
    from ..domain.world import Bucket, StoredObject, World
    from ..fake.fake_ims import FakeIMS
    from ..fake.images import ImageHandle
    from ..fake.tenant import Tenant

Document = Mapping[str, Any]


def bytes_of(data: object) -> bytes:
    """The bytes that a document gives: a text, ``{base64: ...}`` or ``{zeros: N}``.

    Raises:
        UsageError: it is none of these.
    """
    if isinstance(data, str):
        return data.encode()
    if isinstance(data, Mapping) and "zeros" in data:
        return bytes(data["zeros"])
    if isinstance(data, Mapping) and "base64" in data:
        try:
            return base64.b64decode(data["base64"], validate=True)
        except ValueError as error:  # also for what is no ASCII
            raise UsageError(f"data.base64 is no base64: {error}") from None
    raise UsageError("data is a text, {base64: ...} or {zeros: N}")


def with_bytes(document: Document) -> dict[str, Any]:
    """The document with its ``data`` as bytes."""
    given = dict(document)
    if given.get("data") is not None:
        given["data"] = bytes_of(given["data"])
    return given


def add_image(fake: FakeIMS, document: Document) -> ImageHandle:
    """``images.add``.

    Raises:
        UsageError: an attribute or value that cannot be.
    """
    return fake.images.add(**with_bytes(document))


def change_image(image: ImageHandle, document: Document) -> None:
    """``image.set``.

    Raises:
        UsageError: an attribute or value that cannot be.
    """
    image.set(**with_bytes(document))


def find_image(fake: FakeIMS, name: str) -> ImageHandle:
    """The image of an id or, if there is none, of a name.

    Raises:
        UnknownImageError: there is none, or there are several of that name.
    """
    return fake.images[name] if name in fake.images else fake.images.named(name)


def add_tenant(fake: FakeIMS, document: Document) -> Tenant:
    """``fake.tenant``.

    Raises:
        UsageError: an argument that no token can carry.
    """
    return fake.tenant(**document)


def add_record(world: World, shelf: str, document: Document) -> Any:
    """``world.servers.add`` and its like.

    Raises:
        UsageError: as for ``world.servers.add``.
    """
    return getattr(world, shelf).add(**document)


def add_bucket(world: World, document: Document) -> Bucket:
    """``world.buckets.add``, with what lies in the bucket.

    Raises:
        UsageError: there is one of that name, or an object that cannot be.
    """
    given = dict(document)
    objects = given.pop("objects", ())
    bucket = world.buckets.add(given.pop("name"), **given)
    for one in objects:
        add_object(bucket, one)
    return bucket


def add_object(bucket: Bucket, document: Document) -> StoredObject:
    """``bucket.put``.

    Raises:
        UsageError: an object that cannot be.
    """
    given = with_bytes(document)
    return bucket.put(given.pop("name"), **given)


def change_world(world: World, document: Document) -> None:
    """Everything that a document says about the world; its records can come in any order.

    Raises:
        UsageError: a record, a value or a reference is not allowed.
    """
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
            elif name == "account":
                for field, sound in value.items():
                    setattr(world.account, field, sound)
            elif name == "outages":
                world.outages.only(value)
            elif name != "known_only":
                setattr(world, name, value)
    if "known_only" in document:
        world.known_only = document["known_only"]
