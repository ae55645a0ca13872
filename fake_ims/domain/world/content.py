"""The bytes of an object in a bucket: in memory while small, in the spool above a limit."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..data import CHUNK, Blob

if TYPE_CHECKING:
    from ..spool import Spool


class Content:
    """Bytes that are not changed any more.

    The last reference to it gives up its place in the spool.

    Args:
        parts: bytes, or finished blobs that nobody else has.
        joined: whether they are the parts of a multipart upload; otherwise there is one.

    Attributes:
        size: number of bytes.
        etag: MD5 of the bytes as hex; of several parts, the MD5 of their MD5s and their number, as
            OBS has it.
    """

    __slots__ = ("_parts", "etag", "size")

    def __init__(self, parts: list[bytes | Blob], *, joined: bool = False) -> None:
        self._parts = parts
        self.size = sum(len(one) if isinstance(one, bytes) else one.size for one in parts)
        self.etag = joined_etag(map(_md5, parts)) if joined else _md5(parts[0])

    @classmethod
    def copied(cls, spool: Spool, given: Content | Blob) -> Content:
        """Return a copy of an object's or an image's bytes, made in constant memory.

        Raises:
            StorageError: the system cannot store them.
        """
        return cls([filled(spool, given)])

    def read(self, start: int, length: int) -> Iterator[bytes]:
        """Yield the bytes from ``start``, in chunks."""
        for part in self._parts:
            size = len(part) if isinstance(part, bytes) else part.size
            here = min(length, size - start)
            if here > 0:
                yield from (_pieces(part, start, here) if isinstance(part, bytes) else
                            part.read(start, here))
                length -= here
            start = max(0, start - size)

    def head(self, length: int) -> bytes:
        """Return the first ``length`` bytes, or fewer if there are fewer."""
        return b"".join(self.read(0, length))

    def bytes(self) -> bytes:
        """Return all bytes."""
        if len(self._parts) == 1 and isinstance(self._parts[0], bytes):
            return self._parts[0]
        return b"".join(self.read(0, self.size))

    def __deepcopy__(self, memo: object) -> Content:
        return self  # it does not change

    def __del__(self) -> None:
        for part in self._parts:
            if isinstance(part, Blob):
                part.abandon()


def filled(spool: Spool, given: Content | Blob | None) -> Blob:
    """Return a new, finished blob with these bytes, read in constant memory; without any, empty.

    Raises:
        StorageError: the system cannot store them.
    """
    blob = Blob(spool)
    try:
        for chunk in () if given is None else given.read(0, given.size):
            blob.write(chunk)
    except BaseException:
        blob.close()
        raise
    blob.finish()
    return blob


def joined_etag(etags: Iterator[str]) -> str:
    """Return the ETag of an object that consists of parts with these MD5s."""
    each = [bytes.fromhex(etag) for etag in etags]
    return f"{hashlib.md5(b''.join(each), usedforsecurity=False).hexdigest()}-{len(each)}"


def _md5(part: bytes | Blob) -> str:
    if isinstance(part, Blob):
        return part.md5
    return hashlib.md5(part, usedforsecurity=False).hexdigest()


def _pieces(data: bytes, start: int, length: int) -> Iterator[bytes]:
    for position in range(start, start + length, CHUNK):
        yield data[position:min(position + CHUNK, start + length)]
