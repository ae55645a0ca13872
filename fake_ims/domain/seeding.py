"""Images that the test creates and changes: without a caller or policy, but still consistent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ..contract.attributes import BY_NAME, base_names
from ..contract.schema import image_properties
from ..contract.validation import Mismatch, check
from ..errors import UsageError, closest, shown, unknown
from . import showing, sound
from .callers import DEFAULT_PROJECT_ID
from .data import Blob
from .ids import new_id
from .image import MEMBER_STATUSES, Image, Member
from .lifecycle import KILLED_BY_TEST
from .minimum_sizes import check_size
from .refusal import ImsError, Refused

if TYPE_CHECKING:
    from ..server.state import Service

SETTABLE = frozenset({"id", "name", "status", "visibility", "protected", "os_hidden", "owner",
                      "container_format", "disk_format", "min_ram", "min_disk", "tags"})
STATUSES = BY_NAME["status"].enum or ()
# What images.add and image.set take beside attributes.
_BESIDE = ("data", "members", "created_at", "updated_at", "properties", "show")
_NEAR = 0.8  # how close to an attribute's name a property's may not be
_MANGLED = re.compile(r"_[A-Za-z]\w*?(__[a-z]\w+)$")
WITHOUT_DATA = frozenset({"queued", "killed"})
WITH_DATA = frozenset({"active", "deactivated", "pending_delete"})


class Seeding:
    """The operations of ``fake.images``. ``Images`` adds the operations of clients."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._store = service.store
        #: Ids of the images that the test has added.
        self.seeded: set[str] = set()

    def _now(self) -> float:
        return self._service.clock.now()

    def seed(self, attributes: Mapping[str, object]) -> Image:
        """Add an image to the store.

        Args:
            attributes: attributes by their JSON names. Missing ones get the profile's defaults,
                status ``active`` and the profile's visibility. Also accepts ``data`` (bytes),
                ``members`` (project ids, or project id to status), ``created_at`` and
                ``updated_at`` (seconds since the epoch), ``properties``: any name to a text, and
                ``show``: any name to a value that responses show instead of the image's own.

        Raises:
            UsageError: an attribute or value is impossible.
            StorageError: the system cannot store the data. Nothing has changed.
        """
        given = _whole(attributes)
        data = given.pop("data", None)
        members = given.pop("members", None) or {}
        show = given.pop("show", None)
        show = None if show is None else showing.checked(show)
        now = self._now()
        created_at = sound.instant(given.pop("created_at", now), "created_at")
        updated_at = sound.instant(given.pop("updated_at", created_at), "updated_at")
        fields, properties = self._read(given, attributes.get("properties"))
        image_id = str(fields.pop("id", None) or new_id())
        if self._store.knows(image_id):
            raise UsageError(f"image {image_id} already exists or existed; use another id")
        fields.setdefault("status", "active")
        _check_data(fields["status"], data)
        fields.setdefault("owner", DEFAULT_PROJECT_ID)
        profile = self._service.profile
        for name, value in profile.defaults.items():
            fields.setdefault(name, value)
        pairs = self._pairs(members, fields.get("visibility"))
        blob = self._stored(data, fields["status"])
        fields["tags"] = tuple(dict.fromkeys(fields.get("tags", ())))
        image = Image(id=image_id, created_at=created_at, updated_at=updated_at,
                      sequence=self._store.next_sequence(), properties=dict(properties),
                      **fields)
        image.shown = show or None
        profile.adorn(image)
        self.seeded.add(image.id)
        self._store.add(image)
        self._set_data(image, blob)
        self._set_members(image, pairs)
        if image.status == "active":
            profile.activated(image, now)
        # Values from the test take precedence over derived ones.
        image.properties.update(properties)
        image.rendered = None
        image.updated_at = updated_at
        image.touched(created_at)
        return image

    def change(self, image: Image, attributes: Mapping[str, object]) -> None:
        """Set attributes of an image in any status, including ``data`` and ``members``.

        Raises:
            UsageError: an attribute or value is impossible.
            StorageError: the system cannot store the data. Nothing has changed.
        """
        given = _whole(attributes)
        data = given.pop("data", None)
        members = given.pop("members", None)
        show = given.pop("show", None)
        show = None if show is None else showing.checked(show)
        if "id" in given:
            raise UsageError("the id of an image cannot be changed")
        fields, properties = self._read(given, attributes.get("properties"))
        owner = fields.pop("owner", image.owner)
        visibility = fields.pop("visibility", image.visibility)
        _check_data(fields.get("status", image.status), data)
        pairs = None if members is None else self._pairs(members, visibility)
        blob = None if data is None else self._stored(data, image.status)
        if owner != image.owner or visibility != image.visibility:
            self._store.move(image, owner=owner, visibility=visibility)
        if "tags" in fields:
            self._store.retag(image, list(dict.fromkeys(fields.pop("tags"))))
        if "name" in fields:
            self._store.rename(image, fields.pop("name"))
        for name, value in fields.items():
            setattr(image, name, value)
        known = image.properties.get("__os_version")
        image.properties.update(properties)
        self._service.profile.derive(image, known)
        image.properties.update(properties)
        if "status" in fields:
            image.transition = None
            if image.status in WITHOUT_DATA:
                image.drop_data()
                self._service.profile.emptied(image)
            image.kill_reason = KILLED_BY_TEST if image.status == "killed" else ""
        if blob is not None:
            self._set_data(image, blob)
        elif "status" in fields and image.status in WITH_DATA:
            self._complete(image)
        elif image.staged is not None and image.importing is None and image.status != "uploading":
            image.drop_data()
        if image.importing is not None and "status" in fields and image.status != "importing":
            self._service.imports.end_by_hand(image, self._now())
        if show is not None:
            image.shown = show or None
        if pairs is not None:
            for project_id in list(image.members):
                self._store.unshare(image, project_id)
                del image.members[project_id]
            image.member_order.clear()
            self._set_members(image, pairs)
        image.changed(self._now())

    def activate(self, image: Image) -> None:
        """Make an image ``active`` now, without waiting for its lifecycle.

        Raises:
            UsageError: the image is deleted or killed.
        """
        if image.status in ("deleted", "killed"):
            raise UsageError(f"image {image.id} is {image.status}; it cannot become active")
        image.transition = None
        now = self._now()
        self._complete(image)
        image.status = "active"
        if image.importing is not None:
            self._service.imports.end_by_hand(image, now)
        self._service.profile.activated(image, now)
        image.changed(now)

    def kill(self, image: Image, reason: str = KILLED_BY_TEST) -> None:
        """Make an image ``killed`` now: its data is deleted, its record stays. An import fails.

        Raises:
            UsageError: the image is deleted, or the reason is not a string.
        """
        if not isinstance(reason, str):
            raise UsageError(f"reason must be a string, not {shown(reason)}")
        sound.check(reason, "reason")
        if image.status == "deleted":
            raise UsageError(f"image {image.id} is deleted; it cannot be killed")
        self._service.transitions.kill(image, reason, self._now())

    def data_of(self, image: Image) -> bytes | None:
        """Return the bytes of an image; None if it has no data."""
        return None if image.data is None else image.data.bytes()

    def view(self, image: Image) -> dict[str, object]:
        """Return the image as a response shows it to its owner."""
        return showing.shown(image, self._service.profile)

    def override(self, image: Image, values: Mapping[str, object]) -> None:
        """Let responses show these values instead of the image's own. Without values, remove all.

        Raises:
            UsageError: a name is not a text, or a value cannot be written as JSON.
        """
        new = {**(image.shown or {}), **showing.checked(values)} if values else None
        image.shown = new
        image.rendered = None
        image.touched(self._now())

    def _read(
        self, given: Mapping[str, object], free: object
    ) -> tuple[dict[str, Any], dict[str, str]]:
        fields: dict[str, Any] = {}
        properties: dict[str, str] = {}
        for name, value in given.items():
            sound.check(name, "the name of an attribute")
            sound.check(value, name)
        sound.check(free, "properties")
        profile = self._service.profile
        known = base_names(profile.name)
        settable = SETTABLE & known
        for name, value in given.items():
            if name in settable:
                if isinstance(value, Iterable) and not isinstance(value, (str, bytes, Mapping)):
                    value = list(value)
                fields[name] = value
            elif name in known:
                raise UsageError(f"{name!r} cannot be set: it follows from the data and the "
                                 f"lifecycle; settable: {', '.join(sorted(settable))}, data, "
                                 "members, created_at, updated_at and properties")
            else:
                _refuse_near_miss(name, {*settable, *_BESIDE})
                properties[name] = _property(name, value)
        if free is not None:
            if not isinstance(free, Mapping):
                raise UsageError(f"properties must be a mapping of names to strings, not "
                                 f"{shown(free)}")
            for name, value in free.items():
                if name in known:
                    raise UsageError(f"{name!r} is an attribute, not a property; write {name}=…")
                properties[name] = _property(name, value)
        status = fields.get("status")
        if status is not None and (status not in STATUSES or status == "deleted"):
            raise unknown("status", status, [name for name in STATUSES if name and
                                             name != "deleted"])
        try:
            check({name: value for name, value in fields.items() if name != "status"},
                  image_properties(profile.name))
        except Mismatch as mismatch:
            raise UsageError(mismatch.reason.split("\n", 1)[0] +
                             f" (attribute {mismatch.path[0]!r})") from None
        try:
            for name in ("min_disk", "min_ram"):
                check_size(name, fields.get(name))
            profile.check_change(fields, properties)
        except ImsError as error:
            raise UsageError(f"{error.code}: {error.message}") from None
        except Refused as refused:
            raise UsageError(refused.text) from None
        return fields, properties

    def _stored(self, data: object, status: object) -> Blob | None:
        """Store the bytes of an image, before anything changes. None for a status without data."""
        content = _bytes(data)
        if content is None:
            if status not in WITH_DATA:
                return None
            content = b""
        return self._blob(content)

    def _blob(self, content: bytes) -> Blob:
        return Blob.of(self._service.store.spool, content,
                       self._service.profile.options.hashing_algorithm)

    def _set_data(self, image: Image, blob: Blob | None) -> None:
        if blob is None:
            return
        image.drop_data()
        image.hold(blob)
        image.stores = self._default_stores()

    def _complete(self, image: Image) -> None:
        """Let an image have data: what was uploaded or staged, else none."""
        # An upload whose format was refused has left its data, but no size. Staged data is newer.
        blob = image.data if image.staged is None else image.staged
        image.staged = None
        image.hold(self._blob(b"") if blob is None else blob)
        image.stores = image.stores or self._default_stores()

    def _default_stores(self) -> tuple[str, ...]:
        default = self._service.profile.options.default_backend
        return (default,) if default else ()

    def _pairs(self, members: object, visibility: object) -> dict[str, str]:
        """Project ids and statuses of members, checked before anything changes."""
        sound.check(members, "members")
        pairs: dict[Any, Any]
        if isinstance(members, Mapping):
            pairs = dict(members)
        elif isinstance(members, (list, tuple, set, frozenset)):
            pairs = dict.fromkeys(members, "pending")
        else:
            raise UsageError("members must be a dict of project id to status, or a list of ids")
        for project_id, status in pairs.items():
            if not isinstance(project_id, str) or not project_id:
                raise UsageError(f"members: {shown(project_id)} is not the id of a project")
            if status not in MEMBER_STATUSES:
                raise unknown("member status", status, MEMBER_STATUSES)
        if pairs and visibility == "private" and not self._service.profile.shares_private_images:
            raise UsageError("a private image cannot have members; set visibility='shared'")
        return pairs

    def _set_members(self, image: Image, pairs: Mapping[str, str]) -> None:
        now = self._now()
        for project_id, status in pairs.items():
            image.members[project_id] = Member(project_id, status, now, now)
            image.member_order.append(project_id)
            self._store.share(image, project_id)
        if pairs and image.visibility == "private":
            self._store.move(image, owner=image.owner, visibility="shared")
            self._service.profile.derive(image, image.properties.get("__os_version"))


