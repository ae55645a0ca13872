"""Files that a fake writes for clients: the ready file and ``clouds.yaml``.

They contain secrets, and they have names that users choose. So they are readable by their owner
only, appear in one piece, and never replace or remove a file of somebody else.
"""

from __future__ import annotations

import os
import re
import stat
import tempfile
from contextlib import suppress

from ..errors import UsageError


class OwnFile:
    """A file that a fake writes, and removes if it is still the one that it wrote.

    Args:
        path: the file.
        kind: what it is, for error messages: "the ready file".
        mark: matches the beginning of a file of this kind that a fake has written. A group of the
            pattern is the id of the process that wrote it.
    """

    def __init__(self, path: str | os.PathLike[str], kind: str, mark: re.Pattern[str]) -> None:
        self.path = os.fspath(path)
        self._name = f"{kind} {self.path!r}"
        self._mark = mark
        self._written: bytes | None = None

    def check(self) -> None:
        """Check that the file does not exist, or that a fake wrote it.

        Raises:
            UsageError: somebody else wrote it, or it cannot be read.
        """
        self._found()

    def remove_stale(self) -> None:
        """Remove the file of a process that has ended, so that no reader believes it.

        The file of a running process stays until ``write`` replaces it.

        Raises:
            UsageError: somebody else wrote the file, or it cannot be removed.
        """
        found = self._found()
        if found is not None and not _runs(int(found[1])):
            self._unlink()

    def write(self, text: str) -> None:
        """Write the file. Readers see all of it or nothing.

        Raises:
            UsageError: somebody else wrote the existing file, or it cannot be written.
        """
        self.check()
        content = text.encode()
        try:
            # Mode 0600 and a name that nobody can guess.
            number, draft = tempfile.mkstemp(
                prefix=f".{os.path.basename(self.path)}.", dir=os.path.dirname(self.path) or ".")
            try:
                with open(number, "wb") as file:
                    file.write(content)
                os.replace(draft, self.path)
            except BaseException:
                with suppress(OSError):
                    os.unlink(draft)
                raise
        except OSError as error:
            raise self._cannot("write", error) from None
        self._written = content

    def remove(self) -> None:
        """Remove the file, unless another process has replaced it.

        Raises:
            UsageError: it cannot be removed.
        """
        if self._written is None:
            return
        found = None
        with suppress(OSError, UsageError):
            found = self._read(len(self._written) + 1)
        if found == self._written:
            self._unlink()

    def _found(self) -> re.Match[str] | None:
        """Return the mark of the existing file; None if there is no file."""
        try:
            content = self._read(4096)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._cannot("write", error) from None
        found = self._mark.match(content.decode("utf-8", "replace"))
        if found is None:
            raise UsageError(f"cannot write {self._name}: it exists and was not written by "
                             "fake-ims; choose another name")
        return found

    def _read(self, size: int) -> bytes:
        """Return the beginning of the file. Never open what is no regular file: it may block."""
        if not stat.S_ISREG(os.lstat(self.path).st_mode):
            raise UsageError(f"cannot write {self._name}: it exists and is not a regular file; "
                             "choose another name")
        with open(self.path, "rb") as file:
            return file.read(size)

    def _unlink(self) -> None:
        try:
            os.unlink(self.path)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise self._cannot("remove", error) from None

    def _cannot(self, verb: str, error: OSError) -> UsageError:
        return UsageError(f"cannot {verb} {self._name}: {error.strerror}")


def _runs(process: int) -> bool:
    """Whether a process runs here. On Windows, asking would end it, so every process does."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # it belongs to somebody else
        return True
    return True
