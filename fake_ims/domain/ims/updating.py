"""Image updates by the IMS APIs.

Source: page *Updating an Image*.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ...contract.attributes import BY_NAME
from ...contract.model import Parameter
from ...contract.parameters.common import DESCRIPTION, ENTERPRISE_PROJECT, NAME
from .. import access, patch
from ..callers import Caller
from ..image import Image
from ..refusal import ImsError
from .reading import read
from .sources import image_of

if TYPE_CHECKING:
    from ...server.state import Service

# The list on the page. Names that the contract does not know are extension attributes.
CHANGEABLE = frozenset({
    "name", "__description", "__support_xen", "__support_largememory", "__support_diskintensive",
    "__support_highperformance", "__support_xen_gpu_type", "__support_kvm_gpu_type",
    "__support_xen_hana", "__is_config_init", "enterprise_project_id", "min_ram", "max_ram",
    "hw_vif_multiqueue_enabled", "hw_firmware_type", "__support_kvm_infiniband",
    "__support_fc_inject", "__support_amd", "__support_kvm_hi1822_hisriov",
    "__support_kvm_hi1822_hivirtionet",
})
ALWAYS = frozenset({"name", "min_ram", "enterprise_project_id"})
"""Attributes that each image has, whether it stores a value or not."""
MAX_EXTENSION_NAME = 255
# Values that image creation checks by the same rules. ``value`` is their field in a patch.
_MEMORY = Parameter("value", "integer", required=True, minimum=0, maximum=2**31 - 1,
                    invalid="IMG.0055", missing="IMG.0055")
_VALUES = {
    "/name": replace(NAME, name="value"),
    "/__description": replace(DESCRIPTION, name="value", required=True),
    "/enterprise_project_id": replace(ENTERPRISE_PROJECT, name="value", required=True),
    "/min_ram": _MEMORY,
    "/max_ram": _MEMORY,
}


def update(service: Service, caller: Caller, image_id: str, document: object) -> Image:
    """Apply a JSON patch as a whole, or not at all.

    Raises:
        ImsError, Refused: for the first check that fails: format, permission, existence, state.
    """
    changes = [_checked(change)
               for change in patch.parse(_read(document), patch.V21, service.profile.name)]
    service.transitions.settle()
    access.require_role("modify_image", caller, "member")
    image = image_of(service, caller, image_id)
    if not access.is_owner_or_admin(caller, image):
        raise ImsError("IMG.0047")
    for change in changes:
        if change.name == "enterprise_project_id" and change.op != "remove":
            caller.require(["ims:serverImages:create"])
            access.require_project(caller, str(change.value))
            from ..world import lookup  # few changes need the world

            lookup.enterprise_project(service.world, str(change.value))
    if image.status != "active":
        raise ImsError("IMG.0046", detail="only active images can be updated")
    _check_replaced(image, changes)
    return service.images.patch(caller, image_id, [
        replace(change, op="add") if change.op == "replace" and change.name in ALWAYS else change
        for change in changes])


def _read(document: object) -> object:
    """Return the patch with the values of ``_VALUES`` converted to what images store."""
    if not isinstance(document, list):
        return document
    return [_read_value(raw) for raw in document]


def _read_value(raw: object) -> object:
    if not isinstance(raw, dict) or raw.get("op") == "remove" or "value" not in raw:
        return raw
    path = raw.get("path")
    parameter = _VALUES.get(path) if isinstance(path, str) else None
    if parameter is None:
        return raw
    value = read((parameter,), raw)["value"]
    # Clients send numbers as strings, and the other way round.
    return {**raw, "value": str(value) if path == "/max_ram" else value}


def _checked(change: patch.Change) -> patch.Change:
    name = change.name
    if name in BY_NAME and name not in CHANGEABLE:
        raise ImsError("IMG.0035", detail=f"{name} cannot be changed")
    if name != name.lower():
        raise ImsError("IMG.0001", detail=f"extension attribute {name} has uppercase letters")
    if not 1 <= len(name) <= MAX_EXTENSION_NAME:
        raise ImsError("IMG.0001", detail="the name of an extension attribute has 1 to "
                       f"{MAX_EXTENSION_NAME} characters")
    return change


def _check_replaced(image: Image, changes: list[patch.Change]) -> None:
    """Refuse to replace an attribute that the image has not, and no change before added.

    The reference does not say so. Huawei's Terraform provider met it at the real service, with
    ``__description`` and ``max_ram``, and adds them instead.

    Raises:
        ImsError: ``IMG.0035``.
    """
    there = {*image.properties, *ALWAYS}
    for change in changes:
        if change.op == "replace" and change.name not in there:
            raise ImsError("IMG.0035", detail=f"{change.name} is not there; add it")
        if change.op == "add":
            there.add(change.name)
        elif change.op == "remove":
            there.discard(change.name)
