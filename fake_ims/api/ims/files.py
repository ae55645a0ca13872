"""Chapter *Image*: images created from files in buckets, exports, and copies."""

from __future__ import annotations

from ...contract.parameters.images import (
    COPY,
    COPY_CROSS_REGION,
    DATA_IMAGE,
    EXPORT,
    QUICK_DATA_IMAGE,
    QUICK_SYSTEM_IMAGE,
    REGISTER,
)
from ...domain.ims.copying import Copy, CopyCrossRegion
from ...domain.ims.exporting import Export
from ...domain.ims.from_file import FromFile
from ...domain.ims.reading import read
from ...domain.ims.registering import Register
from ...domain.refusal import ImsError
from ...profiles.answer import Answer
from ..call import Call
from ..registry import handles
from .bodies import document, job_answer


@handles("cloudimages.quickimport", "cloudimages.quickimport_v21")
async def quick_import(call: Call) -> Answer:
    """Page *Importing an Image File Quickly*: ``type`` selects one of two operations."""
    found = await document(call)
    shape = QUICK_DATA_IMAGE if found.get("type") == "DataImage" else QUICK_SYSTEM_IMAGE
    return job_answer(FromFile(call.service, call.known_caller, read(shape, found),
                               quick=True).begin())


@handles("cloudimages.create_data_image", "cloudimages.create_data_image_v21")
async def create_data_image(call: Call) -> Answer:
    """Page *Creating a Data Disk Image from an External Image File*."""
    body = read(DATA_IMAGE, await document(call))
    return job_answer(FromFile(call.service, call.known_caller,
                               {**body, "type": "DataImage"}).begin())


@handles("cloudimages.register")
async def register(call: Call) -> Answer:
    """Page *Registering an Image*."""
    body = read(REGISTER, await document(call))
    return job_answer(Register(call.service, call.known_caller, call.params["image_id"],
                               body["image_url"]).begin())


@handles("cloudimages.export", "cloudimages.export_v21")
async def export(call: Call) -> Answer:
    """Page *Exporting an Image*."""
    body = read(EXPORT, await document(call))
    if body["file_format"] is None and not body["is_quick_export"]:
        raise ImsError("IMG.0072", detail="file_format is mandatory")
    return job_answer(Export(call.service, call.known_caller, call.params["image_id"],
                             body).begin())


@handles("cloudimages.copy", "cloudimages.copy_v21")
async def copy(call: Call) -> Answer:
    """Page *Replicating an Image Within a Region*."""
    body = read(COPY, await document(call))
    return job_answer(Copy(call.service, call.known_caller, call.params["image_id"],
                           body).begin())


@handles("cloudimages.copy_cross_region")
async def copy_cross_region(call: Call) -> Answer:
    """``CopyImageCrossRegion`` of Huawei's client."""
    body = read(COPY_CROSS_REGION, await document(call))
    return job_answer(CopyCrossRegion(call.service, call.known_caller, call.params["image_id"],
                                      body).begin())
