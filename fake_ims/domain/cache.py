"""Glance's cache of image data, as its API shows it: which images are in it, how often it helped.

Nothing is stored twice: the data of an image is the same, cached or not. Source: a real Glance with
``image_cache_dir`` and the driver ``centralized_db``.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Glance's ``image_cache_max_size``, in bytes.
MAX_SIZE = 10 * 2**30


@dataclass(slots=True)
class CachedImage:
    """An image in the cache. Instants are seconds since the epoch.

    Attributes:
        id: number of the record.
        hits: downloads that the cache has answered.
    """

    id: int
    image_id: str
    last_accessed: float
    last_modified: float
    size: int
    hits: int = 0
    checksum: str | None = None


class Cache:
    """The cache of one service. Images that are queued for it are cached at once."""

    def __init__(self) -> None:
        self._images: dict[str, CachedImage] = {}
        self._number = 0

    def all(self) -> list[CachedImage]:
        """Return the records, oldest first."""
        return list(self._images.values())

    def __contains__(self, image_id: str) -> bool:
        return image_id in self._images

    def add(self, image_id: str, size: int, now: float) -> None:
        """Cache an image, unless it is there."""
        if image_id not in self._images:
            self._number += 1
            self._images[image_id] = CachedImage(self._number, image_id, now, now, size)

    def downloaded(self, image_id: str, size: int, now: float) -> None:
        """Note a download of all the data: the first one fills the cache, the others hit it."""
        found = self._images.get(image_id)
        if found is None:
            self.add(image_id, size, now)
        else:
            found.hits += 1
            found.last_accessed = now

    def remove(self, image_id: str) -> None:
        """Remove an image, if it is there."""
        self._images.pop(image_id, None)

    def clear(self) -> None:
        """Remove all images."""
        self._images.clear()

    def prune(self) -> tuple[int, int]:
        """Remove images, the least recently used first, until the cache has its maximum size.

        Returns:
            The number of removed images, and of their bytes.
        """
        excess = sum(one.size for one in self._images.values()) - MAX_SIZE
        number = size = 0
        for one in sorted(self._images.values(), key=lambda one: one.last_accessed):
            if size >= excess:
                break
            self.remove(one.image_id)
            number, size = number + 1, size + one.size
        return number, size
