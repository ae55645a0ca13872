"""Glance's actions: deactivate and reactivate an image."""

from __future__ import annotations

from ...profiles.answer import Answer
from ..call import Call
from ..registry import handles
from .images import no_content


@handles("images.deactivate")
async def deactivate(call: Call) -> Answer:
    """Change ``active`` to ``deactivated``."""
    call.service.images.deactivate(call.known_caller, call.params["image_id"])
    return no_content()


@handles("images.reactivate")
async def reactivate(call: Call) -> Answer:
    """Change ``deactivated`` to ``active``."""
    call.service.images.reactivate(call.known_caller, call.params["image_id"])
    return no_content()
