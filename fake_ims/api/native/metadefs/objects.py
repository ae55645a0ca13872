"""Objects: groups of properties."""

from __future__ import annotations

from ....domain.metadefs import shapes
from ....domain.metadefs.records import OBJECTS
from ....profiles.answer import Answer
from ...call import Call
from ...registry import handles
from ..images import no_content
from ..render import as_json
from . import render
from .requests import LINKS_AND_TIMES, body, check, limit, listing


@handles("metadefs.objects.list")
async def list_(call: Call) -> Answer:
    """All objects. Paging parameters are checked, but there is only one page."""
    listing(call, "public", "private", "shared")
    size = call.query.get("limit")
    if size is not None:
        limit(size, 1)
    name = call.params["namespace"]
    entries = call.service.metadefs.contents.entries(call.known_caller, name, OBJECTS)
    return as_json({"objects": [render.thing(entry, name) for entry in entries],
                         # Without a leading slash, as in Glance.
                         "schema": render.SCHEMAS[1:] + "/objects"})


@handles("metadefs.objects.create")
async def create(call: Call) -> Answer:
    """Create an object."""
    document = await body(call, "object", LINKS_AND_TIMES)
    if isinstance(document, dict):
        for definition in document.get("properties", {}).values():
            check(definition, "property_in_object")
    given = shapes.thing(document)
    service, name = call.service, call.params["namespace"]
    entry = service.metadefs.contents.add(call.known_caller, name, OBJECTS, given,
                                          service.clock.now())
    return as_json(render.object_as_given(entry, name, given, entry.updated_at))


@handles("metadefs.objects.show")
async def show(call: Call) -> Answer:
    """One object."""
    name = call.params["namespace"]
    entry = call.service.metadefs.contents.get(call.known_caller, name, OBJECTS,
                                               call.params["name"])
    return as_json(render.thing(entry, name))


@handles("metadefs.objects.update")
async def update(call: Call) -> Answer:
    """Replace an object. As in Glance, the response shows the time of the *previous* change."""
    given = shapes.thing(await body(call, "object", LINKS_AND_TIMES))
    service, name = call.service, call.params["namespace"]
    entry, before = service.metadefs.contents.change(
        call.known_caller, name, OBJECTS, call.params["name"], given, service.clock.now())
    return as_json(render.object_as_given(entry, name, given, before))


@handles("metadefs.objects.delete")
async def delete(call: Call) -> Answer:
    """Delete one object."""
    call.service.metadefs.contents.remove(call.known_caller, call.params["namespace"], OBJECTS,
                                          call.params["name"])
    return no_content()
