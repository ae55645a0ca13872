"""Resource types and their associations with namespaces."""

from __future__ import annotations

from ....domain.metadefs import shapes
from ....domain.metadefs.records import RESOURCE_TYPES
from ....profiles.answer import Answer
from ...call import Call
from ...registry import handles
from ..images import no_content
from ..render import as_json
from . import render
from .requests import TIMES, body


@handles("metadefs.resource_types.list")
async def list_types(call: Call) -> Answer:
    """Every resource type that was ever associated with a namespace."""
    entries = call.service.metadefs.contents.resource_types(call.known_caller)
    return as_json({"resource_types": [render.stamped(entry) for entry in entries]})


@handles("metadefs.associations.list")
async def list_(call: Call) -> Answer:
    """The resource types associated with a namespace."""
    entries = call.service.metadefs.contents.entries(
        call.known_caller, call.params["namespace"], RESOURCE_TYPES)
    return as_json({"resource_type_associations": [render.stamped(entry)
                                                        for entry in entries]})


@handles("metadefs.associations.create")
async def create(call: Call) -> Answer:
    """Associate a namespace with a resource type."""
    given = shapes.association(await body(call, "resource_type", TIMES))
    service = call.service
    entry = service.metadefs.contents.add(
        call.known_caller, call.params["namespace"], RESOURCE_TYPES, given, service.clock.now())
    return as_json(render.stamped(entry))


@handles("metadefs.associations.delete")
async def delete(call: Call) -> Answer:
    """Remove the association of a namespace with a resource type."""
    call.service.metadefs.contents.remove(
        call.known_caller, call.params["namespace"], RESOURCE_TYPES, call.params["name"])
    return no_content()
