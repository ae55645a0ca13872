"""Copies of images, within a region and to another region.

Source: page *Replicating an Image Within a Region*; for other regions, Huawei's client.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import access
from ..callers import Caller
from ..ids import new_id
from ..image import Image, file_size, is_whole
from ..refusal import ImsError
from ..world import lookup
from .making import MakesImage, check_quota, plan
from .sources import GB, data_of, environment, image_of
from .undertaking import Undertaking

if TYPE_CHECKING:
    from ...server.state import Service
    from ..job import Job
    from ..world import World

# User guide, chapter *Constraints*, table *Constraints on replicating an image*.
MAX_SIZE = 128 * GB
MAX_JOBS = 5
JOB_TYPES = ("imsCopyImageInRegionJob", "imsCopyImageCrossRegionJob")
# Attributes that a copy does not take from its source: visibility, encryption, its own history, and
# what is known of its data only when that is there.
_OWN = frozenset({"__system__cmkid", "__imagetype", "active_at", "__description",
                  "enterprise_project_id", "__image_size", "__root_origin"})


class _Copying(Undertaking):
    def __init__(
        self, service: Service, caller: Caller, image_id: str, body: dict[str, Any]
    ) -> None:
        super().__init__(service, caller)
        self._image_id = image_id
        self.body = body
        self.image: Image

    def find(self) -> None:
        """Check that the image exists.

        Raises:
            ImsError: ``IMG.0144``.
        """
        self.image = image_of(self.service, self.caller, self._image_id)

    def check_state(self) -> None:
        """Check that the image can be copied: its kind, and that the caller owns or shares it.

        Raises:
            ImsError: ``IMG.0083``, ``IMG.0196``, ``IMG.0197``, ``IMG.0167``, ``IMG.0046``,
                ``IMG.0105`` for more than 128 GB.
        """
        image = self.image
        if image.visibility == "public":
            raise ImsError("IMG.0083", detail="it cannot be replicated")
        if not access.is_owner_or_admin(self.caller, image):
            member = image.members.get(self.caller.project_id or "")
            if member is None or member.status != "accepted":
                raise ImsError("IMG.0196")
            if image.properties.get("__system__cmkid"):
                raise ImsError("IMG.0197")
        if environment(image) == "IsoImage":
            raise ImsError("IMG.0167")
        if image.status != "active":
            raise ImsError("IMG.0046")
        if file_size(image) > MAX_SIZE:
            raise ImsError("IMG.0105", detail="an image of more than 128 GB cannot be replicated")

    def check_flow(self) -> None:
        """Check that the project has no five replications under way.

        Raises:
            ImsError: ``IMG.0060``.
        """
        super().check_flow()
        running = sum(job.project_id == self.caller.project_id and job.type.name in JOB_TYPES
                      for job in self.service.jobs.under_way())
        if running >= MAX_JOBS:
            raise ImsError("IMG.0060", detail=f"a tenant replicates at most {MAX_JOBS} images at "
                           "a time")


class Copy(_Copying):
    """``POST /v1/cloudimages/{image_id}/copy``."""

    def permit(self) -> None:
        """Check the permission to create server images in the enterprise project."""
        super().permit()
        if self.body.get("enterprise_project_id") not in (None, "0"):
            self.caller.require(["ims:serverImages:create"])

    def find(self) -> None:
        """Check that the image, both keys and the enterprise project exist.

        Raises:
            ImsError: ``IMG.0144``, or as ``lookup.key`` and ``lookup.enterprise_project``.
        """
        super().find()
        world, cmk_id = self.service.world, self.body.get("cmk_id")
        original = self.image.properties.get("__system__cmkid")
        if cmk_id and cmk_id == original:
            raise ImsError("IMG.0096")
        if original:
            lookup.key(world, original, original=True)
        if cmk_id:
            lookup.key(world, cmk_id)
        access.require_project(self.caller, self.body.get("enterprise_project_id"))
        if self.body.get("enterprise_project_id"):
            lookup.enterprise_project(world, self.body["enterprise_project_id"], pays=True)

    def check_state(self) -> None:
        """Check the image as for every copy. Refuse full-ECS images, and a key for a BMS image.

        Raises:
            ImsError: ``IMG.0130``, ``IMG.0118``, and as before.
        """
        if is_whole(self.image):
            raise ImsError("IMG.0130")
        if environment(self.image) == "Ironic" and self.body.get("cmk_id"):
            raise ImsError("IMG.0118")
        super().check_state()

    def check_quota(self) -> None:
        """Check the quota."""
        check_quota(self.service, self.caller)

    def submit(self) -> Job:
        """Create the copy with its source's attributes, except for those that the request sets."""
        image, found = self.image, plan(self.caller, self.body)
        properties = {name: value for name, value in image.properties.items()
                      if name not in _OWN}
        found.properties = {**properties, "__originalimagename": image.id,
                            "__data_origin": f"image,{image.id}", **found.properties}
        if self.body.get("cmk_id"):
            found.properties["__system__cmkid"] = self.body["cmk_id"]
        found.min_disk, found.min_ram = image.min_disk, image.min_ram
        found.tags = list(image.tags)
        found.disk_format = image.disk_format or "zvhd2"
        found.data, found.size = data_of(self.service, image), file_size(image)
        found.from_file = "__root_origin" in image.properties
        return self.service.jobs.submit("imsCopyImageInRegionJob", self.caller.project_id,
                                        MakesImage(self.service, found))


