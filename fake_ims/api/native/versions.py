"""API versions."""

from __future__ import annotations

from ...profiles.answer import Answer
from ..call import Call
from ..registry import handles
from .render import as_json


@handles("versions.list")
async def list_(call: Call) -> Answer:
    """Page *Querying API Versions*: 300, because there are several."""
    return as_json(call.service.profile.versions(call.reached_url))


@handles("versions.explicit")
async def explicit(call: Call) -> Answer:
    """Glance's ``/versions``: the same list with 200."""
    return as_json(call.service.profile.versions(call.reached_url))


@handles("versions.show")
async def show(call: Call) -> Answer:
    """Page *Querying an API Version*."""
    return call.service.profile.show_version(call)
