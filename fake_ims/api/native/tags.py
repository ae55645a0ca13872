"""Image tagging: one tag at a time."""

from __future__ import annotations

from ...profiles.answer import Answer
from ..call import Call
from ..registry import handles
from .images import no_content


@handles("tags.add")
async def add(call: Call) -> Answer:
    """Page *Adding a Tag*."""
    tag = call.params["tag"]
    call.service.profile.check_tag(tag)
    call.service.tags.add(call.known_caller, call.params["image_id"], tag)
    return no_content()


@handles("tags.delete")
async def delete(call: Call) -> Answer:
    """Page *Deleting a Tag*."""
    call.service.tags.delete(call.known_caller, call.params["image_id"],
                                   call.params["tag"])
    return no_content()
