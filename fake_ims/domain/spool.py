"""The file on disk that holds the larger data of all images of one fake.

One descriptor serves them all, so that hundreds of images fit below the limits of a process (256
open files on macOS). The file has no name where the system allows it, so nothing is left behind
even by ``kill -9``. It is divided into pages; a page that no image needs any more is used again.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterable
from errno import EDQUOT, EFBIG, ENOSPC
from typing import IO

from ..errors import FakeImsError

PAGE = 1024 * 1024
_FULL = (ENOSPC, EDQUOT, EFBIG)
_log = logging.getLogger("fake_ims")


class StorageError(FakeImsError):
    """The system does not let the fake keep the data of an image.

    Attributes:
        is_full: whether there is no room left; otherwise the file cannot be opened or written.
    """

    def __init__(self, error: OSError) -> None:
        super().__init__(f"the data of images cannot be kept in {tempfile.gettempdir()!r}: "
                         f"{error.strerror or error}; set TMPDIR to a folder with room, or use "
                         "smaller images")
        self.is_full = error.errno in _FULL


class Spool:
    """Pages of data, in a temporary file that is made when it is first needed."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._pages = 0
        self._free: list[int] = []
        self._told = False
        self._over = False

    def take(self) -> int:
        """The number of a page to write to."""
        if self._free:
            return self._free.pop()
        self._pages += 1
        return self._pages - 1

    def give(self, pages: Iterable[int]) -> None:
        """Take back pages that nobody reads any more."""
        self._free += pages
        if len(self._free) == self._pages:
            self._drop()

    def write(self, page: int, start: int, data: bytes) -> None:
        """Write into a page.

        Raises:
            StorageError: the system refuses.
        """
        if self._over:
            return
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="fake_ims-", buffering=0)  # noqa: SIM115
            self._file.seek(page * PAGE + start)
            view = memoryview(data)
            while view:
                view = view[self._file.write(view):]
        except OSError as error:
            refused = StorageError(error)
            if not self._told:  # once: a full disk refuses every upload that follows
                self._told = True
                _log.error("%s", refused)
            raise refused from None
        self._told = False

    def read(self, page: int, start: int, length: int) -> bytes:
        """Bytes of a page, at least one; none if the spool has been closed.

        Raises:
            StorageError: the system refuses.
        """
        if self._file is None:
            return b""
        try:
            self._file.seek(page * PAGE + start)
            return self._file.read(length)
        except OSError as error:
            raise StorageError(error) from None

    def close(self) -> None:
        """Give the disk back for good: what is still written goes nowhere."""
        self._over = True
        self._drop()

    def _drop(self) -> None:
        file, self._file = self._file, None
        self._pages = 0
        self._free = []
        if file is not None:
            file.close()
