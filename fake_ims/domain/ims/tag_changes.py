"""Adding and deleting tags with key and value.

Source: pages *Adding or Modifying a Tag*, *Adding an Image Tag*, *Adding or Deleting Image Tags in
a Batch*, *Deleting an Image Tag*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...contract.parameters.common import MAX_IMAGE_TAGS
from .. import access
from ..callers import Caller
from ..image import Image
from ..refusal import ImsError, Refused
from ..tag_pairs import pair, text
from .sources import image_of

if TYPE_CHECKING:
    from ...server.state import Service


def taggable(service: Service, caller: Caller, image_id: str) -> Image:
    """Return an image whose tags the caller may change.

    Raises:
        ImsError: ``IMG.0144``, ``IMG.0083`` for a public image, ``IMG.0047`` for an image of
            another project.
        Refused: ``policy.denied``: the caller has read access only.
    """
    service.transitions.settle()
    if not caller.is_admin and "member" not in caller.roles:
        raise Refused("policy.denied", rule="modify_image")
    image = image_of(service, caller, image_id)
    if image.visibility == "public" and not caller.is_admin:
        raise ImsError("IMG.0083", detail="only private images have tags of their own")
    if not access.is_owner_or_admin(caller, image):
        raise ImsError("IMG.0047")
    return image


def put(service: Service, image: Image, pairs: dict[str, str]) -> None:
    """Set tags. A tag with an existing key replaces that tag's value.

    Raises:
        ImsError: ``IMG.0116``: more than ten tags.
    """
    kept: dict[str, str] = {}
    for tag in image.tags:
        key, _ = pair(tag)
        kept[key] = text(key, pairs[key]) if key in pairs else tag
    for key, value in pairs.items():
        kept.setdefault(key, text(key, value))
    if len(kept) > max(MAX_IMAGE_TAGS, len(image.tags)):
        raise ImsError("IMG.0116")
    _store(service, image, list(kept.values()))


def take(service: Service, image: Image, pairs: dict[str, str | None]) -> None:
    """Remove the given tags that exist. A value of None removes the key with any value."""
    kept = []
    for tag in image.tags:
        key, value = pair(tag)
        if key not in pairs or pairs[key] not in (None, "", value):
            kept.append(tag)
    _store(service, image, kept)


def _store(service: Service, image: Image, tags: list[str]) -> None:
    if tags != list(image.tags):
        service.store.retag(image, tags)
        image.changed(service.clock.now())
