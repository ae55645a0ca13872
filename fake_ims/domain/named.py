"""The images of each project by their names, so that a look-up by name costs what it finds."""

from __future__ import annotations

from collections.abc import Iterable

from .by_age import ByAge
from .image import OPEN, Image

_Names = dict[str | None, ByAge]


class Named:
    """The index. It is told of an image before and after its name, owner, visibility or presence
    change."""

    def __init__(self) -> None:
        self._owners: dict[str | None, _Names] = {}
        self._open: _Names = {}

    def add(self, image: Image) -> None:
        """An image is there, with the owner and name that it has now."""
        names = self._owners.get(image.owner)
        if names is None:
            names = self._owners[image.owner] = {}
        _add(names, image)
        if image.visibility in OPEN:
            _add(self._open, image)

    def discard(self, image: Image) -> None:
        """An image is about to change its owner, name or visibility, or to go."""
        _discard(self._owners[image.owner], image)
        if image.visibility in OPEN:
            _discard(self._open, image)

    def of(self, owner: str | None, wanted: Iterable[str]) -> list[ByAge]:
        """The images of a project that have one of these names."""
        return _found(self._owners.get(owner, {}), wanted)

    def open(self, wanted: Iterable[str]) -> list[ByAge]:
        """The public and community images that have one of these names."""
        return _found(self._open, wanted)

    def everywhere(self, wanted: Iterable[str]) -> list[ByAge]:
        """The images of all projects that have one of these names."""
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
