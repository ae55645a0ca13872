"""OBS buckets and the objects in them. Sizes of objects are bytes."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from ...errors import UsageError, unknown
from ..formats import Inspector
from ..handle import Handle
from .content import Content
from .records import Record
from .rules import BUCKET, OBJECT, TEXT, Rule, one_of, rules

# What a test may put has a name that IMS can name, too. An OBS client may use any key.
NAME = Rule({"type": "string", **OBJECT.schema}, OBJECT)
_DETECTED = 65536  # bytes in which a format shows


class _Kept(Record):
    """What the records of this module have beside their fields."""

    __slots__ = ("_content", "_facts", "_now", "_uploads")
    _now: Callable[[], float]
    # Of an object: its bytes, and its headers by name: content-type, cache-control, x-meta-...
    _content: Content | None
    _facts: Mapping[str, str]
    # Of a bucket: what OBS clients are uploading in parts, by id.
    _uploads: dict[str, Any]


@dataclass(slots=True, eq=False, repr=False)
class StoredObject(_Kept):
    """An object in a bucket.

    Attributes:
        name: its key.
        size: bytes.
        format: ``qcow2``, ``vhd``, ``vmdk``, ``raw``, ``iso``, ``zvhd``, ``zvhd2``, ...
        has_bitmap: whether its bitmap file exists, which a quick import of RAW needs.
        is_accessible: whether IMS may read it.
    """

    _KIND: ClassVar[str] = "object"
    _KEY: ClassVar[str] = "name"
    name: Annotated[str, TEXT]
    size: int
    format: Annotated[str, TEXT]
    has_bitmap: bool = True
    is_accessible: bool = True

    @property
    def data(self) -> bytes | None:
        """Its bytes; None if only the size is known."""
        return None if self._content is None else self._content.bytes()

    @property
    def etag(self) -> str:
        """The ETag that OBS shows: the MD5 of the bytes, unless a client uploaded it in parts."""
        if self._content is not None and self._content.size == self.size:
            return self._content.etag
        # There are no bytes to make a digest of. The ending says that it is no MD5.
        made = hashlib.md5(f"{self.name}:{self.size}".encode(), usedforsecurity=False)
        return f"{made.hexdigest()}-1"

    @property
    def content_type(self) -> str | None:
        """The ``Content-Type`` that an OBS client has given it; None if it came another way."""
        return self._facts.get("content-type")

    @property
    def metadata(self) -> dict[str, str]:
        """The metadata that an OBS client has given it, without the prefix ``x-obs-meta-``."""
        return {name.removeprefix(META): value for name, value in self._facts.items()
                if name.startswith(META)}

    def _told(self) -> str:
        return f"{self.format}, {self.size} bytes"


#: What the names of metadata begin with in ``StoredObject._facts``.
META = "meta-"


@dataclass(slots=True, eq=False, repr=False)
class Bucket(_Kept):
    """An OBS bucket.

    Attributes:
        name: its name.
        region: the region that it is in.
        storage_class: ``STANDARD``, ``WARM`` or ``COLD``; IMS needs ``STANDARD``.
        is_accessible: whether IMS may use it.
        objects: the objects in it, by name.
    """

    _KIND: ClassVar[str] = "bucket"
    _KEY: ClassVar[str] = "name"
    name: Annotated[str, BUCKET]
    region: Annotated[str, TEXT]
    storage_class: Annotated[str, one_of("STANDARD", "WARM", "COLD")] = "STANDARD"
    is_accessible: bool = True
    objects: dict[str, StoredObject] = field(default_factory=dict)

    def put(
        self,
        name: str,
        *,
        data: bytes | None = None,
        size: int | None = None,
        format: str | None = None,
        has_bitmap: bool = True,
        is_accessible: bool = True,
    ) -> StoredObject:
        """Put an object into the bucket, in place of one of the same name. Return it.

        Args:
            name: its key, such as ``centos.qcow2``.
            data: its bytes.
            size: bytes; by default the length of the data, or 1 GB without data.
            format: the format; by default that of the data, else that of the name's ending.
            has_bitmap: whether its bitmap file exists.
            is_accessible: whether IMS may read it.

        Raises:
            UsageError: a value is not allowed, or the data are not bytes.
        """
        NAME.read(name, "object", "name")
        if data is not None and not isinstance(data, bytes):
            raise UsageError(f"object {name}: data={data!r} is not bytes; write data=b'...'")
        content = None if data is None else Content([data])
        if size is None:
            size = 2**30 if content is None else content.size
        return self._keep(name, content, size, format, {}, has_bitmap, is_accessible)

    def _keep(
        self,
        name: str,
        content: Content | None,
        size: int,
        format: str | None = None,
        facts: Mapping[str, str] | None = None,
        has_bitmap: bool = True,
        is_accessible: bool = True,
    ) -> StoredObject:
        """Put an object whose name may be any that OBS allows."""
        if format is None:
            format = format_of(name, None if content is None else content.head(_DETECTED))
        stored = StoredObject(name, size, format, has_bitmap, is_accessible)
        stored._content = content
        stored._facts = facts or {}
        stored._added = self._now()
        self.objects[name] = stored
        return stored

    def __getitem__(self, name: str) -> StoredObject:
        try:
            return self.objects[name]
        except KeyError:
            raise unknown(f"object of bucket {self.name}", name, self.objects) from None

    def __contains__(self, name: str) -> bool:
        return name in self.objects

    def _told(self) -> str:
        return f"{self.storage_class}, {counted(len(self.objects), 'object')}"


class Buckets(Handle):
    """The buckets, by name. ``buckets["disks"]`` adds a bucket that does not exist yet."""

    def __init__(self, region: str, now: Callable[[], float] = time.time) -> None:
        self._region = region
        self._now = now
        self._buckets: dict[str, Bucket] = {}

    def add(self, name: str, **fields: Any) -> Bucket:
        """Add a bucket and return it.

        Args:
            name: 3 to 63 lower-case letters, digits, ``-`` and ``.``.
            fields: the fields of ``Bucket``; its region is by default that of the fake.

        Raises:
            UsageError: the bucket exists, or a field or value is not allowed.
        """
        for wrong in fields.keys() - rules(Bucket).keys():
            raise unknown("field of a bucket", wrong, rules(Bucket).keys() - {"name"})
        bucket = Bucket(name, **{"region": self._region, **fields})
        bucket._now, bucket._added, bucket._uploads = self._now, self._now(), {}
        if name in self._buckets:
            raise UsageError(f"bucket {name} already exists; use world.buckets[{name!r}]")
        self._buckets[name] = bucket
        return bucket

    def __getitem__(self, name: str) -> Bucket:
        if name not in self._buckets:
            self.add(name)
        return self._buckets[name]

    def get(self, name: str) -> Bucket | None:
        """The bucket, or None."""
        return self._buckets.get(name)

    def remove(self, name: str) -> None:
        """Remove a bucket and the objects in it.

        Raises:
            UsageError: it does not exist.
        """
        if self._buckets.pop(name, None) is None:
            raise unknown("bucket", name, self._buckets)

    def __contains__(self, name: object) -> bool:
        return name in self._buckets

    def __iter__(self) -> Iterator[Bucket]:
        return iter(list(self._buckets.values()))

    def __len__(self) -> int:
        return len(self._buckets)

    def __repr__(self) -> str:
        return f"<buckets: {', '.join(self._buckets) or 'none'}>"


def counted(number: int, noun: str) -> str:
    """``1 object``, ``2 objects``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def format_of(name: str, data: bytes | None) -> str:
    """The format of a disk image: by its bytes, else by the ending of its name."""
    if data is not None:
        inspector = Inspector()
        inspector.feed(data[:_DETECTED])
        told = inspector.format()
        if told not in ("raw", "gpt"):
            return told
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    return _ENDINGS.get(ending, ending or "raw")


_ENDINGS = {"img": "raw"}
