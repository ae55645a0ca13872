"""Call sites: the Python stack that sent a request."""

from __future__ import annotations

import os
import sysconfig
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
from types import FrameType

Frames = tuple[tuple[str, int, str], ...]
_STDLIB = tuple({os.path.normcase(sysconfig.get_path(name)) + os.sep
                 for name in ("stdlib", "platstdlib")})
_INSTALLED = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")
# They call the test, in another way on a worker of xdist, and are not where the request comes from.
_RUNNERS = frozenset({"_pytest", "pytest", "pluggy", "xdist", "execnet", "pytest_fake_ims"})
_COMMANDS = (f"bin{os.sep}pytest", f"bin{os.sep}py.test")
_OURS = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))) + os.sep


@dataclass(frozen=True)
class Site:
    """The place that sent a request.

    Attributes:
        frames: the Python stack of the sender: file, line and function, innermost last.
    """

    frames: Frames

    @cached_property
    def key(self) -> str:
        """A hash of all frames outside the standard library and the test runner. Of a function
        that calls itself, such as the one that tries again in urllib3, the innermost frame counts:
        a recursion is one place, as a loop is."""
        frames = {(file, function): line for file, line, function in self.frames
                  if _kind(file) not in ("stdlib", "runner")}
        text = "\n".join(f"{file}:{line}:{function}" for (file, function), line in frames.items())
        return blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()

    @property
    def is_of_a_project(self) -> bool:
        """Whether a frame is outside the standard library and the installed packages."""
        return any(_kind(file) == "project" for file, _, _ in self.frames)

    @property
    def lines(self) -> tuple[str, ...]:
        """``tests/test_disk.py:31 in upload``: the frames outside the standard library and the
        installed packages, innermost first; without any, the innermost of the packages."""
        for wanted in ("project", "installed"):
            found = tuple(f"{_short(file)}:{line} in {function}"
                          for file, line, function in reversed(self.frames)
                          if _kind(file) == wanted)
            if found:
                return found if wanted == "project" else found[:1]
        return ()

    @property
    def line(self) -> str:
        """The innermost of ``lines``; empty without any."""
        return self.lines[0] if self.lines else ""


def frames_of(frame: FrameType | None) -> Frames:
    """Return the stack below a frame, innermost last."""
    found = []
    # Not "is not None": of a thread that runs on, CPython 3.11 has been seen to return what is no
    # frame, and that must not end the thread that looks.
    while isinstance(frame, FrameType):
        found.append((frame.f_code.co_filename, frame.f_lineno or 0, frame.f_code.co_name))
        frame = frame.f_back
    return tuple(reversed(found))


@lru_cache(maxsize=4096)
def _kind(file: str) -> str:
    """Return ``stdlib``, ``installed``, ``runner`` or ``project``."""
    path = os.path.normcase(file)
    if path.startswith("<frozen"):
        return "stdlib"
    if path.startswith(_OURS):
        return "stdlib"  # our own functions stand for those of the standard library
    for mark in _INSTALLED:
        if mark in path:
            top = path.rpartition(mark)[2].split(os.sep)[0]
            return "runner" if top.partition(".")[0] in _RUNNERS else "installed"
    if path.startswith(_STDLIB):
        return "stdlib"
    if f"{os.sep}pytest_fake_ims{os.sep}" in path or path.endswith(_COMMANDS):
        return "runner"
    return "project"


def _short(file: str) -> str:
    try:
        short = os.path.relpath(file)
    except ValueError:  # another drive
        return file
    return file if short.startswith(os.pardir) else short.replace(os.sep, "/")
