"""Tags: names without values."""

from __future__ import annotations

from ....domain.metadefs import shapes
from ....domain.metadefs.records import TAGS
from ....profiles.answer import Answer
from ...call import Call
from ...registry import handles
from ..images import no_content
from ..render import as_json
from . import render
from .requests import TIMES, body, check, limit, listing

_TRUE = ("1", "t", "true", "on", "y", "yes")


@handles("metadefs.tags.list")
async def list_(call: Call) -> Answer:
    """A page of tags."""
    asked = listing(call, "public", "private", "shared")
    text = call.query.get("limit")
    entries = call.service.metadefs.contents.tags(
        call.known_caller, call.params["namespace"], limit=limit(text, 0) if text else None,
        **asked._asdict())
    return as_json({"tags": [{"name": entry.name} for entry in entries]})


@handles("metadefs.tags.create_all")
async def create_all(call: Call) -> Answer:
    """Replace all tags, or with the header ``X-Openstack-Append`` add to them."""
    given = shapes.tags(await body(call, "tags", TIMES)).get("tags")
    names = None if given is None else [tag["name"] for tag in given]
    append = call.headers.get("X-Openstack-Append", "").strip().lower() in _TRUE
    service = call.service
    service.metadefs.contents.add_tags(call.known_caller, call.params["namespace"], names, append,
                                       service.clock.now())
    return as_json({"tags": [{"name": name} for name in names or ()]})


@handles("metadefs.tags.create")
async def create(call: Call) -> Answer:
    """Create a tag, named by the path."""
    service, caller = call.service, call.known_caller
    space, given = call.params["namespace"], {"name": call.params["name"]}
    service.metadefs.contents.holder(caller, space, TAGS)
    check(given, "tag")
    entry = service.metadefs.contents.add(caller, space, TAGS, given, service.clock.now())
    return as_json(render.stamped(entry))


@handles("metadefs.tags.show")
async def show(call: Call) -> Answer:
    """One tag."""
    entry = call.service.metadefs.contents.get(call.known_caller, call.params["namespace"], TAGS,
                                               call.params["name"])
    return as_json(render.stamped(entry))


@handles("metadefs.tags.update")
async def update(call: Call) -> Answer:
    """Rename a tag. As in Glance, the response shows the time of the *previous* change."""
    given = shapes.tag(await body(call, "tag", TIMES))
    service = call.service
    entry, before = service.metadefs.contents.change(
        call.known_caller, call.params["namespace"], TAGS, call.params["name"], given,
        service.clock.now())
    return as_json(render.stamped(entry, before))


@handles("metadefs.tags.delete")
async def delete(call: Call) -> Answer:
    """Delete one tag."""
    call.service.metadefs.contents.remove(call.known_caller, call.params["namespace"], TAGS,
                                          call.params["name"])
    return no_content()
