"""The records of images and their members."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .data import Blob
from .lifecycle import Transition
from .numbers import whole

if TYPE_CHECKING:
    from .imports import Importing

#: Visibilities that show an image to everybody.
OPEN = ("public", "community")
MEMBER_STATUSES = ("pending", "accepted", "rejected")

# The statuses that each status can change to (source: Glance's image status transitions).
TRANSITIONS: dict[str, tuple[str, ...]] = {
    "queued": ("saving", "uploading", "importing", "active", "deleted"),
    "saving": ("active", "killed", "deleted", "queued"),
    "uploading": ("importing", "queued", "deleted"),
    "importing": ("active", "killed", "deleted", "queued"),
    "active": ("pending_delete", "deleted", "deactivated"),
    "killed": ("deleted",),
    "pending_delete": ("deleted", "active"),
    "deleted": (),
    "deactivated": ("active", "deleted", "pending_delete"),
}


@dataclass(slots=True)
class Member:
    """A project that an image is shared with.

    Attributes:
        project_id: id of the project.
        status: ``pending``, ``accepted`` or ``rejected``.
        created_at: instant, seconds since the epoch.
        updated_at: instant, seconds since the epoch.
    """

    project_id: str
    status: str
    created_at: float
    updated_at: float


@dataclass(slots=True, eq=False)
class Image:
    """One image. Instants are seconds since the epoch; sizes are bytes.

    Attributes:
        properties: vendor and custom attributes, all strings.
        stores: ids of the stores that have its data.
        locations: further places of its data that clients have named, each with ``url`` and
            ``metadata``.
        member_order: every project that ever was a member, in the order of lists.
        sequence: order of creation, for images created at the same instant.
        transition: the status change in progress.
        importing: the import in progress.
        kill_reason: why the image was killed.
        shown: values that the test shows instead of the image's own; None without any.
        rendered: the image as JSON, cached until the next change.
        watch: called at each change with the image and the instant; None without watchers.
    """

    id: str
    owner: str | None
    created_at: float
    updated_at: float
    sequence: int
    name: str | None = None
    status: str = "queued"
    visibility: str = "shared"
    protected: bool = False
    os_hidden: bool = False
    checksum: str | None = None
    os_hash_algo: str | None = None
    os_hash_value: str | None = None
    size: int | None = None
    virtual_size: int | None = None
    container_format: str | None = None
    disk_format: str | None = None
    min_ram: int = 0
    min_disk: int = 0
    tags: tuple[str, ...] = ()
    properties: dict[str, str] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    member_order: list[str] = field(default_factory=list)
    stores: tuple[str, ...] = ()
    locations: tuple[Mapping[str, Any], ...] = ()
    data: Blob | None = None
    staged: Blob | None = None
    transition: Transition | None = None
    importing: Importing | None = None
    deleted_at: float | None = None
    kill_reason: str = ""
    shown: Mapping[str, Any] | None = None
    rendered: bytes | None = None
    watch: Callable[[Image, float], None] | None = None

    @property
    def key(self) -> tuple[float, int]:
        """Return the image's position in the default order."""
        return (self.created_at, self.sequence)

    def changed(self, now: float) -> None:
        """Record a change: set ``updated_at`` and drop the cached JSON."""
        self.updated_at = now
        self.rendered = None
        if self.watch is not None:
            self.watch(self, now)

    def touched(self, now: float) -> None:
        """Record a change that does not show in the JSON."""
        if self.watch is not None:
            self.watch(self, now)

    def as_it_is(self) -> Image:
        """Return a copy that does not follow later changes. It shares the image's bytes."""
        found = copy(self)
        found.watch = None
        found.properties = dict(self.properties)
        found.members = {name: copy(member) for name, member in self.members.items()}
        found.member_order = list(self.member_order)
        return found

    def hold(self, blob: Blob) -> None:
        """Have these bytes, and everything derived from them. Earlier ones are released."""
        if self.data is not None and self.data is not blob:
            self.data.close()
        self.data, self.size, self.checksum = blob, blob.size, blob.md5
        self.os_hash_algo, self.os_hash_value = blob.algorithm, blob.digest

    def drop_data(self) -> None:
        """Release the image's bytes, and clear everything derived from them."""
        for blob in (self.data, self.staged):
            if blob is not None:
                blob.close()
        self.data = self.staged = None
        self.size = self.virtual_size = None
        self.checksum = self.os_hash_algo = self.os_hash_value = None
        self.stores = ()
        self.locations = ()


def is_whole(image: Image) -> bool:
    """Return whether it is a full-ECS image."""
    return image.properties.get("__whole_image") == "true"


def file_size(image: Image) -> int:
    """Return ``__image_size`` in bytes; 0 if it is not known."""
    return whole(image.properties.get("__image_size", "")) or 0
