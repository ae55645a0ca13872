"""What Glance reports about itself: import methods, stores, usage, cache, health."""

from __future__ import annotations

from ...domain import access
from ...profiles.answer import DONE, Answer
from ..call import Call
from ..registry import handles
from .render import as_json


@handles("info.import")
async def import_methods(call: Call) -> Answer:
    """The enabled import methods."""
    return as_json({"import-methods": {
        "description": "Import methods available.",
        "type": "array",
        "value": list(call.service.profile.options.enabled_import_methods),
    }})


def _stores(call: Call) -> list[dict[str, object]]:
    options = call.service.profile.options
    return [{"id": name, "default": "true"} if name == options.default_backend else {"id": name}
            for name in options.stores]


@handles("info.stores")
async def stores(call: Call) -> Answer:
    """The stores, by id."""
    return as_json({"stores": _stores(call)})


@handles("info.stores_detail")
async def stores_detail(call: Call) -> Answer:
    """The stores with details, for admins and services."""
    access.require_role("stores_info_detail", call.known_caller, "service")
    properties = {"data_dir": "/fake_ims", "chunk_size": 65536, "thin_provisioning": False}
    detail = [{**store, "type": "file", "weight": 0, "properties": properties}
              for store in _stores(call)]
    return as_json({"stores": detail})


@handles("info.usage")
async def usage(call: Call) -> Answer:
    """Usage and Keystone's unified limits, which are not set."""
    return as_json({"usage": {}})


@handles("cors.preflight")
async def preflight(call: Call) -> Answer:
    """The response of Glance's CORS middleware if no origin is allowed."""
    return Answer(DONE)


@handles("health.check")
async def healthcheck(call: Call) -> Answer:
    """The health check, which always succeeds."""
    if "application/json" in call.headers.get("Accept", ""):
        return as_json({"detailed": False, "reasons": ["OK"]})
    return Answer(DONE, b"OK", "text/plain; charset=UTF-8")
