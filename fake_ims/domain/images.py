"""The rules for images, one method for each operation."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..contract.attributes import UUID_PATTERN, base_names
from ..contract.options import exceeds
from . import access, locations, query
from .callers import Caller
from .durations import After
from .ids import new_id
from .image import Image
from .minimum_sizes import check_size
from .patch import Change
from .refusal import ImsError, Refused
from .seeding import Seeding

if TYPE_CHECKING:
    from ..profiles.model import NewImage

# Attributes that a patch replaces but never removes.
_PATCHABLE = frozenset({"name", "visibility", "protected", "os_hidden", "owner",
                        "container_format", "disk_format", "min_ram", "min_disk", "tags"})
# What a patch of the locations changes.
_OF_LOCATIONS = ("locations", "stores", "status", "checksum", "os_hash_algo", "os_hash_value")
_UUID = re.compile(UUID_PATTERN)


class Images(Seeding):
    """The images of one service.

    Methods for requests take the caller, and refuse by a row of ``contract.refusals``. Methods for
    tests (``Seeding``, ``activate``, ``kill``) do neither.
    """

    # reading

    # A fault can change this for one request: see faults/view.py.
    def page(self, caller: Caller, asked: query.ListQuery) -> query.Page:
        """Return the page that a client asks for. This counts as a request for ``polls(N)``.

        Raises:
            Refused: the marker does not exist or is not visible.
        """
        profile = self._service.profile
        page = query.run(asked, caller, self._store, profile)
        look = self._service.transitions.look
        arrived = [look(image) for image in page.images if image.transition is not None]
        return query.run(asked, caller, self._store, profile) if any(arrived) else page

    def get(self, caller: Caller, image_id: str) -> Image:
        """Return an image that the caller may see.

        Raises:
            Refused: ``image.not_found``.
        """
        self._service.transitions.settle()
        return self.as_it_stands(caller, image_id)

    def as_it_stands(self, caller: Caller, image_id: str) -> Image:
        """Return the same, but apply no changes that are due: one of them is being applied.

        Raises:
            Refused: ``image.not_found``.
        """
        image = self._store.get(image_id)
        if image is None or not access.is_visible(caller, image):
            raise Refused("image.not_found", image_id=image_id)
        return image

    def show(self, caller: Caller, image_id: str) -> Image:
        """Return an image to a client. This counts as a request for ``polls(N)``.

        Raises:
            Refused: ``image.not_found``, ``image.hidden``.
        """
        image = self.get(caller, image_id)
        access.require("get_image", caller, image)
        if self._service.transitions.look(image) and self._store.get(image_id) is None:
            raise Refused("image.not_found", image_id=image_id)
        return image

    # creating and changing

    def create(self, caller: Caller, new: NewImage) -> Image:
        """Create an image in status ``queued``, from a request that the profile has read.

        Raises:
            Refused: the caller may not, the id is taken, or the project's quota is used up.
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
        access.require_project(caller, new.properties.get("enterprise_project_id"))
        self._service.profile.check_new_image(new)
        image_id = attributes.get("id")
        if image_id is None:
            image_id = new_id()
        elif self._store.knows(str(image_id)):
            raise Refused("image.duplicate", image_id=image_id)
        self._check_counts(len(new.properties), len(new.tags))
        self.check_quota(owner)
        now = self._now()
        fields = dict(attributes)
        fields.pop("id", None)
        fields.pop("owner", None)
        for name in ("min_ram", "min_disk"):
            if name in fields:
                fields[name] = int(fields[name])  # in JSON, 1.0 is an integer
        image = Image(id=str(image_id), owner=owner,
                      created_at=now, updated_at=now, sequence=self._store.next_sequence(),
                      tags=tuple(dict.fromkeys(new.tags)), properties=new.properties, **fields)
        self._service.profile.adorn(image)
        self._store.add(image)
        return image

    def used(self, project_id: str | None) -> int:
        """Return how much of its quota a project uses: private images, also those to come.

        The image of a job appears with ``RUNNING``. It counts from the beginning, so that many
        jobs at once cannot exceed the quota.
        """
        private = self._store.owned(project_id) - self._store.owned_public(project_id)
        jobs = self._service.begun_jobs
        return private if jobs is None else private + jobs.to_come(project_id)

    # A fault can change this for one request: see faults/view.py.
    def check_quota(self, project_id: str | None, count: int = 1) -> None:
        """Check that the project's quota allows this many more images.

        Raises:
            Refused: ``image.quota``.
        """
        if not self._service.profile.has_quota:
            return
        maximum = self._service.quota
        attempted = self.used(project_id) + count
        if attempted > maximum:
            raise Refused("image.quota", attempted=attempted, maximum=maximum)

    def _check_counts(self, properties: int, tags: int) -> None:
        options = self._service.profile.options
        if exceeds(properties, options.image_property_quota):
            raise Refused("image.too_many_properties", attempted=properties,
                          maximum=options.image_property_quota)
        if exceeds(tags, options.image_tag_quota):
            raise Refused("image.too_many_tags", attempted=tags,
                          maximum=options.image_tag_quota)

    def patch(self, caller: Caller, image_id: str, changes: list[Change]) -> Image:
        """Apply a patch as a whole, or not at all.

        Raises:
            Refused: for the first change that is not allowed.
        """
        image = self.get(caller, image_id)
        draft: dict[str, Any] = {}
        properties = dict(image.properties)
        for change in changes:
            self._plan(caller, image, change, draft, properties)
        if not changes:
            return image
        added = len(properties) > len(image.properties)
        tags = draft.get("tags")
        # Glance counts the tags that a request sends, equal ones too.
        sent = [len(change.value) for change in changes
                if change.name == "tags" and isinstance(change.value, list)]
        self._check_counts(len(properties) if added else 0, max(sent, default=0))
        self._service.profile.check_change({"min_ram": image.min_ram, **draft}, properties)
        owner = draft.pop("owner", image.owner)
        visibility = draft.pop("visibility", image.visibility)
        if owner != image.owner or visibility != image.visibility:
            self._store.move(image, owner=owner, visibility=visibility)
        if isinstance(tags, list):
            self._store.retag(image, draft.pop("tags"))
        if "name" in draft:
            self._store.rename(image, draft.pop("name"))
        for name, value in draft.items():
            setattr(image, name, value)
        known, image.properties = image.properties.get("__os_version"), properties
        self._service.profile.derive(image, known)
        if draft.get("status") == "active":
            self._service.profile.activated(image, self._now())
        image.changed(self._now())
        return image

    def _plan(
        self,
        caller: Caller,
        image: Image,
        change: Change,
        draft: dict[str, Any],
        properties: dict[str, str],
    ) -> None:
        name = change.name
        if name == "locations":
            self._plan_locations(caller, image, change, draft)
            return
        if name == "owner" and change.op != "remove" and not caller.is_admin:
            raise Refused("image.owner_change")
        if name == "visibility" and change.op != "remove":
            if change.value == "public" and not caller.is_admin:
                raise Refused("policy.denied", rule="publicize_image")
            # Before the check of who may change the image: the rule's own words, not a 404.
            if change.value == "community" and not access.allowed(
                    "communitize_image", caller, image):
                raise Refused("policy.denied", rule="communitize_image")
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

    def _plan_locations(
        self, caller: Caller, image: Image, change: Change, draft: dict[str, Any]
    ) -> None:
        if change.op == "replace" and not change.value:
            raise Refused("patch.locations_empty")
        rule = "delete_image_location" if change.op == "remove" else "set_image_location"
        access.require(rule, caller, image)
        # Each change sees the result of those before it.
        draft.update(locations.change(replace(image, **{
            name: draft[name] for name in _OF_LOCATIONS if name in draft}), change,
            self._service.profile.options))

    def _value(self, image: Image, name: str, value: Any) -> object:
        if name in ("container_format", "disk_format") and image.status not in ("queued",
                                                                               "importing"):
            raise Refused("image.format_frozen", name=name)
        if name in ("min_ram", "min_disk"):
            check_size(name, value)
            return int(value)
        if name == "tags" and isinstance(value, list):
            return list(dict.fromkeys(value))
        return value

    def delete(self, caller: Caller, image_id: str, with_backup: bool = False) -> None:
        """Delete an image, at once or after ``lifecycle.deleting``.

        Args:
            caller: who makes the request.
            image_id: the image.
            with_backup: also delete the backup that the image was made from.

        Raises:
            Refused: the image does not exist, belongs to another project, or is protected.
            ImsError: ``IMG.0090``: a job is still creating it; ``IMG.0176``: the backup is in use.
        """
        try:
            image = self.get(caller, image_id)
        except Refused:
            raise Refused("image.delete_not_found", image_id=image_id) from None
        if "member" in caller.roles and not access.is_owner_or_admin(caller, image):
            raise Refused("image.delete_public" if image.visibility == "public"
                          else "image.delete_foreign")
        access.require("delete_image", caller, image)
        if image.protected:
            raise Refused("image.protected", image_id=image_id)
        if image.status == "saving" and self._service.jobs.is_making(image):
            raise ImsError("IMG.0090")
        if with_backup:
            from .world import lookup  # few tests need the world

            lookup.delete_backup(self._service.world, image.properties.get("__backup_id"))
        self.remove(image)

    def remove(self, image: Image) -> None:
        """Delete an image, at once or after ``lifecycle.deleting``, without checking a caller."""
        if image.importing is not None:
            self._service.imports.abandon(image, self._now())
        due = self._service.lifecycle.deleting
        if due == After(0.0) or image.status == "pending_delete":
            self._service.transitions.bury(image, self._now())
            return
        image.status = "pending_delete"
        self._service.transitions.begin(image, "deleted", due)

    # actions

    def deactivate(self, caller: Caller, image_id: str) -> None:
        """Change ``active`` to ``deactivated``: the data cannot be downloaded.

        Raises:
            Refused: the image does not exist, belongs to another project, or has another status.
        """
        self._act(caller, image_id, "deactivate", "active", "deactivated")

    def reactivate(self, caller: Caller, image_id: str) -> None:
        """Change ``deactivated`` back to ``active``.

        Raises:
            Refused: the image does not exist, belongs to another project, or has another status.
        """
        self._act(caller, image_id, "reactivate", "deactivated", "active")

    def _act(self, caller: Caller, image_id: str, action: str, source: str, target: str) -> None:
        image = self.get(caller, image_id)
        access.require(action, caller, image)
        if image.status == source:
            image.status = target
            image.changed(self._now())
        elif image.status != target:
            raise Refused("image.status_action", action=action, status=image.status)
