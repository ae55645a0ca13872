"""Rules shared by images from files and by copies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...contract.os_versions import guessed
from .. import access
from ..callers import Caller
from ..image import Image
from ..refusal import ImsError
from ..world.content import Content

if TYPE_CHECKING:
    from ...server.state import Service

GB = 2**30
MAX_FILE = 128 * GB
MAX_QUICK_FILE = 1024 * GB
# Page *Registering an Image*. Not OVA, which holds several disks, and not ISO (an installer).
DISK_FORMATS = frozenset({"zvhd", "qcow2", "vhd", "raw", "vhdx", "qed", "vdi", "qcow", "zvhd2",
                          "vmdk"})
QUICK_FORMATS = frozenset({"zvhd2", "raw"})
# Images from files of these formats keep the format; all others are converted to zvhd2.
KEPT_FORMATS = frozenset({"zvhd2", "zvhd", "vhd", "qcow2", "raw"})
ENVIRONMENTS = {"ECS": "FusionCompute", "FusionCompute": "FusionCompute", "BMS": "Ironic",
                "Ironic": "Ironic", "IsoImage": "IsoImage", "DataImage": "DataImage"}


def kept_format(file_format: str) -> str:
    """Return the ``disk_format`` of an image created from a file of this format."""
    return file_format if file_format in KEPT_FORMATS else "zvhd2"


def os_type_of(os_version: str) -> str:
    """Return ``Linux``, ``Windows`` or ``Other``."""
    return guessed(os_version).os_type


def image_of(service: Service, caller: Caller, image_id: str) -> Image:
    """Return an image that the caller can see.

    Raises:
        ImsError: ``IMG.0144``.
    """
    image = service.store.get(image_id)
    if image is None or not access.is_visible(caller, image):
        raise ImsError("IMG.0144")
    return image


def environment(image: Image) -> str:
    """Return the image's ``virtual_env_type``."""
    return image.properties.get("virtual_env_type", "FusionCompute")


def data_of(service: Service, image: Image) -> Content | None:
    """Return a copy of the image's bytes."""
    return None if image.data is None else Content.copied(service.store.spool, image.data)
