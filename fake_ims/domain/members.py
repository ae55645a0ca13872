"""The members of images: projects that an image is shared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..contract.options import exceeds
from . import access
from .callers import Caller
from .image import MEMBER_STATUSES, Image, Member
from .refusal import Refused

if TYPE_CHECKING:
    from ..server.state import Service


class Members:
    """The members of one service's images.

    A method that changes them takes the instant of the change. A request leaves it out: what is due
    is applied first, and the change happens now. A job passes the instant at which it ends, and
    finds everything as it stands then.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._store = service.store

    def add(
        self, caller: Caller, image_id: str, project_id: str, at: float | None = None
    ) -> Member:
        """Share an image with a project, in status ``pending``.

        Raises:
            Refused: the image does not exist, this caller may not share it, the project is a
                member already, or there are too many members.
            ImsError: as ``sharing.check_new_member``, in profile ``otc``.
        """
        image = self._image(caller, image_id, at)
        profile = self._service.profile
        shareable = image.visibility == "shared" or (
            profile.shares_private_images and image.visibility == "private"
        )
        if not shareable:
            raise Refused("member.create", image_id=image_id)
        access.require("add_member", caller, image)
        profile.check_new_member(self._service.world, image, project_id)
        if project_id in image.members:
            raise Refused("member.duplicate", member_id=project_id, image_id=image_id)
        quota = profile.options.image_member_quota
        if exceeds(len(image.members) + 1, quota):
            raise Refused("member.too_many", image_id=image_id,
                          attempted=len(image.members) + 1, maximum=quota)
        now = self._now(at)
        member = Member(project_id, "pending", now, now)
        image.members[project_id] = member
        if project_id not in image.member_order:
            image.member_order.append(project_id)
        self._store.share(image, project_id)
        image.touched(now)
        if image.visibility == "private":
            self._share(image, "shared", now)
        return member

    def update(
        self, caller: Caller, image_id: str, project_id: str, status: object,
        vault_id: object = None, at: float | None = None,
    ) -> Member:
        """Set a member's status: accepted, rejected or pending.

        Raises:
            Refused: the caller is not that member, or the status is unknown.
            ImsError: as ``sharing.check_acceptance``, in profile ``otc``.
        """
        image = self._image(caller, image_id, at)
        if image.visibility != "shared":
            raise Refused("member.update", image_id=image_id)
        member = self._member(caller, image, project_id)
        access.require("modify_member", caller, image)
        if status not in MEMBER_STATUSES:
            raise Refused("member.status")
        self._service.profile.check_acceptance(self._service.world, image, status, vault_id)
        member.status = str(status)
        member.updated_at = self._now(at)
        image.touched(member.updated_at)
        return member

    def of_image(self, caller: Caller, image_id: str) -> list[Member]:
        """Return the members of an image: all of them for its owner, only itself for a member.

        Raises:
            Refused: the image does not exist or is not shared.
        """
        image = self._image(caller, image_id)
        owns = access.is_owner_or_admin(caller, image)
        if image.visibility != "shared" and not (
                self._service.profile.shares_private_images
                and image.visibility == "private" and owns):
            raise Refused("member.list", image_id=image_id,
                          reason="Only shared images have members.")
        access.require("get_members", caller, image)
        members = [image.members[project_id] for project_id in image.member_order
                   if project_id in image.members]
        if owns:
            return members
        return [member for member in members if member.project_id == caller.project_id]

    def show(self, caller: Caller, image_id: str, project_id: str) -> Member:
        """Return one member of an image.

        Raises:
            Refused: 404, also for images that the caller may not see.
        """
        image = self._image(caller, image_id)
        if image.visibility != "shared":
            if self._service.profile.shares_private_images:
                raise Refused("member.not_found", member_id=project_id, image_id=image_id)
            raise Refused("member.not_shared")
        return self._member(caller, image, project_id)

    def delete(
        self, caller: Caller, image_id: str, project_id: str, at: float | None = None
    ) -> None:
        """Stop sharing an image with a project.

        Raises:
            Refused: the image does not exist, or this caller may not share it.
        """
        image = self._image(caller, image_id, at)
        if image.visibility != "shared":
            raise Refused("member.delete", image_id=image_id)
        self._member(caller, image, project_id)
        access.require("delete_member", caller, image)
        self._store.unshare(image, project_id)
        del image.members[project_id]
        now = self._now(at)
        image.touched(now)
        if self._service.profile.shares_private_images and not image.members:
            self._share(image, "private", now)

    def _share(self, image: Image, visibility: str, now: float) -> None:
        self._store.move(image, owner=image.owner, visibility=visibility)
        self._service.profile.derive(image, image.properties.get("__os_version"))
        image.changed(now)

    def _image(self, caller: Caller, image_id: str, at: float | None = None) -> Image:
        images = self._service.images
        try:
            return (images.get if at is None else images.as_it_stands)(caller, image_id)
        except Refused:
            raise Refused("image.not_found_in", image_id=image_id) from None

    def _member(self, caller: Caller, image: Image, project_id: str) -> Member:
        access.require("get_member", caller, image)
        member = image.members.get(project_id)
        if member is None or not (access.is_owner_or_admin(caller, image)
                                  or project_id == caller.project_id):
            raise Refused("member.not_found", member_id=project_id, image_id=image.id)
        return member

    def _now(self, at: float | None) -> float:
        return self._service.clock.now() if at is None else at
