"""Chapter *Image*: images created from servers, disks and backups."""

from __future__ import annotations

from typing import Any

from ...contract.parameters.images import (
    CREATE_FROM_DISKS,
    CREATE_FROM_FILE,
    CREATE_FROM_SERVER,
    CREATE_FROM_VOLUME,
    WHOLE_FROM_BACKUP,
    WHOLE_FROM_SERVER,
)
from ...domain.ims.from_file import FromFile
from ...domain.ims.from_server import FromDisks, FromServer, FromVolume
from ...domain.ims.reading import read
from ...domain.ims.undertaking import Undertaking
from ...domain.ims.whole_images import WholeFromBackup, WholeFromServer
from ...domain.refusal import ImsError
from ...profiles.answer import Answer
from ..call import Call
from ..registry import handles
from .bodies import document, job_answer


@handles("cloudimages.create", "cloudimages.create_v21")
async def create(call: Call) -> Answer:
    """Page *Creating an Image*: the fields of the body select one of four operations."""
    return job_answer(_undertaking(call, await document(call)).begin())


def _undertaking(call: Call, found: dict[str, Any]) -> Undertaking:
    service, caller = call.service, call.known_caller
    named = [name for name in ("instance_id", "image_url", "volume_id") if found.get(name)]
    if len(named) > 1 or (named and named != ["image_url"] and found.get("data_images")):
        others = [*named, *(["data_images"] if found.get("data_images") else [])]
        raise ImsError("IMG.0001", detail=f"{' and '.join(others)} exclude each other")
    if named == ["image_url"]:
        return FromFile(service, caller, read(CREATE_FROM_FILE, found))
    if named == ["volume_id"]:
        return FromVolume(service, caller, read(CREATE_FROM_VOLUME, found))
    if found.get("data_images"):
        return FromDisks(service, caller, read(CREATE_FROM_DISKS, found))
    return FromServer(service, caller, read(CREATE_FROM_SERVER, found))


@handles("cloudimages.create_whole_image")
async def create_whole_image(call: Call) -> Answer:
    """Page *Creating a Full-ECS Image*: from a server, or from a backup."""
    service, caller = call.service, call.known_caller
    found = await document(call)
    if found.get("instance_id") and found.get("backup_id"):
        raise ImsError("IMG.0001", detail="instance_id and backup_id exclude each other")
    if found.get("backup_id") or found.get("whole_image_type"):
        return job_answer(WholeFromBackup(service, caller, read(WHOLE_FROM_BACKUP,
                                                                found)).begin())
    return job_answer(WholeFromServer(service, caller, read(WHOLE_FROM_SERVER, found)).begin())
