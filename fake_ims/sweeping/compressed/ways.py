"""The ways of waiting: puts our functions in place of the standard library's, and takes them out.

- Each way has a module with a ``replace``, which stands in ``_IMPORTED`` or in ``_WAYS``.
- Modules that have imported a function by name (``from time import sleep``) get ours too.
- ``remove`` puts back everything, also in modules that were imported meanwhile.
- Each of our functions calls the one that it replaces if no ``CompressedTime`` is active
  (``state``), because modules and freezegun may keep it longer than they should.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import clocks, locks, processes, selects, sockets, state, tasks
from .places import Patches, Places
from .senders import Senders
from .waits import Engine

# Functions that modules import by name: what replaces them, ours, and the real ones.
_Imported = tuple[Callable[[Patches], dict[int, Any]], dict[str, Any], dict[str, Any]]
_IMPORTED: tuple[_Imported, ...] = (
    (clocks.replace, clocks.NEW, state.TIME),
    (selects.replace, selects.NEW, state.SELECT),
)
_WAYS: tuple[Callable[[Patches], None], ...] = (
    locks.replace, sockets.replace, processes.replace, tasks.replace)
_places = Places()


def install(engine: Engine) -> Patches:
    """Replace everything. Undo it with ``remove``."""
    patches = Patches()
    state.senders.clear()
    try:
        _patch(patches)
        state.begin(engine)
    except BaseException:
        remove(patches)
        raise
    return patches


def remove(patches: Patches) -> None:
    """Put everything back."""
    state.end()
    patches.undo()
    _put_back()
    clocks.forget()


def _patch(patches: Patches) -> None:
    new: dict[int, Any] = {}
    for replace, _, _ in _IMPORTED:
        new |= replace(patches)
    for space, name in _places.find(new):
        function = new.get(id(space.get(name)))
        if function is not None:
            patches.entry(space, name, function)
    for replace_methods in _WAYS:
        replace_methods(patches)


def _put_back() -> None:
    """Restore what modules have imported while our functions stood there."""
    old = {id(new): real[name] for _, ours, real in _IMPORTED for name, new in ours.items()}
    for space, name in _places.find(old):
        builtin = old.get(id(space.get(name)))
        if builtin is not None:
            space[name] = builtin


def senders() -> Senders:
    """Return who has sent what to the fakes."""
    return state.senders


def is_active() -> bool:
    """Return whether everything is replaced."""
    return state.active() is not None
