"""The bytes of an image: hashed as they arrive, in memory while small, on disk above a limit."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache

from .formats import Inspector
from .spool import PAGE, Spool

SPOOL_LIMIT = 4 * 1024 * 1024
CHUNK = 64 * 1024


class Blob:
    """The data of one image, written once.

    Args:
        spool: stores the bytes above the limit.
        algorithm: name of a hash algorithm of ``hashlib``.

    Attributes:
        size: number of bytes.
        md5: MD5 of the bytes, as hex, once finished.
        algorithm: name of the algorithm of ``digest``.
        digest: its hash of the bytes, as hex, once finished.
        format: the format that the first bytes show, once finished.
        virtual_size: size in bytes of the disk inside the image, once finished.
    """

    __slots__ = ("_closed", "_hash", "_inspector", "_is_zeros", "_md5", "_memory", "_pages",
                 "_readings", "_spool", "algorithm", "digest", "format", "md5", "size",
                 "virtual_size")

    def __init__(self, spool: Spool, algorithm: str = "sha512") -> None:
        self._spool = spool
        self._memory = bytearray()
        self._pages: list[int] = []
        self._readings = 0
        self._closed = False
        self._is_zeros = False
        self._md5 = hashlib.md5(usedforsecurity=False)
        self.algorithm = algorithm
        self._hash = hashlib.new(algorithm, usedforsecurity=False)
        self._inspector = Inspector()
        self.size = 0
        self.md5 = ""
        self.digest = ""
        self.format = "raw"
        self.virtual_size = 0

    @classmethod
    def of(cls, spool: Spool, data: bytes, algorithm: str = "sha512") -> Blob:
        """Return a finished blob of these bytes.

        Raises:
            StorageError: the system cannot store them.
        """
        blob = cls(spool, algorithm)
        try:
            blob.write(data)
        except BaseException:
            blob.close()
            raise
        blob.finish()
        return blob

    @classmethod
    def zeros(cls, spool: Spool, size: int, format: str, algorithm: str = "sha512") -> Blob:
        """Return a finished blob of zeros, which takes no memory, as a file of this format."""
        blob = cls(spool, algorithm)
        blob._is_zeros, blob.size, blob.format = True, size, format
        blob.md5, blob.digest = _digests_of_zeros(size, algorithm)
        blob.virtual_size = size if format == "raw" else 0
        return blob

    def copy(self) -> Blob:
        """Return a finished blob of the same bytes.

        Raises:
            StorageError: the system cannot store them.
        """
        if self._is_zeros:
            return Blob.zeros(self._spool, self.size, self.format, self.algorithm)
        blob = Blob(self._spool, self.algorithm)
        try:
            for chunk in self.read(0, self.size):
                blob.write(chunk)
        except BaseException:
            blob.close()
            raise
        blob.finish()
        return blob

    def write(self, chunk: bytes) -> None:
        """Append bytes.

        Raises:
            StorageError: the system cannot store them.
        """
        if not self._pages and self.size + len(chunk) <= SPOOL_LIMIT:
            self._memory += chunk
        else:
            if self._memory:
                held, self._memory = self._memory, bytearray()
                self._spill(bytes(held), 0)
            self._spill(chunk, self.size)
        self._md5.update(chunk)
        self._hash.update(chunk)
        self._inspector.feed(chunk)
        self.size += len(chunk)

    def _spill(self, data: bytes, position: int) -> None:
        done = 0
        while done < len(data):
            page, start = divmod(position + done, PAGE)
            if page == len(self._pages):
                self._pages.append(self._spool.take())
            part = data[done:done + PAGE - start]
            self._spool.write(self._pages[page], start, part)
            done += len(part)

    def finish(self) -> None:
        """Mark the end of the data and compute its properties."""
        if self._pages:
            self._spool.succeeded()
        self.md5 = self._md5.hexdigest()
        self.digest = self._hash.hexdigest()
        self.format = self._inspector.format()
        self.virtual_size = self._inspector.virtual_size(self.size)

    def read(self, start: int, length: int) -> Reading:
        """Return an iterator over the bytes from ``start``, in chunks.

        A reading that has begun can continue to its end, even after ``close``.
        """
        return Reading(self, start, min(start + length, self.size))

    def chunk(self, position: int, length: int) -> bytes:
        """Return at least one byte from a position on."""
        if self._is_zeros:
            return bytes(length)
        if not self._pages:
            return bytes(self._memory[position:position + length])
        page, start = divmod(position, PAGE)
        return self._spool.read(self._pages[page], start, min(length, PAGE - start))

    def head(self, length: int) -> bytes:
        """Return the first ``length`` bytes, or fewer if there are fewer."""
        return b"".join(self.read(0, length))

    def bytes(self) -> bytes:
        """Return all bytes."""
        return b"".join(self.read(0, self.size))

    def close(self) -> None:
        """Release memory and disk space as soon as no reading is open."""
        self._closed = True
        self._settle()

    def abandon(self) -> None:
        """Release them later, in the thread that writes: the last owner may end in another."""
        self._spool.abandoned.append(self)

    def begin_reading(self) -> None:
        """Count a new reading."""
        self._readings += 1

    def end_reading(self) -> None:
        """Count a finished reading."""
        self._readings -= 1
        self._settle()

    def _settle(self) -> None:
        if self._closed and not self._readings:
            self._memory = bytearray()
            pages, self._pages = self._pages, []
            self._spool.give(pages)


@lru_cache(maxsize=16)
def _digests_of_zeros(size: int, algorithm: str) -> tuple[str, str]:
    md5 = hashlib.md5(usedforsecurity=False)
    other = hashlib.new(algorithm, usedforsecurity=False)
    whole, rest = divmod(size, PAGE)
    page = bytes(PAGE)
    for _ in range(whole):
        md5.update(page)
        other.update(page)
    md5.update(page[:rest])
    other.update(page[:rest])
    return md5.hexdigest(), other.hexdigest()


class Reading(Iterator[bytes]):
    """An iterator over a part of a blob, in chunks, with a position of its own."""

    __slots__ = ("_blob", "_end", "_position")

    def __init__(self, blob: Blob, start: int, end: int) -> None:
        self._blob: Blob | None = blob
        self._position = start
        self._end = end
        blob.begin_reading()

    def __next__(self) -> bytes:
        if self._blob is None or self._position >= self._end:
            self.close()
            raise StopIteration
        chunk = self._blob.chunk(self._position, min(CHUNK, self._end - self._position))
        if not chunk:  # the fake has been reset or stopped
            self.close()
            raise StopIteration
        self._position += len(chunk)
        return chunk

    def close(self) -> None:
        """Stop reading."""
        blob, self._blob = self._blob, None
        if blob is not None:
            blob.end_reading()

    def __del__(self) -> None:
        self.close()
