"""Compares the images that a run leaves with those of the clean run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..domain.durations import ByHand
from ..errors import NotRunningError

if TYPE_CHECKING:
    from ..domain.image import Image
    from ..fake.fake_ims import FakeIMS

Trait = tuple[tuple[str, object], ...]

# Statuses that an image must not stay in.
UNFINISHED = ("queued", "saving", "uploading", "importing")
_TRAITS = ("name", "owner", "visibility", "protected", "size", "checksum",
           "disk_format", "container_format", "min_ram", "min_disk")


@dataclass(frozen=True)
class Snapshot:
    """The images of a fake at the end of a run, without ids and times.

    Attributes:
        images: the attributes of each image.
        deleted: names of deleted images that the test itself had added. Images that the client
            created do not count: it may delete them.
    """

    images: tuple[Trait, ...]
    deleted: Counter[str | None]

    @classmethod
    def of(cls, fake: FakeIMS) -> Snapshot:
        """Take a snapshot of a fake."""
        try:
            return fake.peek(lambda service: cls._of(
                service.store.all(), [image for image in service.store.all_deleted()
                                      if image.id in service.images.seeded]))
        except NotRunningError:
            return cls((), Counter())

    @classmethod
    def _of(cls, images: list[Image], deleted: list[Image]) -> Snapshot:
        stays = [image for image in images if _status(image) != "deleted"]
        return cls(tuple(sorted(map(_traits, stays), key=repr)),
                   Counter(image.name for image in deleted))

    def names(self, statuses: tuple[str, ...] | None = None) -> Counter[object]:
        """Return the number of images with each name, of these statuses or of any."""
        return Counter(dict(traits)["name"] for traits in self.images
                       if statuses is None or dict(traits)["status"] in statuses)


def _traits(image: Image) -> Trait:
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


def broken(clean: Snapshot, found: Snapshot) -> Iterator[tuple[str, str]]:
    """Yield the rules that a run broke: name of the rule, and a description.

    ``orphan``: an image stays in a status such as ``queued`` or ``saving``. ``duplicate``: there
    are more images of a name than after the clean run. ``lost``: an image is deleted that the
    clean run did not delete.
    """
    for name, count in (found.names(UNFINISHED) - clean.names(UNFINISHED)).items():
        yield "orphan", f"{_images(count, name)} stuck in status {_statuses(found, name)}"
    for name, count in found.names().items():
        before = clean.names()[name]
        if before and count > before:
            yield "duplicate", f"{count} images {name!r} instead of {before}"
    for lost, count in (found.deleted - clean.deleted).items():
        yield "lost", f"{_images(count, lost)} deleted, unlike in the clean run"


def differences(clean: Snapshot, found: Snapshot) -> list[str]:
    """Describe how the images differ from those of the clean run."""
    ours, theirs = Counter(found.images), Counter(clean.images)
    texts = [f"missing: {_told(traits)}" for traits in (theirs - ours).elements()]
    return texts + [f"unexpected: {_told(traits)}" for traits in (ours - theirs).elements()]


def _told(traits: Trait) -> str:
    known = dict(traits)
    shown = [f"{known['name']!r}", str(known["status"])]
    shown += [f"{name}={known[name]!r}" for name in ("size", "visibility", "tags", "members")
              if known[name]]
    return " ".join(shown)


def _images(count: int, name: object) -> str:
    return f"image {name!r}" if count == 1 else f"{count} images {name!r}"


def _statuses(found: Snapshot, name: object) -> str:
    return ", ".join(sorted({str(dict(traits)["status"]) for traits in found.images
                             if dict(traits)["name"] == name
                             and dict(traits)["status"] in UNFINISHED}))
