"""Images in order of creation, and iteration over several such indexes at once."""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator
from operator import itemgetter

from .image import Image

# (created_at, sequence, image): the sequence is unique, so images are never compared.
Entry = tuple[float, int, Image]
Key = tuple[float, int]
_key = itemgetter(0, 1)
_image = itemgetter(2)


class ByAge:
    """Images in order of creation."""

    __slots__ = ("_entries",)

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, image: Image) -> None:
        entry = (image.created_at, image.sequence, image)
        if not self._entries or self._entries[-1] < entry:
            self._entries.append(entry)
        else:
            insort(self._entries, entry)

    def discard(self, image: Image) -> None:
        position = bisect_left(self._entries, image.key, key=_key)
        if position < len(self._entries) and self._entries[position][2] is image:
            del self._entries[position]

    def newest_first(self, before: Key | None) -> Iterator[Entry]:
        entries = self._entries
        end = len(entries) if before is None else bisect_left(entries, before, key=_key)
        return map(entries.__getitem__, range(end - 1, -1, -1))

    def oldest_first(self, after: Key | None) -> Iterator[Entry]:
        entries = self._entries
        start = 0 if after is None else bisect_right(entries, after, key=_key)
        return map(entries.__getitem__, range(start, len(entries)))


def walk(
    indexes: Iterable[ByAge], *, ascending: bool = False, start: Key | None = None
) -> Iterator[Image]:
    """Yield the images of several indexes in order of creation, each image once.

    Args:
        indexes: the indexes to merge.
        ascending: oldest first, instead of newest first.
        start: begin after this key.
    """
    walks = [index.oldest_first(start) if ascending else index.newest_first(start)
             for index in indexes if index]
    if len(walks) == 1:
        return map(_image, walks[0])
    return _each_once(heapq.merge(*walks, key=_key, reverse=not ascending))


def _each_once(entries: Iterable[Entry]) -> Iterator[Image]:
    """Yield the images of sorted entries; entries of the same image are neighbours."""
    last: Image | None = None
    for _, _, image in entries:
        if image is not last:
            last = image
            yield image
