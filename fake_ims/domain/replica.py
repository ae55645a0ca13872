"""A delayed copy of the store, for reads that return old data."""

from __future__ import annotations

from collections.abc import Collection
from heapq import heappop, heappush

from .clock import Clock
from .image import Image
from .store import Store


class Replica:
    """A store that lags behind another by a number of seconds on the fake's clock.

    It starts with the changes made before it was created. It stores a copy of each image, and of
    each change that has not arrived yet.

    Args:
        source: the store to follow.
        clock: the fake's clock.
        lag: seconds until a change arrives.
        at_once: ids of images that are there at once; only their later changes lag behind.
    """

    def __init__(
        self, source: Store, clock: Clock, lag: float, at_once: Collection[str] = ()
    ) -> None:
        self._source = source
        self._clock = clock
        self._lag = lag
        self._store = Store()
        self._at_once = at_once
        self._order = 0
        # Pending changes: (instant, order, id, the image after it; None if deleted).
        self._coming: list[tuple[float, int, str, Image | None]] = []
        # The instant of each image's latest pending change: later ones may not overtake it.
        self._last: dict[str, float] = {}
        for image in source.all():
            self._store.put(image.as_it_is())
        source.watch(self._changed)

    @property
    def store(self) -> Store:
        """The images in their delayed state."""
        self._arrive()
        return self._store

    @property
    def on_their_way(self) -> int:
        """The number of changes that have not arrived yet."""
        return len(self._coming)

    def close(self) -> None:
        """Stop following."""
        self._source.unwatch(self._changed)

    def _changed(self, image: Image, now: float) -> None:
        if image.id in self._at_once and now == image.created_at:  # it is being created
            self._store.put(image.as_it_is())
            return
        instant = max(now, self._last.get(image.id, now))
        is_there = self._source.get(image.id) is image
        self._order += 1
        heappush(self._coming,
                 (instant, self._order, image.id, image.as_it_is() if is_there else None))
        self._last[image.id] = instant
        self._arrive()

    def _arrive(self) -> None:
        until = self._clock.now() - self._lag
        while self._coming and self._coming[0][0] <= until:
            instant, _, image_id, image = heappop(self._coming)
            if self._last.get(image_id) == instant:
                del self._last[image_id]
            if image is not None:
                self._store.put(image)
            elif (old := self._store.get(image_id)) is not None:
                self._store.remove(old)
