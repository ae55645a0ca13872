"""The dict store: images by id, with indexes that make the cost of a page depend on its size."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from .by_age import ByAge, Key, walk
from .callers import Caller
from .image import OPEN, Image
from .named import Named
from .spool import Spool
from .tagged import Tagged

Watcher = Callable[[Image, float], None]


class Store:
    """Images and their indexes. The rules are in ``Images``.

    Attributes:
        tagged: the images by their tags.
        due: changes of status that are due by time, earliest first.
    """

    def __init__(self) -> None:
        self.spool = Spool()
        self._images: dict[str, Image] = {}
        self._deleted: dict[str, Image] = {}
        self._all = ByAge()
        self._owned: dict[str | None, ByAge] = {}
        self._public: dict[str | None, int] = {}  # by owner
        self._open = ByAge()
        self.tagged = Tagged()
        self._named: Named | None = None
        self._shared: dict[str | None, ByAge] = {}
        self._sequence = 0
        self._watchers: list[Watcher] = []
        self.due: list[tuple[float, int, Image]] = []

    def __len__(self) -> int:
        return len(self._images)

    def owned(self, project_id: str | None) -> int:
        """Return the number of a project's images."""
        index = self._owned.get(project_id)
        return 0 if index is None else len(index)

    def owned_public(self, project_id: str | None) -> int:
        """Return how many of them are public."""
        return self._public.get(project_id, 0)

    def next_sequence(self) -> int:
        """Return a number greater than all before."""
        self._sequence += 1
        return self._sequence

    @property
    def named(self) -> Named:
        """The images by name. Built at first use, because few tests need it."""
        if self._named is None:
            self._named = Named()
            for image in self._images.values():
                self._named.add(image)
        return self._named

    def get(self, image_id: str) -> Image | None:
        """Return the image with this id, unless it is deleted."""
        return self._images.get(image_id)

    def knows(self, image_id: str) -> bool:
        """Return whether an image, deleted or not, has or had this id."""
        return image_id in self._images or image_id in self._deleted

    def deleted(self, image_id: str) -> Image | None:
        """Return the deleted image with this id."""
        return self._deleted.get(image_id)

    def all_deleted(self) -> list[Image]:
        """Return all deleted images, in order of deletion."""
        return list(self._deleted.values())

    def all(self) -> list[Image]:
        """Return all images, oldest first."""
        return [entry[2] for entry in self._all.oldest_first(None)]

    def oldest(self, count: int, after: Image | None) -> list[Image]:
        """Return up to ``count`` images, oldest first: those after an image, or from the first."""
        entries = self._all.oldest_first(None if after is None else after.key)
        return [entry[2] for entry in islice(entries, count)]

    def add(self, image: Image) -> None:
        """Add a new image."""
        self._images[image.id] = image
        self._all.add(image)
        self._index(image)
        if self._watchers:
            image.watch = self._tell
            self._tell(image, image.created_at)

    def put(self, image: Image) -> None:
        """Add an image, or replace the image with the same id."""
        old = self._images.get(image.id)
        if old is not None:
            self._all.discard(old)
            self._unindex(old)
        self.add(image)

    def remove(self, image: Image) -> None:
        """Remove an image. Its id stays taken."""
        del self._images[image.id]
        self._deleted[image.id] = image
        self._all.discard(image)
        self._unindex(image)

    # watchers of changes

    def watch(self, watcher: Watcher) -> None:
        """Call a watcher at each change of an image. Without watchers this costs nothing."""
        self._watchers.append(watcher)
        for image in self._images.values():
            image.watch = self._tell

    def unwatch(self, watcher: Watcher) -> None:
        """Stop calling a watcher."""
        self._watchers.remove(watcher)
        if not self._watchers:
            for image in self._images.values():
                image.watch = None

    def _tell(self, image: Image, now: float) -> None:
        for watcher in self._watchers:
            watcher(image, now)

    def move(self, image: Image, *, owner: str | None, visibility: str) -> None:
        """Change the owner and the visibility of an image."""
        self._unindex(image)
        image.owner, image.visibility = owner, visibility
        self._index(image)

    def retag(self, image: Image, tags: Sequence[str]) -> None:
        """Change the tags of an image. Always use this, so that the index by tag stays correct."""
        is_here = self._images.get(image.id) is image
        if is_here:
            self.tagged.discard(image)
        image.tags = tuple(tags)
        if is_here:
            self.tagged.add(image)

    def rename(self, image: Image, name: str | None) -> None:
        """Change an image's name. Always use this, so that the index by name stays correct."""
        index = self._named if self._images.get(image.id) is image else None
        if index is not None:
            index.discard(image)
        image.name = name
        if index is not None:
            index.add(image)

    def share(self, image: Image, project_id: str) -> None:
        """Record a project as a member."""
        self._shared.setdefault(project_id, ByAge()).add(image)

    def unshare(self, image: Image, project_id: str) -> None:
        """Remove a project from the members."""
        self._shared[project_id].discard(image)

    def _index(self, image: Image) -> None:
        self._owned.setdefault(image.owner, ByAge()).add(image)
        if image.visibility == "public":
            self._public[image.owner] = self.owned_public(image.owner) + 1
        self.tagged.add(image)
        if self._named is not None:
            self._named.add(image)
        if image.visibility in OPEN:
            self._open.add(image)
        for project_id in image.members:
            self.share(image, project_id)

    def _unindex(self, image: Image) -> None:
        self._owned[image.owner].discard(image)
        if image.visibility == "public":
            self._public[image.owner] -= 1
        self.tagged.discard(image)
        if self._named is not None:
            self._named.discard(image)
        if image.visibility in OPEN:
            self._open.discard(image)
        for project_id in image.members:
            self.unshare(image, project_id)

    def of_project(self, project_id: str | None) -> Iterator[Image]:
        """Yield the images that a project owns, newest first."""
        return walk([self._owned[project_id]] if project_id in self._owned else [])

    def walk(
        self,
        caller: Caller,
        *,
        ascending: bool = False,
        start: Key | None = None,
        open_only: bool = False,
        ids: Sequence[str] | None = None,
        names: Sequence[str] | None = None,
        tags: Sequence[str] | None = None,
    ) -> Iterator[Image]:
        """Yield the images that a caller might see, in order of creation, each once.

        It uses the cheapest index for ``ids``, ``names`` and ``tags``. All matching images are
        among the result. So may be others, even images that the caller may not see.

        Args:
            caller: who makes the request.
            ascending: oldest first, instead of newest first.
            start: begin after this key.
            open_only: only public and community images.
            ids: only images with one of these ids.
            names: only images with one of these names.
            tags: only images with one of these tags.
        """
        if ids is not None:
            choices = [[self._with_ids(ids)]]
        else:
            choices = []
            if names is not None:
                choices.append(self._found(caller, open_only, self.named, names))
            if tags is not None:
                choices.append(self._found(caller, open_only, self.tagged, tags))
            if not choices:
                choices.append(self._seen(caller, open_only))
        indexes = min(choices, key=lambda found: sum(map(len, found)))
        return walk(indexes, ascending=ascending, start=start)

    def _with_ids(self, ids: Sequence[str]) -> ByAge:
        found = ByAge()
        for image_id in dict.fromkeys(ids):
            if image_id in self._images:
                found.add(self._images[image_id])
        return found

    def _seen(self, caller: Caller, open_only: bool) -> list[ByAge]:
        if caller.is_admin:
            return [self._open if open_only else self._all]
        indexes = [self._open]
        if not open_only and caller.project_id is not None:
            indexes += [index[caller.project_id] for index in (self._owned, self._shared)
                        if caller.project_id in index]
        return indexes

    def _found(
        self, caller: Caller, open_only: bool, index: Named | Tagged, wanted: Sequence[str]
    ) -> list[ByAge]:
        if open_only:
            return index.open(wanted)
        if caller.is_admin:
            return index.everywhere(wanted)
        found = index.open(wanted)
        if caller.project_id is not None:
            found += index.of(caller.project_id, wanted)
            if caller.project_id in self._shared:
                found.append(self._shared[caller.project_id])
        return found

    # status changes that are due by time

    def schedule(self, image: Image, due_at: float) -> None:
        """Remember that an image has a change due at an instant."""
        heapq.heappush(self.due, (due_at, self.next_sequence(), image))

    def fallen_due(self, now: float) -> Iterator[Image]:
        """Yield the images with changes that are due, once per change, earliest first."""
        while self.due and self.due[0][0] <= now:
            yield heapq.heappop(self.due)[2]

    def close(self) -> None:
        """Release the bytes of all images."""
        for image in (*self._images.values(), *self._deleted.values()):
            if image.data is not None or image.staged is not None:
                image.drop_data()
        self.spool.close()
