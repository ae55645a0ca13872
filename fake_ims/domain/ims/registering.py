"""Registering a file as the data of an existing image without data.

Source: page *Registering an Image*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import access
from ..callers import Caller
from ..image import Image
from ..refusal import ImsError
from ..world import lookup
from ..world.content import filled
from .sources import DISK_FORMATS, MAX_FILE, image_of
from .undertaking import Undertaking

if TYPE_CHECKING:
    from ...server.state import Service
    from ..job import Job
    from ..world import StoredObject


class FillsImage:
    """The work of a job that gives an image its data."""

    def __init__(self, service: Service, image: Image, file: StoredObject) -> None:
        self._service = service
        self._image = image
        self._file = file
        self._begun = False

    def start(self, now: float) -> None:
        """Set the image to ``saving``, unless a client has started an upload."""
        if self._is_there() and self._image.status == "queued":
            self._begun = True
            self._image.status = "saving"
            self._image.changed(now)

    def succeed(self, now: float) -> None:
        """Activate the image with the file's bytes.

        Raises:
            ImsError: ``IMG.1075``: the image is gone, or has got data in another way.
        """
        image = self._image
        if not self._is_filling:
            raise ImsError("IMG.1075")
        blob = filled(self._service.store.spool, self._file._content)
        image.hold(blob)
        image.status = "active"
        self._service.profile.activated(image, now)
        image.properties["__image_size"] = str(self._file.size)
        image.changed(now)

    def fail(self, now: float, reason: str) -> None:
        """Kill the image, unless it has got data in another way."""
        if self._is_filling or (not self._begun and self._is_there()
                                       and self._image.status == "queued"):
            self._service.transitions.kill(self._image, reason, now)

    def entities(self) -> dict[str, Any]:
        """Return the id of the image."""
        return {"image_id": self._image.id}

    @property
    def _is_filling(self) -> bool:
        return self._begun and self._is_there() and self._image.status == "saving"

    def _is_there(self) -> bool:
        return self._service.store.get(self._image.id) is self._image


class Register(Undertaking):
    """``PUT /v1/cloudimages/{image_id}/upload``."""

    def __init__(self, service: Service, caller: Caller, image_id: str, url: str) -> None:
        super().__init__(service, caller)
        self._image_id = image_id
        self._url = url

    def find(self) -> None:
        """Check that the image and the file exist.

        Raises:
            ImsError: ``IMG.0144``, or as ``World.file``.
        """
        self._image = image_of(self.service, self.caller, self._image_id)
        if not access.is_owner_or_admin(self.caller, self._image):
            raise ImsError("IMG.0047")
        self._file = lookup.file(self.service.world, self._url)

    def check_state(self) -> None:
        """Check that the image is waiting for data, and that the file contains a disk.

        Raises:
            ImsError: ``IMG.0046``, ``IMG.0057``, ``IMG.0059``.
        """
        if self._image.status != "queued":
            raise ImsError("IMG.0046", detail=f"it is {self._image.status}, not queued")
        if self._file.format not in DISK_FORMATS:
            raise ImsError("IMG.0057", detail=f"format {self._file.format}")
        if self._file.size > MAX_FILE:
            raise ImsError("IMG.0059")

    def check_conflict(self) -> None:
        """Check that no other file is being registered for the image.

        Raises:
            ImsError: ``IMG.0046``.
        """
        for job in self.service.jobs.under_way():
            if (job.type.name == "imsNativeImportImageJob"
                    and job.work.entities()["image_id"] == self._image.id):
                raise ImsError("IMG.0046", detail="a file is being registered for it")

    def submit(self) -> Job:
        """Submit the job. The image becomes saving, then active."""
        return self.service.jobs.submit("imsNativeImportImageJob", self.caller.project_id,
                                        FillsImage(self.service, self._image, self._file))
