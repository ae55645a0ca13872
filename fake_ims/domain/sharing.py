"""What may be shared, and what accepting it needs: one set of rules for both faces of IMS.

Source: chapter *Restrictions on Image Sharing*; pages *Updating the Image Sharing Status* and
*Updating the Sharing Status for Images*; page *Accepting or Rejecting Shared Images* of the user
guide.

| rule | code |
|---|---|
| the image is active | ``IMG.0046`` |
| a full-ECS image was made of one's own CBR backup | ``IMG.0135`` |
| an encrypted image has no default key | ``IMG.0098`` |
| the new member is not the owner | ``IMG.0076`` |
| a full-ECS image has at most 10 members (others: the profile's number) | ``IMG.0088`` |
| to accept full-ECS images, name a vault that exists | ``IMG.0184`` |
| the vault is available | ``IMG.0188`` |
| the vault is for servers | ``IMG.0193`` |
| the vault has room for the backups | ``IMG.0182`` |
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .image import Image, file_size, is_whole
from .refusal import ImsError
from .world import lookup

if TYPE_CHECKING:
    from ..server.state import Service

WHOLE_IMAGE_MEMBERS = 10
GB = 2**30


def check_image(service: Service, image: Image) -> None:
    """Check that an image is in a state and of a kind that can be shared.

    Raises:
        ImsError: ``IMG.0046``, ``IMG.0135``, ``IMG.0098``.
    """
    if image.status != "active":
        raise ImsError("IMG.0046")
    if is_whole(image):
        backup = service.world.backups.get(image.properties.get("__backup_id", ""))
        if backup is not None and (backup.kind != "CBR" or backup.is_shared):
            raise ImsError("IMG.0135")
    key_id = image.properties.get("__system__cmkid")
    key = service.world.keys.get(key_id) if key_id else None
    if key is not None and key.is_default:
        raise ImsError("IMG.0098")


def check_new_member(service: Service, image: Image, project_id: str) -> None:
    """Check that an image can be shared with a project.

    Raises:
        ImsError: as ``check_image``, ``IMG.0076``.
    """
    check_image(service, image)
    if project_id == image.owner:
        raise ImsError("IMG.0076")


def check_acceptance(
    service: Service, images: Sequence[Image], status: object, vault_id: str | None
) -> None:
    """Check that a member can set its status for images that are shared with it.

    Args:
        service: the service.
        images: the images of the request.
        status: the new status.
        vault_id: the vault that receives the backups of full-ECS images.

    Raises:
        ImsError: ``IMG.0184``, ``IMG.0188``, ``IMG.0193``; to accept, also ``IMG.0182`` and as
            ``check_image``.
    """
    whole = [image for image in images if is_whole(image)] if status == "accepted" else []
    if whole and not vault_id:
        raise ImsError("IMG.0184", detail="vault_id is mandatory to accept a full-ECS image")
    if vault_id:
        vault = lookup.vault(service.world, vault_id)
        if vault.status != "available":
            raise ImsError("IMG.0188")
        if vault.object_type != "server":
            raise ImsError("IMG.0193")
        if vault.used + sum(_backup_size(service, image) for image in whole) > vault.capacity:
            raise ImsError("IMG.0182")
    if status == "accepted":
        for image in images:
            check_image(service, image)


def _backup_size(service: Service, image: Image) -> int:
    """Return the size in GB of the backup of a full-ECS image."""
    backup = service.world.backups.get(image.properties.get("__backup_id", ""))
    if backup is not None:
        return backup.size
    return -(-file_size(image) // GB)
