"""Properties: definitions of single attributes."""

from __future__ import annotations

from ....domain.metadefs import shapes
from ....domain.metadefs.records import PROPERTIES
from ....profiles.answer import Answer
from ...call import Call
from ...registry import handles
from ..images import no_content
from ..render import as_json
from .requests import TIMES, body, no_body, resource_type


@handles("metadefs.properties.list")
async def list_(call: Call) -> Answer:
    """All properties, by name."""
    entries = call.service.metadefs.contents.entries(
        call.known_caller, call.params["namespace"], PROPERTIES)
    return as_json({"properties": {entry.name: entry.content for entry in entries}})


@handles("metadefs.properties.create")
async def create(call: Call) -> Answer:
    """Create a property."""
    given = shapes.definition(await body(call, "property", TIMES))
    service = call.service
    service.metadefs.contents.add(call.known_caller, call.params["namespace"], PROPERTIES, given,
                                  service.clock.now())
    return as_json(given)


@handles("metadefs.properties.show")
async def show(call: Call) -> Answer:
    """One property, optionally by the name that it has on resources of a type."""
    contents, caller = call.service.metadefs.contents, call.known_caller
    space, name = call.params["namespace"], call.params["name"]
    contents.holder(caller, space, PROPERTIES, PROPERTIES.get_rule)
    kind = resource_type(call)
    if kind:
        name = contents.without_prefix(caller, space, name, kind)
    entry = contents.get(caller, space, PROPERTIES, name)
    return as_json({**entry.content, "name": entry.name})


@handles("metadefs.properties.update")
async def update(call: Call) -> Answer:
    """Replace a property."""
    given = shapes.definition(await body(call, "property", TIMES))
    service = call.service
    service.metadefs.contents.change(call.known_caller, call.params["namespace"], PROPERTIES,
                                     call.params["name"], given, service.clock.now())
    return as_json(given)


@handles("metadefs.properties.delete")
async def delete(call: Call) -> Answer:
    """Delete one property."""
    await no_body(call)
    call.service.metadefs.contents.remove(
        call.known_caller, call.params["namespace"], PROPERTIES, call.params["name"])
    return no_content()
