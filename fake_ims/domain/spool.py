"""The file on disk that stores the large data of all images of one fake.

It needs one descriptor only, so hundreds of images fit within a process's limit (256 open files on
macOS). Where the system allows it, the file has no name, so even ``kill -9`` leaves nothing behind.
The file is divided into pages; free pages are used again.
"""

from __future__ import annotations

import logging
import tempfile
import threading
from collections import deque
from collections.abc import Iterable
from errno import EDQUOT, EFBIG, ENOSPC
from typing import IO, TYPE_CHECKING

from ..errors import FakeImsError

if TYPE_CHECKING:
    from .data import Blob

PAGE = 1024 * 1024
_FULL = (ENOSPC, EDQUOT, EFBIG)
_log = logging.getLogger("fake_ims")


class StorageError(FakeImsError):
    """The system cannot store the data of an image.

    Attributes:
        is_full: whether the disk is full; otherwise the file cannot be opened or written.
    """

    def __init__(self, error: OSError) -> None:
        super().__init__(f"image data cannot be stored in {_folder()}: "
                         f"{error.strerror or error}; set TMPDIR to a folder with room, or use "
                         "smaller images")
        self.is_full = error.errno in _FULL


def _folder() -> str:
    try:
        return repr(tempfile.gettempdir())
    except OSError:  # Python looks for it by creating a file
        return "the folder for temporary files"


class Spool:
    """Pages of data, in a temporary file that is created when it is first needed.

    Attributes:
        abandoned: data that lost its last owner, perhaps in another thread. Its pages are free as
            soon as somebody takes one.
    """

    def __init__(self) -> None:
        self.abandoned: deque[Blob] = deque()
        # A test may read the data of an object in its own thread, and the file has one position.
        self._at = threading.Lock()
        self._file: IO[bytes] | None = None
        self._pages = 0
        self._free: list[int] = []
        self._told = False
        self._over = False

    def take(self) -> int:
        """Return the number of a free page."""
        self.tidy()
        if self._free:
            return self._free.pop()
        self._pages += 1
        return self._pages - 1

    def tidy(self) -> None:
        """Free the pages of abandoned data."""
        while self.abandoned:
            self.abandoned.popleft().close()

    def give(self, pages: Iterable[int]) -> None:
        """Free pages that nobody reads any more."""
        self._free += pages
        if len(self._free) == self._pages:
            self._drop()

    def write(self, page: int, start: int, data: bytes) -> None:
        """Write into a page.

        Raises:
            StorageError: the system cannot write.
        """
        if self._over:
            return
        try:
            self._write(page, start, data)
        except OSError as error:
            refused = StorageError(error)
            if not self._told:  # log once: a full disk takes the beginnings of later uploads only
                self._told = True
                _log.error("%s", refused)
            raise refused from None

    def _write(self, page: int, start: int, data: bytes) -> None:
        if self._file is None:  # it stays open until _drop, so no "with"
            self._file = tempfile.TemporaryFile(prefix="fake_ims-", buffering=0)  # noqa: SIM115 - see above
        view = memoryview(data)
        with self._at:
            self._file.seek(page * PAGE + start)
            while view:
                view = view[self._file.write(view):]

    def succeeded(self) -> None:
        """Note that all the data of an image was written. The next error is logged again."""
        self._told = False

    def read(self, page: int, start: int, length: int) -> bytes:
        """Return at least one byte of a page; none if the spool has been closed.

        Raises:
            StorageError: the system cannot read.
        """
        file = self._file
        if file is None:
            return b""
        try:
            with self._at:
                file.seek(page * PAGE + start)
                return file.read(length)
        except OSError as error:
            raise StorageError(error) from None

    def close(self) -> None:
        """Release the disk space for good. Later writes are dropped."""
        self._over = True
        if self._pages:
            self._drop()

    def _drop(self) -> None:
        file, self._file = self._file, None
        self._pages = 0
        self._free = []
        if file is not None:
            file.close()
