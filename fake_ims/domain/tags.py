"""Adding and removing tags of images, one at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..contract.options import exceeds
from . import access
from .callers import Caller
from .image import Image
from .refusal import Refused

if TYPE_CHECKING:
    from ..server.state import Service


class Tags:
    """The tags of one service's images."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def add(self, caller: Caller, image_id: str, tag: str) -> None:
        """Add a tag. An existing tag stays, and the image counts as changed all the same.

        Raises:
            Refused: the image does not exist or belongs to another project, or has too many tags.
        """
        image = self._image(caller, image_id)
        if tag in image.tags:
            image.changed(self._service.clock.now())
            return
        maximum = self._service.profile.options.image_tag_quota
        if exceeds(len(image.tags) + 1, maximum):
            raise Refused("tag.too_many", image_id=image_id, attempted=len(image.tags) + 1,
                          maximum=maximum)
        self._service.store.retag(image, (*image.tags, tag))
        image.changed(self._service.clock.now())

    def delete(self, caller: Caller, image_id: str, tag: str) -> None:
        """Remove a tag.

        Raises:
            Refused: the image or tag does not exist, or the image belongs to another project.
        """
        image = self._image(caller, image_id)
        if tag not in image.tags:
            raise Refused("tag.not_found")
        self._service.store.retag(image, [one for one in image.tags if one != tag])
        image.changed(self._service.clock.now())

    def _image(self, caller: Caller, image_id: str) -> Image:
        try:
            image = self._service.images.get(caller, image_id)
        except Refused:
            raise Refused("image.not_found_in", image_id=image_id) from None
        access.require("modify_image", caller, image)
        return image
