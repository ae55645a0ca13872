"""Chapter *Image Quota*."""

from __future__ import annotations

from ...domain import access
from ...profiles.answer import Answer
from ..call import Call
from ..registry import handles
from .bodies import as_json

MIN_QUOTA, MAX_QUOTA = 1, 1000


@handles("cloudimages.quota")
async def show(call: Call) -> Answer:
    """Page *Querying the Image Quota*: private images of the caller's project."""
    service, caller = call.service, call.known_caller
    access.require_role("get_images", caller, "reader")
    service.transitions.settle()
    quota = service.quota
    return as_json({"quotas": {"resources": [{
        "type": "image",
        "used": service.images.used(caller.project_id),
        "quota": quota,
        "min": MIN_QUOTA,
        "max": max(MAX_QUOTA, quota),
    }]}})
