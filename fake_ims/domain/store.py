"""The dict store: images by id, and the indexes that let a page cost what the page costs."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence

from .by_age import ByAge, Key, walk
from .callers import Caller
from .image import Image
from .tagged import Tagged

Watcher = Callable[[Image, float], None]
OPEN = ("public", "community")


class Store:
    """Images and where to find them. It knows nothing of rules: ``Images`` has those.

    Attributes:
        tagged: the images by their tags.
    """

    def __init__(self) -> None:
        self._images: dict[str, Image] = {}
        self._deleted: dict[str, Image] = {}
        self._all = ByAge()
        self._owned: dict[str | None, ByAge] = {}
        self._open = ByAge()
        self.tagged = Tagged()
        self._shared: dict[str | None, ByAge] = {}
        self._sequence = 0
        self._watchers: list[Watcher] = []
        # Images with a transition under way: those due by time, earliest first, and all of them.
        self._due: list[tuple[float, int, Image]] = []

    def __len__(self) -> int:
        return len(self._images)

    def owned(self, project_id: str | None) -> int:
        """How many images belong to a project."""
        index = self._owned.get(project_id)
        return 0 if index is None else len(index)

    def next_sequence(self) -> int:
        """A number greater than any before."""
        self._sequence += 1
        return self._sequence

    def get(self, image_id: str) -> Image | None:
        """The image of that id, unless it is deleted."""
        return self._images.get(image_id)

    def knows(self, image_id: str) -> bool:
        """Whether the id was ever taken, by a deleted image too."""
        return image_id in self._images or image_id in self._deleted

    def deleted(self, image_id: str) -> Image | None:
        """The deleted image of that id."""
        return self._deleted.get(image_id)

    def all_deleted(self) -> list[Image]:
        """All deleted images, in order of deletion."""
        return list(self._deleted.values())

    def all(self) -> list[Image]:
        """All images, oldest first."""
        return [entry[2] for entry in self._all.oldest_first(None)]

    def add(self, image: Image) -> None:
        """Take in a new image."""
        self._images[image.id] = image
        self._all.add(image)
        self._index(image)
        if self._watchers:
            image.watch = self._tell
            self._tell(image, image.created_at)

    def put(self, image: Image) -> None:
        """Take in an image in place of the one of the same id, if there is one."""
        old = self._images.get(image.id)
        if old is not None:
            self._all.discard(old)
            self._unindex(old)
        self.add(image)

    def remove(self, image: Image) -> None:
        """Take an image out; its id stays taken."""
        del self._images[image.id]
        self._deleted[image.id] = image
        self._all.discard(image)
        self._unindex(image)

    # those who want to know of changes

    def watch(self, watcher: Watcher) -> None:
        """From now on, tell of each change of an image; costs nothing while nobody asks."""
        self._watchers.append(watcher)
        for image in self._images.values():
            image.watch = self._tell

    def unwatch(self, watcher: Watcher) -> None:
        """Tell no more."""
        self._watchers.remove(watcher)
        if not self._watchers:
            for image in self._images.values():
                image.watch = None

    def _tell(self, image: Image, now: float) -> None:
        for watcher in self._watchers:
            watcher(image, now)

    def move(self, image: Image, *, owner: str | None, visibility: str) -> None:
        """Change who owns an image or who may see it."""
        self._unindex(image)
        image.owner, image.visibility = owner, visibility
        self._index(image)

    def retag(self, image: Image, tags: Sequence[str]) -> None:
        """Give an image other tags: the only way, so that the index by tag is true."""
        is_here = self._images.get(image.id) is image
        if is_here:
            self.tagged.discard(image)
        image.tags = tuple(tags)
        if is_here:
            self.tagged.add(image)

    def share(self, image: Image, project_id: str) -> None:
        """The project has become a member."""
        self._shared.setdefault(project_id, ByAge()).add(image)

    def unshare(self, image: Image, project_id: str) -> None:
        """The project is no longer a member."""
        self._shared[project_id].discard(image)

    def _index(self, image: Image) -> None:
        self._owned.setdefault(image.owner, ByAge()).add(image)
        self.tagged.add(image)
        if image.visibility in OPEN:
            self._open.add(image)
        for project_id in image.members:
            self.share(image, project_id)

    def _unindex(self, image: Image) -> None:
        self._owned[image.owner].discard(image)
        self.tagged.discard(image)
        if image.visibility in OPEN:
            self._open.discard(image)
        for project_id in image.members:
            self.unshare(image, project_id)

    def of_project(self, project_id: str | None) -> Iterator[Image]:
        """The images that belong to a project, newest first."""
        return walk([self._owned[project_id]] if project_id in self._owned else [])

    def seen_of_others(self, caller: Caller) -> Iterator[Image]:
        """The images that a caller might see and that are open to everyone or shared with him."""
        indexes = [self._open]
        if caller.project_id in self._shared:
            indexes.append(self._shared[caller.project_id])
        return walk(indexes)

    def walk(
        self,
        caller: Caller,
        *,
        ascending: bool = False,
        start: Key | None = None,
        open_only: bool = False,
        tags: Sequence[str] = (),
    ) -> Iterator[Image]:
        """The images that a caller might see, in order of creation, each once.

        Args:
            ascending: oldest first, instead of newest first.
            start: begin behind this key.
            open_only: only public and community ones.
            tags: only those with one of these tags; others of other tenants may be among them.
        """
        if caller.is_admin:
            indexes = [self._open] if open_only else (
                self.tagged.everywhere(tags) if tags else [self._all])
        else:
            project = caller.project_id
            indexes = [self._open]
            if not open_only and project is not None:
                if tags:
                    indexes += self.tagged.of(project, tags)
                elif project in self._owned:
                    indexes.append(self._owned[project])
                if project in self._shared:
                    indexes.append(self._shared[project])
        return walk(indexes, ascending=ascending, start=start)

    # transitions that fall due by time

    def schedule(self, image: Image, due_at: float) -> None:
        """Remember that something becomes due for an image."""
        heapq.heappush(self._due, (due_at, self.next_sequence(), image))

    def fallen_due(self, now: float) -> Iterator[Image]:
        """The images for which something has become due, each once per thing, earliest first."""
        while self._due and self._due[0][0] <= now:
            yield heapq.heappop(self._due)[2]

    def close(self) -> None:
        """Give back the bytes of all images."""
        for image in self._images.values():
            if image.data is not None or image.staged is not None:
                image.drop_data()

