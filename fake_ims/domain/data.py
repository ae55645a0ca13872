"""The bytes of an image: hashed as they arrive, in memory while small, on disk past a limit."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator

from .formats import Inspector

SPOOL_LIMIT = 4 * 1024 * 1024
CHUNK = 64 * 1024


class Blob:
    """The data of one image, written once.

    Attributes:
        size: number of bytes.
        md5: MD5 of the bytes, as hex, once finished.
        sha512: SHA-512 of the bytes, as hex, once finished.
        format: what the leading bytes say it is, once finished.
        virtual_size: size in bytes of the disk that it holds, once finished.
    """

    __slots__ = ("_file", "_inspector", "_md5", "_sha512", "format", "md5", "sha512", "size",
                 "virtual_size")

    def __init__(self) -> None:
        # SpooledTemporaryFile is the standard library's; closing it removes the file.
        self._file = tempfile.SpooledTemporaryFile(max_size=SPOOL_LIMIT)  # noqa: SIM115
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._sha512 = hashlib.sha512()
        self._inspector = Inspector()
        self.size = 0
        self.md5 = ""
        self.sha512 = ""
        self.format = "raw"
        self.virtual_size = 0

    @classmethod
    def of(cls, data: bytes) -> Blob:
        """A finished blob of these bytes."""
        blob = cls()
        blob.write(data)
        blob.finish()
        return blob

    def write(self, chunk: bytes) -> None:
        """Append bytes."""
        self._file.write(chunk)
        self._md5.update(chunk)
        self._sha512.update(chunk)
        self._inspector.feed(chunk)
        self.size += len(chunk)

    def finish(self) -> None:
        """No more bytes will come."""
        self.md5 = self._md5.hexdigest()
        self.sha512 = self._sha512.hexdigest()
        self.format = self._inspector.format()
        self.virtual_size = self._inspector.virtual_size(self.size)

    def read(self, start: int, length: int) -> Iterator[bytes]:
        """The bytes from ``start``, in chunks; each reader keeps its own position."""
        position, end = start, min(start + length, self.size)
        while position < end:
            self._file.seek(position)
            chunk = self._file.read(min(CHUNK, end - position))
            if not chunk:
                return
            position += len(chunk)
            yield chunk

    def head(self, length: int) -> bytes:
        """The first bytes, at most so many."""
        return b"".join(self.read(0, min(length, self.size)))

    def bytes(self) -> bytes:
        """All of it."""
        return b"".join(self.read(0, self.size))

    def close(self) -> None:
        """Give memory and disk back."""
        self._file.close()
