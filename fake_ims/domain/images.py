"""What can be done with images: the rules, one method per thing that happens."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..contract.attributes import UUID_PATTERN, base_names
from ..refusal import Refused
from . import access, query
from .callers import Caller
from .data import Blob
from .durations import After, Polls
from .formats import INSPECTABLE
from .ids import new_id
from .image import TRANSITIONS, Image, Member
from .lifecycle import Transition
from .patch import Change
from .seeding import Seeding

if TYPE_CHECKING:
    from ..profiles.model import NewImage
    from ..service import Service

# Attributes that a patch replaces but never removes.
_PATCHABLE = frozenset({"name", "visibility", "protected", "os_hidden", "owner",
                        "container_format", "disk_format", "min_ram", "min_disk", "tags"})
_UUID = re.compile(UUID_PATTERN)


class Images(Seeding):
    """The images of one service.

    Every method that a request reaches takes the caller and refuses by a row of
    ``contract.refusals``; those that a test reaches (``Seeding``, ``activate``, ``kill``) do not.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._store = service.store

    def _now(self) -> float:
        return self._service.clock.now()

    # looking

    def settle(self) -> None:
        """Apply every transition that has become due by now."""
        now = self._now()
        for image in self._store.fallen_due(now):
            transition = image.transition
            if transition is not None and isinstance(transition.due, After) and (
                transition.due_at <= now
            ):
                self._arrive(image, transition, transition.due_at)

    def look(self, image: Image) -> bool:
        """A client looks at an image: what was waiting for looks may become due; whether it has."""
        transition = image.transition
        if transition is None or not isinstance(transition.due, Polls):
            return False
        transition.looks_left -= 1
        if transition.looks_left > 0:
            return False
        self._arrive(image, transition, self._now())
        return True

    def page(self, caller: Caller, asked: query.ListQuery) -> query.Page:
        """The page that a client asks for; it shows what the client's look at it has changed.

        Raises:
            Refused: the marker is not there or not visible.
        """
        profile = self._service.profile
        page = query.run(asked, caller, self._store, profile)
        arrived = [self.look(image) for image in page.images if image.transition is not None]
        return query.run(asked, caller, self._store, profile) if any(arrived) else page

    def get(self, caller: Caller, image_id: str) -> Image:
        """The image, if the caller may see it.

        Raises:
            Refused: ``image.not_found``.
        """
        self.settle()
        image = self._store.get(image_id)
        if image is None or not access.is_visible(caller, image):
            raise Refused("image.not_found", image_id=image_id)
        return image

    def show(self, caller: Caller, image_id: str) -> Image:
        """The image, looked at by a client.

        Raises:
            Refused: ``image.not_found``, ``image.hidden``.
        """
        image = self.get(caller, image_id)
        access.require("get_image", caller, image)
        self.look(image)
        if self._store.get(image_id) is None:
            raise Refused("image.not_found", image_id=image_id)
        return image

    # making and changing

    def create(self, caller: Caller, new: NewImage) -> Image:
        """A new image in status ``queued``, from what the profile has read of the request.

        Raises:
            Refused: the caller may not, or the id is taken.
        """
        attributes = new.attributes
        owner = attributes.get("owner", caller.project_id)
        if not caller.is_admin:
            if "member" not in caller.roles:
                raise Refused("policy.denied", rule="add_image")
            if owner != caller.project_id:
                raise Refused("image.owner_policy", owner=owner)
            if attributes.get("visibility") == "public":
                raise Refused("policy.denied", rule="publicize_image")
        self._service.profile.check_new_image(new)
        image_id = attributes.get("id")
        if image_id is None:
            image_id = new_id()
        elif self._store.knows(str(image_id)):
            raise Refused("image.duplicate", image_id=image_id)
        self._check_counts(len(new.properties), len(new.tags))
        now = self._now()
        fields = {key: value for key, value in attributes.items() if key not in ("id", "owner")}
        image = Image(id=str(image_id), owner=owner,  # type: ignore[arg-type]
                      created_at=now, updated_at=now, sequence=self._store.next_sequence(),
                      tags=new.tags, properties=new.properties, **fields)  # type: ignore[arg-type]
        self._store.add(image)
        return image

    def _check_counts(self, properties: int, tags: int) -> None:
        profile = self._service.profile
        if properties > profile.max_properties:
            raise Refused("image.too_many_properties", attempted=properties,
                          maximum=profile.max_properties)
        if tags > profile.max_tags:
            raise Refused("image.too_many_tags", attempted=tags, maximum=profile.max_tags)

    def changed(self, image: Image, now: float | None = None) -> None:
        """Note that an image has changed: when, and that its JSON is no longer true."""
        image.updated_at = self._now() if now is None else now
        image.rendered = None

    def patch(self, caller: Caller, image_id: str, changes: list[Change]) -> Image:
        """Apply a patch, all of it or nothing.

        Raises:
            Refused: for the first change that may not be made.
        """
        image = self.get(caller, image_id)
        draft: dict[str, object] = {}
        properties = dict(image.properties)
        for change in changes:
            self._plan(caller, image, change, draft, properties)
        if not changes:
            return image
        added = len(properties) > len(image.properties)
        tags = draft.get("tags")
        self._check_counts(len(properties) if added else 0,
                           len(tags) if isinstance(tags, list) else 0)
        self._service.profile.check_change(draft, properties)
        owner = draft.pop("owner", image.owner)
        visibility = draft.pop("visibility", image.visibility)
        if owner != image.owner or visibility != image.visibility:
            self._store.move(image, owner=owner, visibility=visibility)  # type: ignore[arg-type]
        for name, value in draft.items():
            setattr(image, name, value)
        image.properties = properties
        self._service.profile.derive(image)
        self.changed(image)
        return image

    def _plan(
        self,
        caller: Caller,
        image: Image,
        change: Change,
        draft: dict[str, object],
        properties: dict[str, str],
    ) -> None:
        name = change.name
        if name == "locations":
            self._refuse_locations(caller, image, change)
        if name == "owner" and change.op == "replace" and not caller.is_admin:
            raise Refused("image.owner_change")
        if name == "visibility" and change.op != "remove":
            if change.value == "public" and not caller.is_admin:
                raise Refused("policy.denied", rule="publicize_image")
            if change.value == "community":
                access.require("communitize_image", caller, image)
        access.require("modify_image", caller, image)
        if name in _PATCHABLE & base_names(self._service.profile.name):
            if change.op == "remove":
                raise Refused("patch.cannot_remove", name=name)
            if change.op == "add" and change.strict_add:
                raise Refused("patch.has_property", name=name)
            draft[name] = self._value(image, name, change.value)
        elif change.op == "remove":
            if name not in properties:
                raise Refused("patch.no_property", name=name)
            del properties[name]
        elif change.op == "replace" and name not in properties:
            raise Refused("patch.no_property", name=name)
        elif change.op == "add" and change.strict_add and name in properties:
            raise Refused("patch.has_property", name=name)
        else:
            properties[name] = str(change.value)

    def _refuse_locations(self, caller: Caller, image: Image, change: Change) -> None:
        if change.op == "replace" and not change.value:
            raise Refused("patch.locations_empty")
        rule = "delete_image_location" if change.op == "remove" else "set_image_location"
        access.require(rule, caller, image)
        verb = {"add": "add", "replace": "update", "remove": "remove"}[change.op]
        raise Refused("patch.locations_hidden", verb=verb)

    def _value(self, image: Image, name: str, value: object) -> object:
        if name in ("container_format", "disk_format") and image.status not in ("queued",
                                                                               "importing"):
            raise Refused("image.format_frozen", name=name)
        if name in ("min_ram", "min_disk"):
            check_size(name, value)
        if name == "tags" and isinstance(value, list):
            return list(dict.fromkeys(value))
        return value

    def delete(self, caller: Caller, image_id: str) -> None:
        """Delete an image, at once or after ``lifecycle.deleting``.

        Raises:
            Refused: not there, not the caller's, or protected.
        """
        try:
            image = self.get(caller, image_id)
        except Refused:
            raise Refused("image.delete_not_found", image_id=image_id) from None
        access.require("delete_image", caller, image)
        if image.protected:
            raise Refused("image.protected", image_id=image_id)
        self.remove(image)

    def remove(self, image: Image) -> None:
        """Delete an image, at once or after ``lifecycle.deleting``, whoever asks."""
        due = self._service.lifecycle.deleting
        if due == After(0.0) or image.status == "pending_delete":
            self._bury(image, self._now())
            return
        image.status = "pending_delete"
        self._begin(image, "deleted", due)

    def _bury(self, image: Image, now: float) -> None:
        image.transition = None
        image.status = "deleted"
        image.deleted_at = now
        image.drop_data()
        self._store.remove(image)
        self.changed(image, now)

    # data

    def begin_upload(self, caller: Caller, image_id: str, status: str = "saving") -> Image:
        """The upload of an image's data starts (``saving``), or its staging (``uploading``).

        Raises:
            Refused: not there, not the caller's, not ``queued``, or without formats.
        """
        image = self.get(caller, image_id)
        if status == "saving":
            try:
                access.require("upload_image", caller, image)
            except Refused as refused:
                raise refused from None
        else:
            access.require("modify_image", caller, image)
        self._move(image, status)
        return image

    def _move(self, image: Image, target: str) -> None:
        if target not in TRANSITIONS[image.status]:
            raise Refused("image.transition", current=image.status, target=target)
        if target in ("saving", "importing"):
            missing = [name for name in ("disk_format", "container_format")
                       if getattr(image, name) is None]
            if missing:
                word = "Property" if len(missing) == 1 else "Properties"
                raise Refused("data.formats_missing", what=f"{word} {', '.join(missing)}")
        image.status = target
        self.changed(image)

    def abort_upload(self, image: Image, reason: str) -> None:
        """An upload broke off: the image can be uploaded again, or is killed (by profile)."""
        if self._store.get(image.id) is not image or image.status not in ("saving", "uploading"):
            return
        if self._service.profile.kills_aborted_uploads:
            self.kill(image, reason)
            return
        image.drop_data()
        image.status = "queued"
        self.changed(image)

    def end_upload(self, image: Image, blob: Blob, store: str | None) -> None:
        """All bytes have arrived: the image becomes ``active`` or ``killed`` in its time.

        Raises:
            Refused: the image went away meanwhile (410), or the bytes are not of its format (415).
        """
        if self._store.get(image.id) is not image or image.status not in ("saving", "importing"):
            blob.close()
            raise Refused("data.gone", image_id=image.id)
        try:
            image.virtual_size = self._inspect(image, blob)
        except Refused:
            # As in Glance, the image can be uploaded again but keeps what was learnt of the bytes.
            self._keep(image, blob, store)
            image.size = image.virtual_size = None
            image.status = "queued"
            self.changed(image)
            raise
        self._keep(image, blob, store)
        self.finish(image)

    def _keep(self, image: Image, blob: Blob, store: str | None) -> None:
        if image.data is not None:
            image.data.close()
        image.data = blob
        image.size = blob.size
        image.checksum = blob.md5
        image.os_hash_algo, image.os_hash_value = "sha512", blob.sha512
        image.stores = (store,) if store else ()

    def _inspect(self, image: Image, blob: Blob) -> int | None:
        if not self._service.profile.checks_format or image.container_format != "bare":
            return None
        if blob.format == image.disk_format:
            return blob.virtual_size or None
        if image.disk_format == "raw":
            return blob.size or None
        if blob.format == "raw" and image.disk_format not in INSPECTABLE:
            return None
        raise Refused("data.format_mismatch",
                      reason=f"Image disk_format {image.disk_format} does not match stream data "
                      f"{blob.format}")

    def finish(self, image: Image) -> None:
        """The data of an image is there: ``active`` or ``killed`` once ``lifecycle.saving`` is
        over."""
        reason = self._service.lifecycle.verdict(image.name)
        due = self._service.lifecycle.saving
        target = "active" if reason is None else "killed"
        if due == After(0.0):
            self._arrive(image, Transition(target, due, reason=reason or ""), self._now())
        else:
            self._begin(image, target, due, reason or "")

    def _begin(self, image: Image, target: str, due: object, reason: str = "") -> None:
        now = self._now()
        transition = Transition(target, due, reason=reason)  # type: ignore[arg-type]
        if isinstance(due, After):
            transition.due_at = now + due.seconds
            self._store.schedule(image, transition.due_at)
        elif isinstance(due, Polls):
            transition.looks_left = due.count
        image.transition = transition
        self.changed(image, now)

    def _arrive(self, image: Image, transition: Transition, now: float) -> None:
        image.transition = None
        if transition.target == "deleted":
            self._bury(image, now)
        elif transition.target == "killed":
            self._kill(image, transition.reason, now)
        else:
            image.status = transition.target
            self._service.profile.activated(image, now)
            self.changed(image, now)

    def _kill(self, image: Image, reason: str, now: float) -> None:
        image.drop_data()
        self._service.profile.emptied(image)
        image.transition = None
        image.status = "killed"
        image.kill_reason = reason
        self.changed(image, now)

    # actions

    def deactivate(self, caller: Caller, image_id: str) -> None:
        """``active`` becomes ``deactivated``: its data cannot be downloaded.

        Raises:
            Refused: not there, not the caller's, or in another status.
        """
        self._act(caller, image_id, "deactivate", "active", "deactivated")

    def reactivate(self, caller: Caller, image_id: str) -> None:
        """``deactivated`` becomes ``active`` again.

        Raises:
            Refused: not there, not the caller's, or in another status.
        """
        self._act(caller, image_id, "reactivate", "deactivated", "active")

    def _act(self, caller: Caller, image_id: str, action: str, source: str, target: str) -> None:
        image = self.get(caller, image_id)
        access.require(action, caller, image)
        if image.status == source:
            image.status = target
            self.changed(image)
        elif image.status != target:
            raise Refused("image.status_action", action=action, status=image.status)

    # tags

    def add_tag(self, caller: Caller, image_id: str, tag: str) -> None:
        """Add a tag; one that is there stays.

        Raises:
            Refused: not there, not the caller's, or too many.
        """
        image = self._for_tags(caller, image_id, "update")
        if tag in image.tags:
            return
        maximum = self._service.profile.max_tags
        if len(image.tags) >= maximum:
            raise Refused("tag.too_many", image_id=image_id, attempted=len(image.tags) + 1,
                          maximum=maximum)
        image.tags.append(tag)
        self.changed(image)

    def delete_tag(self, caller: Caller, image_id: str, tag: str) -> None:
        """Remove a tag.

        Raises:
            Refused: not there, not the caller's, or no such tag.
        """
        image = self._for_tags(caller, image_id, "delete")
        if tag not in image.tags:
            raise Refused("tag.not_found")
        image.tags.remove(tag)
        self.changed(image)

    def _for_tags(self, caller: Caller, image_id: str, verb: str) -> Image:
        try:
            image = self.get(caller, image_id)
        except Refused:
            raise Refused("image.not_found_in", image_id=image_id) from None
        access.require("modify_image", caller, image)
        return image

    # members

    def add_member(self, caller: Caller, image_id: str, project_id: str) -> Member:
        """Share an image with a project, which has yet to accept it.

        Raises:
            Refused: not there, not to be shared by this caller, shared already, or too many.
        """
        image = self._for_members(caller, image_id)
        profile = self._service.profile
        shareable = image.visibility == "shared" or (
            profile.shares_private_images and image.visibility == "private"
        )
        if not shareable:
            raise Refused("member.create", image_id=image_id)
        access.require("add_member", caller, image)
        profile.check_new_member(image, project_id)
        if project_id in image.members:
            raise Refused("member.duplicate", member_id=project_id, image_id=image_id)
        if len(image.members) >= profile.max_members:
            raise Refused("member.too_many", image_id=image_id,
                          attempted=len(image.members) + 1, maximum=profile.max_members)
        now = self._now()
        member = Member(project_id, "pending", now, now)
        image.members[project_id] = member
        if project_id not in image.member_order:
            image.member_order.append(project_id)
        self._store.share(image, project_id)
        if image.visibility == "private":
            self._share(image, "shared")
        return member

    def update_member(
        self, caller: Caller, image_id: str, project_id: str, status: object
    ) -> Member:
        """The member accepts or rejects the image, or lets it pend again.

        Raises:
            Refused: the caller is not that member, or the status is unknown.
        """
        image = self._for_members(caller, image_id)
        if image.visibility != "shared":
            raise Refused("member.update", image_id=image_id)
        member = self._member(caller, image, project_id)
        access.require("modify_member", caller, image)
        if status not in ("pending", "accepted", "rejected"):
            raise Refused("member.status")
        member.status = str(status)
        member.updated_at = self._now()
        return member

    def members(self, caller: Caller, image_id: str) -> list[Member]:
        """The members of an image: all of them for its owner, oneself for a member.

        Raises:
            Refused: not there or not shared.
        """
        image = self._for_members(caller, image_id)
        if image.visibility != "shared":
            if self._service.profile.shares_private_images and allowed_owner(caller, image):
                return []
            raise Refused("member.list", image_id=image_id,
                          reason="Only shared images have members.")
        access.require("get_members", caller, image)
        members = [image.members[project_id] for project_id in image.member_order
                   if project_id in image.members]
        if allowed_owner(caller, image):
            return members
        return [member for member in members if member.project_id == caller.project_id]

    def member(self, caller: Caller, image_id: str, project_id: str) -> Member:
        """One member of an image.

        Raises:
            Refused: 404, also for what the caller may not see.
        """
        image = self._for_members(caller, image_id)
        if image.visibility != "shared":
            if self._service.profile.shares_private_images:
                raise Refused("member.not_found", member_id=project_id, image_id=image_id)
            raise Refused("member.not_shared")
        return self._member(caller, image, project_id)

    def delete_member(self, caller: Caller, image_id: str, project_id: str) -> None:
        """Stop sharing an image with a project.

        Raises:
            Refused: not there, or not the caller's to share.
        """
        image = self._for_members(caller, image_id)
        if image.visibility != "shared":
            raise Refused("member.delete", image_id=image_id)
        self._member(caller, image, project_id)
        access.require("delete_member", caller, image)
        self._store.unshare(image, project_id)
        del image.members[project_id]
        if self._service.profile.shares_private_images and not image.members:
            self._share(image, "private")

    def _share(self, image: Image, visibility: str) -> None:
        self._store.move(image, owner=image.owner, visibility=visibility)
        self._service.profile.derive(image)
        self.changed(image)

    def _for_members(self, caller: Caller, image_id: str) -> Image:
        try:
            return self.get(caller, image_id)
        except Refused:
            raise Refused("image.not_found_in", image_id=image_id) from None

    def _member(self, caller: Caller, image: Image, project_id: str) -> Member:
        access.require("get_member", caller, image)
        member = image.members.get(project_id)
        if member is None or not (allowed_owner(caller, image)
                                  or project_id == caller.project_id):
            raise Refused("member.not_found", member_id=project_id, image_id=image.id)
        return member


def allowed_owner(caller: Caller, image: Image) -> bool:
    """Whether the caller owns the image or is an admin."""
    return caller.is_admin or access.is_owner(caller, image)


def check_size(name: str, value: object) -> None:
    """Refuse a negative or too large ``min_disk`` or ``min_ram``.

    Raises:
        Refused: ``image.negative`` or ``image.out_of_range``.
    """
    if isinstance(value, (int, float)):
        if value < 0:
            raise Refused("image.negative", value=value, name=name)
        if value > 2**31 - 1:
            raise Refused("image.out_of_range", name=name, maximum=2**31 - 1)
