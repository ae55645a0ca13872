"""The base of the objects that tests hold: a misspelt name fails at once, ``dir()`` is short."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from ..errors import UnknownNameError, hint


class Handle:
    """An object that a test holds.

    A class declares its attributes as annotations, properties or slots. Only these can be set.
    Names that begin with ``_`` are the class's own business. Reading, ``hasattr`` and ``copy``
    work as for every object.
    """

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> None:
        """Set an attribute.

        Raises:
            UnknownNameError: the class does not have it, or it is read-only. This is a
                ``UsageError`` and an ``AttributeError``.
        """
        if not name.startswith("_"):
            kind: type = type(self)
            if name not in _declared(kind) and not hasattr(kind, name):
                raise UnknownNameError(
                    f"{kind.__name__} has no attribute {name!r}; {hint(name, dir(self))}")
            found = getattr(kind, name, None)
            if isinstance(found, property) and found.fset is None:
                raise UnknownNameError(f"{kind.__name__}.{name} cannot be replaced")
        object.__setattr__(self, name, value)

    def __dir__(self) -> Iterable[str]:
        """The public names."""
        return [name for name in object.__dir__(self) if not name.startswith("_")]


@cache
def _declared(kind: type) -> frozenset[str]:
    """The names that a class and its bases annotate."""
    return frozenset(name for base in kind.__mro__
                     for name in getattr(base, "__annotations__", {}))
