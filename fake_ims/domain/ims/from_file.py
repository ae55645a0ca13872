"""Images created from external files in buckets.

Source: pages *Creating an Image*, *Importing an Image File Quickly* and *Creating a Data Disk
Image from an External Image File*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...contract.parameters.common import MAX_NAME
from .. import access
from ..callers import Caller
from ..formats import Inspector
from ..minimum_sizes import check_memory
from ..refusal import ImsError
from ..world import lookup
from .making import MakesImage, Plan, check_quota, plan
from .sources import (
    DISK_FORMATS,
    ENVIRONMENTS,
    GB,
    MAX_FILE,
    MAX_QUICK_FILE,
    QUICK_FORMATS,
    kept_format,
    os_type_of,
)
from .undertaking import Undertaking

if TYPE_CHECKING:
    from ...server.state import Service
    from ..job import Job, Work
    from ..world import StoredObject


class FromFile(Undertaking):
    """A system disk image from a file, and optionally data disk images from further files.

    Args:
        service: the service.
        caller: who makes the request.
        body: the request body, as returned by ``reading.read``.
        quick: whether the file is imported without conversion.
    """

    def __init__(
        self,
        service: Service,
        caller: Caller,
        body: dict[str, Any],
        *,
        quick: bool = False,
    ) -> None:
        super().__init__(service, caller)
        self.body = body
        self.kind: str = body.get("type") or "ECS"
        self.job_type = ("imsImportDataImageJob" if self.kind == "DataImage"
                         else "imsImportImageJob")
        self.quick = quick or bool(body.get("is_quick_import"))
        self.data_images: list[dict[str, Any]] = body.get("data_images") or []
        self.files: list[StoredObject] = []

    def permit(self) -> None:
        """Check the action: system disk images and data disk images have different ones."""
        super().permit()
        data_image = self.kind == "DataImage"
        self.caller.require([f"ims:{'dataImages' if data_image else 'serverImages'}:create"])

    def find(self) -> None:
        """Check that the files, the key and the enterprise project exist.

        Raises:
            ImsError: as ``World.file``, ``World.key`` and ``World.enterprise_project``;
                ``IMG.0123`` if two of the files are the same.
        """
        urls = [self.body["image_url"], *(one["image_url"] for one in self.data_images)]
        if len(set(urls)) < len(urls):
            raise ImsError("IMG.0123")
        world = self.service.world
        self.files = [lookup.file(world, url) for url in urls]
        if self.body.get("cmk_id"):
            lookup.key(world, self.body["cmk_id"])
        access.require_project(self.caller, self.body.get("enterprise_project_id"))
        if self.body.get("enterprise_project_id"):
            lookup.enterprise_project(world, self.body["enterprise_project_id"], pays=True)

    def check_state(self) -> None:
        """Check that format and size of the files allow this import.

        Raises:
            ImsError: ``IMG.0118``, ``IMG.0166``, ``IMG.0056``, ``IMG.0057``, ``IMG.0072``,
                ``IMG.0059``, ``IMG.0055``.
        """
        body = self.body
        is_iso = self.files[0].format == "iso"
        if (self.kind == "IsoImage") != is_iso:
            raise ImsError("IMG.0057", detail="an ISO file makes an image of type IsoImage, and "
                           "no other file does")
        if is_iso and not body.get("os_version"):
            raise ImsError("IMG.0166")
        if self.kind in ("BMS", "Ironic") and body.get("cmk_id"):
            raise ImsError("IMG.0118")
        if self.quick and self.kind != "DataImage" and not body.get("os_version"):
            raise ImsError("IMG.0056", detail="os_version is mandatory for a quick import")
        others = frozenset() if self.kind == "DataImage" else frozenset({"iso", "ova"})
        self._check_file(self.files[0], self.quick, body["min_disk"], others)
        for request, file in zip(self.data_images, self.files[1:], strict=True):
            self._check_file(file, bool(request.get("is_quick_import")), request["min_disk"])
        check_memory(body.get("min_ram"), body.get("max_ram"))
        # A quick import changes the boot mode by itself (page *Importing an Image File Quickly*).
        if body.get("architecture") == "arm" and body.get("hw_firmware_type") == "bios" and (
            not self.quick
        ):
            raise ImsError("IMG.0141", detail="an image for ARM boots by uefi only")

    def _check_file(
        self, file: StoredObject, quick: bool, min_disk: int,
        others: frozenset[str] = frozenset(),
    ) -> None:
        if quick:
            if file.format not in QUICK_FORMATS:
                raise ImsError("IMG.0072", detail=f"{file.format} cannot be imported quickly")
            if file.format == "raw" and not file.has_bitmap:
                raise ImsError("IMG.0057", detail="a RAW file needs a bitmap file beside it")
        elif file.format not in DISK_FORMATS | others:
            raise ImsError("IMG.0057", detail=f"format {file.format}")
        if file.size > (MAX_QUICK_FILE if quick else MAX_FILE):
            raise ImsError("IMG.0059")
        if _disk_size(file) > min_disk * GB:
            raise ImsError("IMG.0055", detail="min_disk is less than the disk in the file")

    def check_quota(self) -> None:
        """Check the quota for all images."""
        check_quota(self.service, self.caller, len(self.files))

    def submit(self) -> Job:
        """Submit one job. Each data disk image, and each disk of an OVA, is a sub-job."""
        system = MakesImage(self.service, self._plan())
        parts: list[tuple[str, Work]] = [
            ("imsImportDataImageJob", MakesImage(self.service, self._data_plan(request, file)))
            for request, file in zip(self.data_images, self.files[1:], strict=True)]
        job_type = self.job_type
        work: Work = system
        if self.files[0].format == "ova" and job_type == "imsImportImageJob":
            job_type = "imsImportOvaImageJob"
            parts.insert(0, ("imsImportImageJob", system))
            work = Parts()
        return self.service.jobs.submit(job_type, self.caller.project_id, work, parts)

    def _plan(self) -> Plan:
        body, file = self.body, self.files[0]
        arm = body.get("architecture") == "arm"
        found = plan(
            self.caller, body,
            virtual_env_type=ENVIRONMENTS[self.kind],
            hw_firmware_type="uefi" if arm else body.get("hw_firmware_type"),
            __support_arm="true" if arm else None,
            __os_version=body.get("os_version"),
            __system__cmkid=body.get("cmk_id"),
            __data_origin=f"file,{body['image_url']}",
            __is_config_init="true" if body.get("is_config") else None,
            __lazyloading="true" if self.quick else None,
        )
        if body.get("os_type"):
            found.properties["__os_type"] = body["os_type"]
        return _filled(found, file)

    def _data_plan(self, request: dict[str, Any], file: StoredObject) -> Plan:
        number = f"-{self.data_images.index(request) + 1}"
        name = request.get("name") or self.body["name"][:MAX_NAME - len(number)] + number
        merged = {**self.body, "tags": None, "image_tags": None, "description": None, **{
            key: value for key, value in request.items() if value is not None}, "name": name}
        found = plan(
            self.caller, merged,
            virtual_env_type="DataImage",
            __data_origin=f"file,{request['image_url']}",
            __system__cmkid=self.body.get("cmk_id"),
            __lazyloading="true" if request.get("is_quick_import") else None,
        )
        # A data disk image has the system of the system disk image.
        found.properties["__os_type"] = self.body.get("os_type") or os_type_of(
            self.body.get("os_version") or "")
        return _filled(found, file)


class Parts:
    """The work of a job that consists of sub-jobs only."""

    def start(self, now: float) -> None:
        """Start together with the sub-jobs."""

    def succeed(self, now: float) -> None:
        """Succeed after the sub-jobs."""

    def fail(self, now: float, reason: str) -> None:
        """Fail together with the sub-jobs."""

    def entities(self) -> dict[str, Any]:
        """Return the entities of the sub-jobs."""
        return {}


def _filled(found: Plan, file: StoredObject) -> Plan:
    found.data, found.size = file.data, file.size
    found.disk_format = kept_format(file.format)
    found.from_file = True
    return found


def _disk_size(file: StoredObject) -> int:
    """Return the size in bytes of the disk in a file; 0 if format and bytes do not show it."""
    if file.data is None:
        return file.size if file.format == "raw" else 0
    inspector = Inspector()
    inspector.feed(file.data[:65536])
    return inspector.virtual_size(len(file.data))
