"""Index of each project's images by name. The cost of a look-up grows with its matches."""

from __future__ import annotations

from collections.abc import Iterable

from .by_age import ByAge
from .image import OPEN, Image

_Names = dict[str | None, ByAge]


class Named:
    """The index. The store calls it before and after an image changes its name, owner or
    visibility, and when it adds or removes one."""

    def __init__(self) -> None:
        self._owners: dict[str | None, _Names] = {}
        self._open: _Names = {}

    def add(self, image: Image) -> None:
        """Add an image under its current owner and name."""
        names = self._owners.get(image.owner)
        if names is None:
            names = self._owners[image.owner] = {}
        _add(names, image)
        if image.visibility in OPEN:
            _add(self._open, image)

    def discard(self, image: Image) -> None:
        """Remove an image, before its owner, name or visibility changes or it is deleted."""
        _discard(self._owners[image.owner], image)
        if image.visibility in OPEN:
            _discard(self._open, image)

    def of(self, owner: str | None, wanted: Iterable[str]) -> list[ByAge]:
        """Return the images of a project with one of these names."""
        return _found(self._owners.get(owner, {}), wanted)

    def open(self, wanted: Iterable[str]) -> list[ByAge]:
        """Return the public and community images with one of these names."""
        return _found(self._open, wanted)

    def everywhere(self, wanted: Iterable[str]) -> list[ByAge]:
        """Return the images of all projects with one of these names."""
        names = list(wanted)
        return [index for owned in self._owners.values() for index in _found(owned, names)]


def _add(names: _Names, image: Image) -> None:
    index = names.get(image.name)
    if index is None:
        index = names[image.name] = ByAge()
    index.add(image)


def _discard(names: _Names, image: Image) -> None:
    index = names[image.name]
    index.discard(image)
    if not index:
        del names[image.name]


def _found(names: _Names, wanted: Iterable[str]) -> list[ByAge]:
    return [names[name] for name in wanted if name in names]
