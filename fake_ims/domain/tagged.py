"""Index of each project's images by tag. The cost of a query grows with its matches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .by_age import ByAge
from .image import OPEN, Image
from .tag_pairs import pair


class _Tags:
    """The tags of one project's images, or of the images that everybody may see.

    Attributes:
        texts: the images of each tag, in the form that images store.
        keys: the tags of each key.
        none: the images without any tag.
        doubled: number of images with two tags of one key, of which only the last counts.
    """

    __slots__ = ("doubled", "keys", "none", "texts")

    def __init__(self) -> None:
        self.texts: dict[str, ByAge] = {}
        self.keys: dict[str, dict[str, None]] = {}
        self.none = ByAge()
        self.doubled = 0

    def add(self, image: Image) -> None:
        self.doubled += _is_doubled(image)
        if not image.tags:
            self.none.add(image)
        for text in dict.fromkeys(image.tags):
            index = self.texts.get(text)
            if index is None:
                index = self.texts[text] = ByAge()
                self.keys.setdefault(pair(text)[0], {})[text] = None
            index.add(image)

    def discard(self, image: Image) -> None:
        self.doubled -= _is_doubled(image)
        if not image.tags:
            self.none.discard(image)
        for text in dict.fromkeys(image.tags):
            index = self.texts[text]
            index.discard(image)
            if not index:
                del self.texts[text]
                key = pair(text)[0]
                del self.keys[key][text]
                if not self.keys[key]:
                    del self.keys[key]


class Tagged:
    """The index. The store calls it before and after an image changes its tags, owner or
    visibility, and when it adds or removes one."""

    def __init__(self) -> None:
        self._owners: dict[str | None, _Tags] = {}
        self._open = _Tags()

    def add(self, image: Image) -> None:
        """Add an image under its current owner and tags."""
        tags = self._owners.get(image.owner)
        if tags is None:
            tags = self._owners[image.owner] = _Tags()
        tags.add(image)
        if image.visibility in OPEN:
            self._open.add(image)

    def discard(self, image: Image) -> None:
        """Remove an image, before its owner, tags or visibility change or it is deleted."""
        self._owners[image.owner].discard(image)
        if image.visibility in OPEN:
            self._open.discard(image)

    def of(self, owner: str | None, texts: Iterable[str]) -> list[ByAge]:
        """Return the images of a project with one of these tags."""
        tags = self._owners.get(owner)
        return [] if tags is None else [tags.texts[text] for text in texts if text in tags.texts]

    def open(self, texts: Iterable[str]) -> list[ByAge]:
        """Return the public and community images with one of these tags."""
        return [self._open.texts[text] for text in texts if text in self._open.texts]

    def everywhere(self, texts: Iterable[str]) -> list[ByAge]:
        """Return the images of all projects with one of these tags."""
        wanted = list(texts)
        return [index for owner in self._owners for index in self.of(owner, wanted)]

    def with_key(self, owner: str | None, key: str, values: Iterable[str] = ()) -> list[ByAge]:
        """Return a project's images with a tag of this key and, if given, one of these values."""
        tags = self._owners.get(owner)
        if tags is None:
            return []
        wanted = set(values)
        return [tags.texts[text] for text in tags.keys.get(key, ())
                if not wanted or pair(text)[1] in wanted]

    def is_plain(self, owner: str | None) -> bool:
        """Return whether no image of a project has two tags of one key."""
        tags = self._owners.get(owner)
        return tags is None or tags.doubled == 0

    def untagged(self, owner: str | None) -> list[ByAge]:
        """Return the images of a project without any tag."""
        tags = self._owners.get(owner)
        return [] if tags is None else [tags.none]

    def texts(self, owner: str | None) -> Iterator[tuple[str, ByAge]]:
        """Yield every tag of a project, and the images with it."""
        tags = self._owners.get(owner)
        return iter(()) if tags is None else iter(list(tags.texts.items()))


def _is_doubled(image: Image) -> bool:
    return len(image.tags) > 1 and len({pair(text)[0] for text in image.tags}) < len(image.tags)
