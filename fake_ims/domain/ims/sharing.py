"""Image sharing in batches: jobs that add, remove and update members.

Source: chapter *Image Sharing* of the IMS APIs, chapter *Restrictions on Image Sharing*.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...contract.options import exceeds
from .. import access, sharing
from ..callers import Caller
from ..image import Image, is_whole
from ..refusal import ImsError, Refused
from ..world import lookup
from .undertaking import Undertaking

if TYPE_CHECKING:
    from ...server.state import Service
    from ..job import Job

Step = Callable[[Image, str, float], None]


class SharesImages:
    """The work of a job on members. Each pair of image and project is one step.

    Args:
        pairs: the images and projects.
        step: handles one pair, at an instant; raises ``ImsError`` or ``Refused`` if that is
            impossible by now.
        lists: whether ``results`` lists the images.
    """

    def __init__(self, pairs: list[tuple[Image, str]], step: Step, lists: bool) -> None:
        self._pairs = pairs
        self._step = step
        self._lists = lists
        self._done: dict[str, str] = {}

    def start(self, now: float) -> None:
        """Start. Nothing changes before the end."""

    def succeed(self, now: float) -> None:
        """Run every step."""
        for image, project_id in self._pairs:
            try:
                self._step(image, project_id, now)
            except Refused as refused:
                raise ImsError(refused.row.code) from None
            self._done[image.id] = "success"

    def fail(self, now: float, reason: str) -> None:
        """Fail. Steps already done stay done; the others count as failed."""
        for image, _ in self._pairs:
            self._done.setdefault(image.id, "failed")

    def entities(self) -> dict[str, Any]:
        """Return the result for each image."""
        if not self._lists:
            return {"results": []}
        return {"results": [{"image_id": image_id, "status": status}
                            for image_id, status in self._done.items()]}


class _Sharing(Undertaking):
    """Base of adding, removing and updating members."""

    job_type = ""
    lists = True

    def __init__(
        self, service: Service, caller: Caller, image_ids: list[str], projects: list[str]
    ) -> None:
        super().__init__(service, caller)
        self._image_ids = list(dict.fromkeys(image_ids))
        self.projects = list(dict.fromkeys(projects))
        self.images: list[Image] = []

    def find(self) -> None:
        """Check that every image exists for this caller.

        Raises:
            ImsError: ``IMG.0027``.
        """
        for image_id in self._image_ids:
            image = self.service.store.get(image_id)
            if image is None or not access.is_visible(self.caller, image):
                raise ImsError("IMG.0027", detail=image_id)
            self.images.append(image)

    def submit(self) -> Job:
        """Submit a job that runs every step."""
        pairs = [(image, project) for image in self.images for project in self.projects]
        work = SharesImages(pairs, self.step, self.lists)
        return self.service.jobs.submit(self.job_type, self.caller.project_id, work)

    @abstractmethod
    def step(self, image: Image, project_id: str, now: float) -> None:
        """Handle one image and one project."""

    def _own(self) -> None:
        for image in self.images:
            if image.visibility == "public":
                raise ImsError("IMG.0089")
            if not access.is_owner_or_admin(self.caller, image):
                raise ImsError("IMG.0047")


class AddMembers(_Sharing):
    """Page *Adding Image Sharing Members*."""

    job_type = "imsAddImageMembersJob"

    def find(self) -> None:
        """Check that every image exists, and that IAM can look up the tenants.

        Raises:
            ImsError: ``IMG.0027``, or ``IMG.0064`` if IAM does not respond.
        """
        super().find()
        lookup.service(self.service.world, "IAM", "IMG.0064")

    def check_state(self) -> None:
        """Check that the caller owns the images, that they are active and private, and of a kind
        that can be shared, and that no member is the owner.

        Raises:
            ImsError: ``IMG.0089``, ``IMG.0047``, ``IMG.0046``, ``IMG.0135``, ``IMG.0098``,
                ``IMG.0076``.
        """
        self._own()
        for image in self.images:
            for project_id in self.projects:
                sharing.check_new_member(self.service.world, image, project_id)

    def check_quota(self) -> None:
        """Check the limit of members per image, which is lower for full-ECS images.

        Raises:
            ImsError: ``IMG.0088``.
        """
        profile = self.service.profile
        for image in self.images:
            new = [project for project in self.projects if project not in image.members]
            limit = (sharing.WHOLE_IMAGE_MEMBERS if is_whole(image)
                     else profile.options.image_member_quota)
            if exceeds(len(image.members) + len(new), limit):
                raise ImsError("IMG.0088")

    def step(self, image: Image, project_id: str, now: float) -> None:
        """Add the member; an existing member keeps its status."""
        if project_id not in image.members:
            self.service.members.add(self.caller, image.id, project_id, now)


class DeleteMembers(_Sharing):
    """Page *Deleting Image Sharing Members*."""

    job_type = "imsDelImageMembersJob"
    lists = False

    def check_state(self) -> None:
        """Check that the caller owns the images.

        Raises:
            ImsError: ``IMG.0089``, ``IMG.0047``.
        """
        self._own()

    def step(self, image: Image, project_id: str, now: float) -> None:
        """Remove the member; a project that is no member counts as removed."""
        if project_id in image.members:
            self.service.members.delete(self.caller, image.id, project_id, now)


class UpdateMembers(_Sharing):
    """Page *Updating the Sharing Status for Images*: by the member itself."""

    job_type = "imsUpdateImageMembersJob"

    def __init__(
        self,
        service: Service,
        caller: Caller,
        image_ids: list[str],
        project_id: str,
        status: str,
        vault_id: str | None,
    ) -> None:
        super().__init__(service, caller, image_ids, [project_id])
        self._status = status
        self._vault_id = vault_id

    def permit(self) -> None:
        """Check that the caller updates their own project only.

        Raises:
            ImsError: ``IMG.0030``.
        """
        super().permit()
        if not self.caller.is_admin and self.projects != [self.caller.project_id]:
            raise ImsError("IMG.0030")

    def find(self) -> None:
        """Check that every image is shared with the project.

        Raises:
            ImsError: ``IMG.0027``.
        """
        super().find()
        for image in self.images:
            if self.projects[0] not in image.members:
                raise ImsError("IMG.0027", detail=f"{image.id} is not shared with the project")

    def check_state(self) -> None:
        """Check that no image has become public, as the other operations on members do, and that
        all can be accepted.

        Raises:
            ImsError: ``IMG.0089``, and as ``sharing.check_acceptance``.
        """
        if any(image.visibility == "public" for image in self.images):
            raise ImsError("IMG.0089")
        sharing.check_acceptance(self.service.world, self.images, self._status, self._vault_id)

    def step(self, image: Image, project_id: str, now: float) -> None:
        """Change the member's status."""
        self.service.members.update(self.caller, image.id, project_id, self._status,
                                    self._vault_id, now)
