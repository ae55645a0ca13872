"""OBS buckets and the objects in them. Sizes of objects are bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from ...errors import UsageError, unknown
from ..formats import Inspector
from ..handle import Handle
from .records import Record
from .rules import BUCKET, OBJECT, TEXT, one_of, rules


@dataclass(slots=True, eq=False, repr=False)
class StoredObject(Record):
    """An object in a bucket.

    Attributes:
        name: its key.
        size: bytes.
        data: its bytes; None if only the size is known.
        format: ``qcow2``, ``vhd``, ``vmdk``, ``raw``, ``iso``, ``zvhd``, ``zvhd2``, ...
        has_bitmap: whether its bitmap file exists, which a quick import of RAW needs.
        is_accessible: whether IMS may read it.
    """

    _KIND: ClassVar[str] = "object"
    _KEY: ClassVar[str] = "name"
    name: Annotated[str, OBJECT]
    size: int
    data: bytes | None
    format: Annotated[str, TEXT]
    has_bitmap: bool = True
    is_accessible: bool = True

    def _told(self) -> str:
        return f"{self.format}, {self.size} bytes"


@dataclass(slots=True, eq=False, repr=False)
class Bucket(Record):
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
        if data is not None and not isinstance(data, bytes):
            raise UsageError(f"object {name}: data={data!r} is not bytes; write data=b'...'")
        if size is None:
            size = len(data) if data is not None else 2**30
        if format is None:
            format = format_of(str(name), data)
        stored = StoredObject(name, size, data, format, has_bitmap, is_accessible)
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

    def __init__(self, region: str) -> None:
        self._region = region
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
        inspector.feed(data[:65536])
        told = inspector.format()
        if told not in ("raw", "gpt"):
            return told
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    return _ENDINGS.get(ending, ending or "raw")


_ENDINGS = {"img": "raw"}
