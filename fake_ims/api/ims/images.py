"""Chapter *Image*: lists, updates and operating systems."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...contract.os_versions import OS_VERSIONS, OperatingSystem, operating_system
from ...contract.parameters.queries import OS_VERSIONS as OS_VERSIONS_QUERY
from ...domain import access
from ...domain.ims import listing, updating
from ...domain.ims.reading import read_query
from ...domain.refusal import ImsError
from ...profiles.answer import DONE, JSON, Answer
from ..call import Call
from ..native.render import image_answer, image_bytes
from ..registry import handles
from .bodies import as_json

# What the ``tag`` of Huawei's client selects from the reference's table, which has x86 only.
_TAGS: dict[str, Callable[[OperatingSystem], bool]] = {
    "x86": lambda system: True,
    "arm": lambda system: False,
    "uefi": lambda system: system.os_bit == "64",
    "bms": lambda system: system.os_bit == "64" and system.os_type == "Linux",
}


@handles("cloudimages.list")
async def list_(call: Call) -> Answer:
    """Page *Querying Images*."""
    service, caller = call.service, call.known_caller
    images = listing.page(service, caller, call.pairs())
    joined = b",".join([image_bytes(image, service.profile, caller.is_admin) for image in images])
    return Answer(DONE, b'{"images":[' + joined + b"]}", JSON)


@handles("cloudimages.update")
async def update(call: Call) -> Answer:
    """Page *Updating an Image*."""
    service, caller = call.service, call.known_caller
    if not (await call.read()).strip():
        raise ImsError("IMG.0007")
    image = updating.update(service, caller, call.params["image_id"], await call.json())
    return image_answer(image, service.profile, caller.is_admin)


@handles("cloudimages.os_versions")
async def os_versions(call: Call) -> Answer:
    """Operating systems by platform (permissions chapter; response as in Huawei's client)."""
    access.require_role("get_images", call.known_caller, "reader")
    chosen = _TAGS[read_query(OS_VERSIONS_QUERY, dict(call.pairs()))["tag"]]
    groups = []
    for platform, names in OS_VERSIONS.items():
        rows = [_row(platform, name, system) for name in names
                if (system := operating_system(name)) is not None and chosen(system)]
        if rows:
            groups.append({"platform": platform, "version_list": rows})
    return as_json(groups)


def _row(platform: str, name: str, system: OperatingSystem) -> dict[str, Any]:
    return {"platform": platform, "os_version_key": name, "os_version": name,
            "os_bit": int(system.os_bit), "os_type": system.os_type}
