"""Exports of images to buckets.

Source: page *Exporting an Image*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import access
from ..callers import Caller
from ..image import Image, file_size, is_whole
from ..refusal import ImsError
from ..world import lookup
from .sources import GB, data_of, environment, image_of
from .undertaking import Undertaking

if TYPE_CHECKING:
    from ...server.state import Service
    from ..job import Job

MAX_EXPORT = 1024 * GB
MAX_PLAIN_EXPORT = 128 * GB
# Systems with a licence fee: public images of them, and images made from those, stay in the cloud.
_CHARGED = frozenset({"Windows", "SUSE", "Red Hat", "Ubuntu", "Oracle Linux"})


class WritesObject:
    """The work of a job that writes an image to a bucket."""

    def __init__(self, service: Service, image: Image, url: str, file_format: str) -> None:
        self._service = service
        self._image = image
        self.url = url
        self._format = file_format

    def start(self, now: float) -> None:
        """Start. The bucket shows nothing before the end."""

    def succeed(self, now: float) -> None:
        """Add the object to the bucket.

        Raises:
            ImsError: the image or the bucket is gone, or the object exists by now.
        """
        image = self._image
        if self._service.store.get(image.id) is not image:
            raise ImsError("IMG.0144")
        bucket_name, _, name = self.url.partition(":")
        bucket = lookup.bucket(self._service.world, bucket_name)
        if name in bucket:
            raise ImsError("IMG.0070")
        data = data_of(self._service, image)
        bucket._keep(name, data, max(file_size(image), data.size if data else 0), self._format)

    def fail(self, now: float, reason: str) -> None:
        """Fail. There is no object."""

    def entities(self) -> dict[str, Any]:
        """Return the id of the image."""
        return {"image_id": self._image.id}


class Export(Undertaking):
    """``POST /v1/cloudimages/{image_id}/file``."""

    def __init__(
        self, service: Service, caller: Caller, image_id: str, body: dict[str, Any]
    ) -> None:
        super().__init__(service, caller)
        self._image_id = image_id
        self._url: str = body["bucket_url"]
        self._quick: bool = body["is_quick_export"]
        # Clients send a format even with a fast export, which always writes ZVHD2.
        self._format: str = "zvhd2" if self._quick else body["file_format"]

    def find(self) -> None:
        """Check that the image and the bucket exist.

        Raises:
            ImsError: ``IMG.0144``, or as ``World.bucket``.
        """
        self._image = image_of(self.service, self.caller, self._image_id)
        bucket, _, self._name = self._url.partition(":")
        self._bucket = lookup.bucket(self.service.world, bucket)

    def check_state(self) -> None:
        """Check that the image may leave the cloud.

        Raises:
            ImsError: ``IMG.0077``, ``IMG.0047``, ``IMG.0128``, ``IMG.0080``, ``IMG.0167``,
                ``IMG.0079``, ``IMG.0046``, ``IMG.0160``, ``IMG.0071``.
        """
        image = self._image
        if image.visibility == "public":
            raise ImsError("IMG.0077")
        if not access.is_owner_or_admin(self.caller, image):
            raise ImsError("IMG.0047")
        if is_whole(image):
            raise ImsError("IMG.0080" if image.properties.get("__backup_id") else "IMG.0128")
        if environment(image) == "IsoImage":
            raise ImsError("IMG.0167")
        if self._is_charged():
            raise ImsError("IMG.0079")
        if image.status != "active":
            raise ImsError("IMG.0046")
        size = file_size(image)
        if size >= MAX_EXPORT:
            raise ImsError("IMG.0071", detail="it is not smaller than 1 TB")
        if size > MAX_PLAIN_EXPORT and not self._quick:
            raise ImsError("IMG.0160")
        if self._quick and image.properties.get("__system__cmkid"):
            raise ImsError("IMG.0071", detail="an encrypted image has no fast export")

    def _is_charged(self) -> bool:
        """Return whether the image comes from a public image with a licence fee, by any copies."""
        store, image = self.service.store, self._image
        seen: set[str] = set()
        while (parent_id := image.properties.get("__originalimagename", "")) not in seen:
            seen.add(parent_id)
            parent = store.get(parent_id) or store.deleted(parent_id)
            if parent is None:
                return False
            if parent.visibility == "public":
                return parent.properties.get("__platform") in _CHARGED
            image = parent
        return False

    def check_conflict(self) -> None:
        """Check that the object does not exist, and that no other export of the image is running.

        Raises:
            ImsError: ``IMG.0148``, ``IMG.0070``.
        """
        taken = self._name in self._bucket
        for job in self.service.jobs.under_way():
            if isinstance(job.work, WritesObject):
                if job.work.entities()["image_id"] == self._image.id:
                    raise ImsError("IMG.0148")
                taken = taken or job.work.url == self._url
        if taken:
            raise ImsError("IMG.0070")

    def submit(self) -> Job:
        """Submit the job. The object appears at its end."""
        work = WritesObject(self.service, self._image, self._url, self._format)
        return self.service.jobs.submit("imsNativeExportImageJob", self.caller.project_id, work)
