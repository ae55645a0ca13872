"""The images that a run leaves, and how they differ from those of the clean run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..domain.durations import ByHand

if TYPE_CHECKING:
    from ..domain.image import Image
    from ..server.state import Service

Trait = tuple[tuple[str, object], ...]

# Statuses that an image must not stay in.
UNFINISHED = ("queued", "saving", "uploading", "importing")
_TRAITS = ("name", "owner", "visibility", "protected", "size", "checksum",
           "disk_format", "container_format", "min_ram", "min_disk")


@dataclass(frozen=True)
class Snapshot:
    """The images of a service, without ids and times.

    Attributes:
        images: the attributes of each image.
        deleted: names of deleted images that the test itself had added. Images that the client
            created do not count: it may delete them.
        ids: the id of each image, in the order of ``images``. Snapshots are compared without it.
        spared: the ids of images that the client need not finish or remove. The test itself had
            added them, or a job is still making them.
    """

    images: tuple[Trait, ...] = ()
    deleted: Counter[str | None] = field(default_factory=Counter)
    ids: tuple[str, ...] = field(default=(), compare=False)
    spared: frozenset[str] = field(default=frozenset(), compare=False)

    @classmethod
    def of(cls, service: Service) -> Snapshot:
        """Take a snapshot. Call it in the thread that owns the service."""
        service.transitions.settle()
        stays = [(traits(image), image.id) for image in service.store.all()
                 if _status(image) != "deleted"]
        deleted = (image for image in service.store.all_deleted()
                   if image.id in service.images.seeded)
        return cls._sorted(stays, Counter(image.name for image in deleted), _spared(service))

    @classmethod
    def together(cls, snapshots: Iterable[Snapshot]) -> Snapshot:
        """Return one snapshot of several services, or of one before and after a reset."""
        found = list(snapshots)
        deleted: Counter[str | None] = Counter()
        for one in found:
            deleted += one.deleted
        return cls._sorted((pair for one in found for pair in one.pairs()), deleted,
                           frozenset().union(*(one.spared for one in found)))

    @classmethod
    def _sorted(
        cls, pairs: Iterable[tuple[Trait, str]], deleted: Counter[str | None],
        spared: frozenset[str],
    ) -> Snapshot:
        ordered = sorted(pairs, key=lambda pair: (repr(pair[0]), pair[1]))
        return cls(tuple(told for told, _ in ordered), deleted,
                   tuple(image_id for _, image_id in ordered), spared)

    def pairs(self) -> Iterator[tuple[Trait, str]]:
        """Yield the attributes and the id of each image."""
        return zip(self.images, self.ids, strict=True)

    def named(self, name: object) -> list[str]:
        """Return the ids of the images with a name."""
        return [image_id for told, image_id in self.pairs() if dict(told)["name"] == name]

    def names(self) -> Counter[object]:
        """Return the number of images with each name."""
        return Counter(dict(told)["name"] for told in self.images)

    def unfinished(self) -> list[tuple[str, object, str]]:
        """Return id, name and status of each image that will not become active by itself."""
        found = []
        for told, image_id in self.pairs():
            known = dict(told)
            if known["status"] in UNFINISHED:
                found.append((image_id, known["name"], str(known["status"])))
        return found


def _spared(service: Service) -> frozenset[str]:
    jobs = service.begun_jobs
    making = () if jobs is None else (
        image.id for image in service.store.all() if jobs.is_making(image))
    return frozenset(service.images.seeded).union(making)


def traits(image: Image) -> Trait:
    """Return what describes an image in each run: all but its id and times."""
    return (*((name, getattr(image, name)) for name in _TRAITS),
            ("status", _status(image)),
            ("tags", tuple(sorted(image.tags))),
            ("members", tuple(sorted((one.project_id, one.status)
                                     for one in image.members.values()))))


def _status(image: Image) -> str:
    """Return the status that the image will reach by itself. The service is still busy with it,
    which is not the client's mistake."""
    transition = image.transition
    if transition is None or isinstance(transition.due, ByHand):
        return image.status
    return transition.target


def orphans(clean: Snapshot, found: Snapshot) -> list[tuple[str, object, str]]:
    """Return id, name and status of the client's images that stay unfinished, unlike in the clean
    run."""
    expected = Counter((name, status) for _, name, status in clean.unfinished())
    left = []
    for image_id, name, status in found.unfinished():
        if expected[name, status]:
            expected[name, status] -= 1
        elif image_id not in found.spared:
            left.append((image_id, name, status))
    return left


def duplicates(clean: Snapshot, found: Snapshot) -> list[tuple[object, int, int]]:
    """Return name, number, and number in the clean run, of images that exist too often."""
    before = clean.names()
    return [(name, count, before[name]) for name, count in found.names().items()
            if before[name] and count > before[name]]


def lost(clean: Snapshot, found: Snapshot) -> list[tuple[object, int]]:
    """Return name and number of images of the test that are deleted, unlike in the clean run."""
    return list((found.deleted - clean.deleted).items())


def differences(clean: Snapshot, found: Snapshot) -> list[str]:
    """Describe how the images differ from those of the clean run."""
    ours, theirs = Counter(found.images), Counter(clean.images)
    texts = [f"missing: {_told(one)}" for one in (theirs - ours).elements()]
    return texts + [f"unexpected: {_told(one)}" for one in (ours - theirs).elements()]


def _told(one: Trait) -> str:
    known = dict(one)
    shown = [f"{known['name']!r}", str(known["status"])]
    shown += [f"{name}={known[name]!r}" for name in ("size", "visibility", "tags", "members")
              if known[name]]
    return " ".join(shown)