class _LeavesRegion:
    """The work of a job that creates an image in another region, outside this fake."""

    def __init__(self, world: World, **copy: Any) -> None:
        self._world = world
        self._copy = copy
        self._begun = False

    def start(self, now: float) -> None:
        """Start copying."""
        self._begun = True

    def succeed(self, now: float) -> None:
        """Finish. The copy is in another region, so nothing changes here."""
        self._world.remote_images.add(**self._copy)

    def fail(self, now: float, reason: str) -> None:
        """Fail. There is no copy."""

    def entities(self) -> dict[str, Any]:
        """Return name and id of the copy."""
        found = {"image_name": self._copy["name"]}
        if self._begun:
            found["image_id"] = self._copy["id"]
        return found


class CopyCrossRegion(_Copying):
    """``POST /v1/cloudimages/{image_id}/cross_region_copy``."""

    def find(self) -> None:
        """Check that the image, the region, the project there, the agency and the vault exist.

        Raises:
            ImsError: ``IMG.0144``, ``IMG.0177``, ``IMG.0145``, ``IMG.0036``, ``IMG.0179``,
                ``IMG.0184``.
        """
        super().find()
        body, world = self.body, self.service.world
        region = lookup.region(world, body["region"])
        if region.projects and body["project_name"] not in region.projects:
            raise ImsError("IMG.0145")
        lookup.agency(world, body["agency_name"])
        self._vault = lookup.vault(world, body["vault_id"]) if body.get("vault_id") else None

    def check_state(self) -> None:
        """Check the image as for every copy. A full-ECS image needs a vault in the other region.

        Raises:
            ImsError: ``IMG.0178``, ``IMG.0184``, ``IMG.0189``, ``IMG.0197``, and as before.
        """
        if self.body["region"] == self.service.region:
            raise ImsError("IMG.0178")
        if is_whole(self.image):
            if self._vault is None:
                raise ImsError("IMG.0184", detail="vault_id is mandatory for a full-ECS image")
            if not self._vault.supports_replication:
                raise ImsError("IMG.0189")
        super().check_state()

    def submit(self) -> Job:
        """Submit a job whose result is in the other region."""
        body = self.body
        names = ("region", "name", "description", "project_name", "agency_name", "vault_id")
        work = _LeavesRegion(self.service.world, id=new_id(), source_id=self.image.id,
                             **{name: body[name] for name in names})
        return self.service.jobs.submit("imsCopyImageCrossRegionJob", self.caller.project_id,
                                        work)