def _whole(attributes: Mapping[str, object]) -> dict[str, object]:
    """The attributes without the free properties, whose names may be any."""
    return {name: value for name, value in attributes.items() if name != "properties"}


def _property(name: object, value: object) -> str:
    if not isinstance(name, str) or not name:
        raise UsageError(f"the name of a property must be a non-empty string, not "
                         f"{shown(name)}")
    if not isinstance(value, str):
        raise UsageError(f"property {name!r} must be a string, not {shown(value)}")
    return value


def _refuse_near_miss(name: str, known: Iterable[str]) -> None:
    """Refuse a keyword that resembles an attribute: it is hardly meant as a free property."""
    mangled = _MANGLED.match(name)
    if mangled is not None:
        raise UsageError(f"inside a class Python changes keywords such as {name!r}; write "
                         f"properties={{{mangled[1]!r}: …}}")
    close = closest(name, known, _NEAR)
    if close is not None:
        raise UsageError(f"unknown attribute {name!r}; did you mean {close!r}? A property of that "
                         f"name is given as properties={{{name!r}: …}}")


def _check_data(status: object, data: object) -> None:
    if data is not None and status in WITHOUT_DATA:
        raise UsageError(f"an image in status {status!r} has no data; set another status, or "
                         "leave out data")


def _bytes(data: object) -> bytes | None:
    if data is None or isinstance(data, bytes):
        return data
    if not isinstance(data, (bytearray, memoryview)):
        raise UsageError(f"data must be bytes, not {type(data).__name__}")
    return bytes(data)
