"""Images created from servers and their disks.

Source: page *Creating an Image*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import access
from ..callers import Caller
from ..image import Image
from ..minimum_sizes import check_memory
from ..refusal import ImsError
from ..world import lookup
from .from_file import Parts
from .making import MakesImage, Plan, check_quota, plan
from .sources import ENVIRONMENTS, GB
from .undertaking import Undertaking

if TYPE_CHECKING:
    from ...server.state import Service
    from ..job import Job, Work
    from ..world import Disk, Server

MAX_SYSTEM_DISK = 1024  # GB
_SOUND = frozenset({"in-use", "available"})


def check_disk(disk: Disk, code: str) -> None:
    """Refuse a disk from which no image can be created.

    Raises:
        ImsError: ``IMG.0153``, or the code for its status.
    """
    if disk.dedicated:
        raise ImsError("IMG.0153")
    if disk.status not in _SOUND:
        raise ImsError(code)


class FromWorld(Undertaking):
    """Base of all images created from records of the world."""

    def __init__(self, service: Service, caller: Caller, body: dict[str, Any]) -> None:
        super().__init__(service, caller)
        self.body = body

    def find(self) -> None:
        """Check that the enterprise project exists.

        Raises:
            Refused: ``policy.denied``: the caller may not use it.
            ImsError: as ``lookup.enterprise_project``.
        """
        access.require_project(self.caller, self.body.get("enterprise_project_id"))
        if self.body.get("enterprise_project_id"):
            lookup.enterprise_project(
                self.service.world, self.body["enterprise_project_id"], pays=True)

    def check_quota(self) -> None:
        """Check the quota."""
        check_quota(self.service, self.caller)


class FromServer(FromWorld):
    """A system disk image of a stopped server."""

    def find(self) -> None:
        """Check that the server and its system disk exist.

        Raises:
            ImsError: ``IMG.0005``, ``IMG.0119``.
        """
        super().find()
        world = self.service.world
        self._server = lookup.server(world, self.body["instance_id"])
        if self._server.system_disk is None:
            raise ImsError("IMG.0119")
        self._disk = lookup.disk(world, self._server.system_disk, "IMG.0119")

    def check_state(self) -> None:
        """Check that the server's state allows creating an image.

        Raises:
            ImsError: ``IMG.0063``, ``IMG.0164``, ``IMG.0010``, ``IMG.0008``, ``IMG.0153``,
                ``IMG.0110``, ``IMG.0006``, ``IMG.0139``, ``IMG.0111``, ``IMG.0055``,
                ``IMG.0138``.
        """
        check_server(self.service, self._server, self._disk)
        if of_server(self.service, self._server, self._disk)["__os_version"] is None:
            raise ImsError("IMG.0138")
        if self._disk.size > MAX_SYSTEM_DISK:
            raise ImsError("IMG.0111")
        maximum = self.body.get("max_ram")
        if maximum is not None and maximum < max(self.body["min_ram"], self._server.min_ram):
            raise ImsError("IMG.0055", detail="max_ram is less than min_ram or than the flavor's "
                           "memory")

    def submit(self) -> Job:
        """Create the image. At the end of the job, check the server again."""
        server, disk = self._server, self._disk
        found = plan(self.caller, self.body, **of_server(self.service, server, disk))
        found.properties["__data_origin"] = f"instance,{server.id}"
        found.min_disk, found.size = disk.size, disk.size * GB
        world = self.service.world

        def still_there(image: Image) -> None:
            if server.id not in world.servers:
                raise ImsError("IMG.0005")

        work = MakesImage(self.service, found, still_there)
        return self.service.jobs.submit("imsCreateImageByInstance", self.caller.project_id, work)


def check_server(service: Service, server: Server, disk: Disk) -> None:
    """Refuse a server from which no image can be created now.

    Raises:
        ImsError: ``IMG.0063``, ``IMG.0164``, ``IMG.0010``, ``IMG.0008``, and for its disks
            ``IMG.0153``, ``IMG.0110``, ``IMG.0006``, ``IMG.0139``.
    """
    if not server.supports_images:
        raise ImsError("IMG.0063")
    if server.is_reclaimed:
        raise ImsError("IMG.0164")
    if server.task is not None:
        raise ImsError("IMG.0010")
    if server.status != "SHUTOFF":
        raise ImsError("IMG.0008")
    if disk.status == "error":
        raise ImsError("IMG.0006")
    check_disk(disk, "IMG.0110")
    for disk_id in server.data_disks:
        if lookup.disk(service.world, disk_id).creates_servers:
            raise ImsError("IMG.0139")


def of_server(service: Service, server: Server, disk: Disk) -> dict[str, str | None]:
    """Return the vendor attributes that an image takes from its server."""
    parent = service.store.get(server.image_id) if server.image_id else None
    parent_version = None if parent is None else parent.properties.get("__os_version")
    return {
        "__os_version": parent_version or server.os_version,
        "virtual_env_type": ENVIRONMENTS[server.kind],
        "hw_firmware_type": server.firmware,
        "__originalimagename": server.image_id,
        "__sequence_num": "0",
        "__system__cmkid": disk.cmk_id,
    }


class FromVolume(FromWorld):
    """A system disk image of a data disk."""

    def find(self) -> None:
        """Check that the disk exists.

        Raises:
            ImsError: ``IMG.0120``.
        """
        super().find()
        self._disk = lookup.disk(self.service.world, self.body["volume_id"])

    def check_state(self) -> None:
        """Check that the disk's state allows creating an image.

        Raises:
            ImsError: ``IMG.0153``, ``IMG.0022``, ``IMG.0111``, ``IMG.0055``.
        """
        check_disk(self._disk, "IMG.0022")
        if self._disk.size > MAX_SYSTEM_DISK:
            raise ImsError("IMG.0111")
        check_memory(self.body.get("min_ram"), self.body.get("max_ram"))

    def submit(self) -> Job:
        """Create the image. The system found on the disk takes precedence over the request."""
        disk = self._disk
        found = plan(
            self.caller, self.body,
            __os_version=disk.os_version or self.body["os_version"],
            virtual_env_type=ENVIRONMENTS[self.body["type"]],
            __data_origin=f"volume,{disk.id}",
            __system__cmkid=disk.cmk_id,
        )
        found.min_disk, found.size = disk.size, disk.size * GB
        return self.service.jobs.submit("imsVolumeCreateImageJob", self.caller.project_id,
                                        MakesImage(self.service, found))


class FromDisks(FromWorld):
    """Data disk images of several data disks of one server, one image per disk."""

    def find(self) -> None:
        """Check that the disks exist and belong to one server.

        Raises:
            ImsError: ``IMG.0120``, ``IMG.0140``.
        """
        super().find()
        requests = self.body["data_images"]
        ids = [request["volume_id"] for request in requests]
        if len(set(ids)) < len(ids):
            raise ImsError("IMG.0120", detail="a volume_id stands there twice")
        self._disks = [lookup.disk(self.service.world, disk_id) for disk_id in ids]
        if len({disk.server_id for disk in self._disks}) > 1:
            raise ImsError("IMG.0140")

    def check_state(self) -> None:
        """Check that the state of the disks allows creating images.

        Raises:
            ImsError: ``IMG.0153``, ``IMG.0022``.
        """
        for disk in self._disks:
            check_disk(disk, "IMG.0022")

    def check_quota(self) -> None:
        """Check the quota for all images."""
        check_quota(self.service, self.caller, len(self._disks))

    def submit(self) -> Job:
        """Submit a job with one sub-job per disk."""
        parts: list[tuple[str, Work]] = [
            ("imsCopyVolumeToImageJob", MakesImage(self.service, self._plan(request, disk)))
            for request, disk in zip(self.body["data_images"], self._disks, strict=True)]
        return self.service.jobs.submit("imsVolumesToSysDataImagesJob", self.caller.project_id,
                                        Parts(), parts)

    def _plan(self, request: dict[str, Any], disk: Disk) -> Plan:
        server = self.service.world.servers.get(disk.server_id)
        body = {**request, "enterprise_project_id": self.body.get("enterprise_project_id")}
        found = plan(
            self.caller, body,
            virtual_env_type="DataImage",
            __os_version=None if server is None else server.os_version,
            __data_origin=f"volume,{disk.id}",
            __system__cmkid=disk.cmk_id,
        )
        found.min_disk, found.size = disk.size, disk.size * GB
        return found
