"""Glance's actions: an image's data is taken out of use and back."""

from __future__ import annotations

from ...profiles.answer import Answer
from ..call import Call
from ..registry import handles
from .images import no_content


@handles("images.deactivate")
async def deactivate(call: Call) -> Answer:
    """``active`` becomes ``deactivated``."""
    call.service.images.deactivate(call.known_caller, call.params["image_id"])
    return no_content()


@handles("images.reactivate")
async def reactivate(call: Call) -> Answer:
    """``deactivated`` becomes ``active``."""
    call.service.images.reactivate(call.known_caller, call.params["image_id"])
    return no_content()
