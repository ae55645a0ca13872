"""Uploads of image data: how they start, fail or end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import access, image_signatures
from .callers import Caller
from .data import Blob
from .formats import INSPECTABLE
from .image import TRANSITIONS, Image
from .refusal import Refused

if TYPE_CHECKING:
    from ..server.state import Service


class Uploads:
    """The uploads of one service."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def begin(self, caller: Caller, image_id: str, status: str = "saving") -> Image:
        """Start an upload of an image's data (``saving``), or its staging (``uploading``).

        Raises:
            Refused: the image does not exist, belongs to another project, is not ``queued``, or
                has no formats, or has a signature that cannot be verified.
        """
        image = self._service.images.get(caller, image_id)
        rule = "upload_image" if status == "saving" else "modify_image"
        access.require(rule, caller, image)
        self._move(image, status)
        if status == "saving":
            self._verify(image)
        return image

    def _verify(self, image: Image) -> None:
        reason = self.unverified(image)
        if reason is not None:
            image.status = "queued"
            image.changed(self._now())
            raise Refused("data.signature", image_id=image.id, reason=reason)

    def unverified(self, image: Image) -> str | None:
        """Return why the service takes no data for a signed image; None if it takes them."""
        if not self._service.profile.verifies_images:
            return None
        return image_signatures.problem(image.properties)

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
        image.changed(self._now())

    # A fault can change this for one request: see faults/view.py.
    def abort(self, image: Image, reason: str) -> None:
        """Handle an incomplete upload: the profile resets the image to ``queued``, or kills it."""
        if not self._is_there(image) or image.status not in ("saving", "uploading"):
            return
        if self._service.profile.kills_aborted_uploads:
            self._service.transitions.kill(image, reason, self._now())
            return
        image.drop_data()
        image.status = "queued"
        image.changed(self._now())

    def end(self, image: Image, blob: Blob, store: str | None) -> None:
        """Complete an upload: the image becomes ``active`` or ``killed``, after its lifecycle.

        Raises:
            Refused: the image is gone by now (410), or its format contradicts the bytes (415).
        """
        if not self._is_there(image) or image.status != "saving":
            blob.close()
            raise Refused("data.gone", image_id=image.id)
        try:
            image.virtual_size = self.inspect(image, blob)
        except Refused:
            # As in Glance, the image can be uploaded again but keeps what the bytes have shown.
            self._keep(image, blob, store)
            image.size = image.virtual_size = None
            image.status = "queued"
            image.changed(self._now())
            raise
        self._keep(image, blob, store)
        self._service.transitions.data_arrived(image)

    def _keep(self, image: Image, blob: Blob, store: str | None) -> None:
        image.hold(blob)
        image.stores = (store,) if store else ()
        image.locations = ()

    def inspect(self, image: Image, blob: Blob) -> int | None:
        """Return the virtual size that the bytes show, if any.

        Raises:
            Refused: ``data.format_mismatch``.
        """
        profile = self._service.profile
        must_match = profile.options.require_image_format_match
        if not (must_match or profile.measures_disks) or image.container_format != "bare":
            return None
        if blob.format == image.disk_format:
            return blob.virtual_size or None
        if image.disk_format == "raw":
            return blob.size or None
        if not must_match or (blob.format == "raw" and image.disk_format not in INSPECTABLE):
            return None
        raise Refused("data.format_mismatch",
                      reason=f"Image disk_format {image.disk_format} does not match stream data "
                      f"{blob.format}")

    def _now(self) -> float:
        return self._service.clock.now()

    def _is_there(self, image: Image) -> bool:
        return self._service.store.get(image.id) is image
