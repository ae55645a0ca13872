"""Replaces functions wherever modules hold them, and puts everything back."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

# They measure, guard or run the test, or are the fake. Their time stays real, and so do the waits
# of their timers.
REAL_TIME = frozenset({
    "_pytest", "coverage", "debugpy", "execnet", "fake_ims", "freezegun", "hypothesis", "pluggy",
    "pydevd", "pytest", "pytest_fake_ims", "pytest_timeout", "sys", "time_machine", "xdist",
})
_MISSING = object()


class Places:
    """The modules that hold a function of ``time`` or ``select`` under some name.

    One object serves the whole process: it reads each module once.
    """

    def __init__(self) -> None:
        self._read: dict[str, int] = {}
        self._found: list[tuple[str, dict[str, Any], str]] = []

    def find(self, functions: dict[int, Any]) -> list[tuple[dict[str, Any], str]]:
        """Return the namespaces and names that have held one of these functions.

        Args:
            functions: the functions, by their ``id``.
        """
        for name, module in list(sys.modules.items()):
            if self._read.get(name) == id(module):
                continue
            self._read[name] = id(module)
            if name.partition(".")[0] in REAL_TIME:
                continue
            space = getattr(module, "__dict__", None)
            if type(space) is dict:
                self._found += [(name, space, one) for one, value in list(space.items())
                                if id(value) in functions]
        # A module that has been unloaded must not stay alive because of us.
        self._found = [(name, space, one) for name, space, one in self._found
                       if getattr(sys.modules.get(name), "__dict__", None) is space]
        return [(space, one) for _, space, one in self._found]


class Patches:
    """Replacements that can be undone."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], None]] = []

    def attribute(self, owner: Any, name: str, new: Any) -> None:
        """Replace an attribute of a class or module."""
        before = vars(owner).get(name, _MISSING)

        def undo() -> None:
            if vars(owner).get(name, _MISSING) is not new:
                return  # somebody else has replaced it since, and will put it back
            if before is _MISSING:
                delattr(owner, name)
            else:
                setattr(owner, name, before)

        self._undo.append(undo)
        setattr(owner, name, new)

    def entry(self, space: dict[str, Any], name: str, new: Any) -> None:
        """Replace a name in the namespace of a module."""
        before = space[name]

        def undo() -> None:
            if space.get(name) is new:
                space[name] = before

        self._undo.append(undo)
        space[name] = new

    def undo(self) -> None:
        """Put everything back."""
        while self._undo:
            self._undo.pop()()
