"""Images as they were a while ago: a store of copies that every change reaches late."""

from __future__ import annotations

from heapq import heappop, heappush

from .clock import Clock
from .image import Image
from .store import Store


class Replica:
    """A store that lags behind another by so many seconds of the fake's clock.

    Changes from before it was made have reached it; an image that was made less than the lag
    before that has, too. It keeps a copy of each image as it is here, and a copy of each change
    that is still on its way, no more.

    Args:
        source: the store that it follows.
        clock: the fake's clock.
        lag: seconds until a change arrives.
    """

    def __init__(self, source: Store, clock: Clock, lag: float) -> None:
        self._source = source
        self._clock = clock
        self._lag = lag
        self._store = Store()
        self._order = 0
        # Changes on their way: (instant, order, id, the image as it became; None if deleted).
        self._coming: list[tuple[float, int, str, Image | None]] = []
        # The instant of an image's last change that is on its way: the next cannot overtake it.
        self._last: dict[str, float] = {}
        for image in source.all():
            self._store.put(image.as_it_is())
        source.watch(self._changed)

    @property
    def store(self) -> Store:
        """The images as they were."""
        self._arrive()
        return self._store

    @property
    def on_their_way(self) -> int:
        """How many changes have yet to arrive."""
        return len(self._coming)

    def close(self) -> None:
        """Follow no more."""
        self._source.unwatch(self._changed)

    def _changed(self, image: Image, now: float) -> None:
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
