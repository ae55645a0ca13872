"""Namespaces."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from ....domain.metadefs import shapes
from ....domain.metadefs.records import OBJECTS, PROPERTIES, RESOURCE_TYPES, TAGS
from ....domain.refusal import Refused
from ....profiles.answer import Answer
from ...call import Call
from ...registry import handles
from ..images import links, no_content
from ..render import as_json
from . import render
from .requests import (
    LINKS_AND_TIMES,
    body,
    check_visibility,
    last,
    limit,
    listing,
    no_body,
    resource_type,
)

_CLEARED = {"objects": OBJECTS, "properties": PROPERTIES, "tags": TAGS}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CONTENTS = ("resource_type_associations", "properties", "objects", "tags")


@handles("metadefs.namespaces.list")
async def list_(call: Call) -> Answer:
    """A page of the namespaces that the caller can see."""
    service, query = call.service, call.query
    text = query.get("limit")
    try:
        size = service.profile.options.limit_param_default if text is None else int(text)
    except ValueError:
        # A real Glance fails here, too.
        raise Refused("metadef.unexpected") from None
    asked = listing(call, "public", "private")
    size = limit(str(min(size, service.profile.options.api_limit_max)), 0)
    found = service.metadefs.namespaces(
        call.known_caller, visibility=query.get("visibility"),
        resource_types=last(call, "resource_types"), limit=size, **asked._asdict())
    more = found and len(found) == size
    first, following = links(render.PATH, call, found[-1].name if more else None)
    document: dict[str, Any] = {"namespaces": [], "first": first,
                                "schema": f"{render.SCHEMAS}/namespaces"}
    for space in found:
        shown = render.namespace(space)
        associations = space.of(RESOURCE_TYPES).values()
        if associations:
            shown["resource_type_associations"] = [render.stamped(one) for one in associations]
        document["namespaces"].append(shown)
    if following is not None:
        document["next"] = following
    return as_json(document)


@handles("metadefs.namespaces.create")
async def create(call: Call) -> Answer:
    """Create a namespace with its contents."""
    given = shapes.namespace(await body(call, "namespace", LINKS_AND_TIMES))
    service = call.service
    space = service.metadefs.create(call.known_caller, given, service.clock.now())
    document = render.namespace(space)
    document.update((name, given[name]) for name in _CONTENTS if name in given)
    answer = as_json(document)
    # Not encoded, as in Glance, except for characters that a header cannot contain.
    path = _CONTROL.sub(lambda match: quote(match[0]), f"{render.PATH}/{space.name}")
    answer.headers["Location"] = call.base_url + path
    return answer


@handles("metadefs.namespaces.show")
async def show(call: Call) -> Answer:
    """One namespace with its contents, optionally as it applies to one resource type."""
    check_visibility(call, "public", "private")
    metadefs = call.service.metadefs
    space = metadefs.show(call.known_caller, call.params["namespace"])
    document = render.namespace(space)
    listed = metadefs.contents.listed
    contents: dict[str, Any] = {
        "objects": [render.thing(entry, space.name) for entry in listed(space, OBJECTS)],
        "resource_type_associations": [render.stamped(entry)
                                       for entry in listed(space, RESOURCE_TYPES)],
        "properties": {entry.name: entry.content for entry in listed(space, PROPERTIES)},
        "tags": [{"name": entry.name} for entry in listed(space, TAGS)],
    }
    association = space.of(RESOURCE_TYPES).get(resource_type(call) or "")
    if association and association.content["prefix"]:
        _prefix(contents, association.content["prefix"])
    document.update((name, value) for name, value in contents.items() if value)
    return as_json(document)


def _prefix(contents: dict[str, Any], prefix: str) -> None:
    """Add the prefix that properties have on resources of a type."""
    for holder in (contents, *contents["objects"]):
        holder["properties"] = {prefix + name: value
                                for name, value in holder["properties"].items()}
    for thing in contents["objects"]:
        thing["required"] = [prefix + name for name in thing["required"]]


@handles("metadefs.namespaces.update")
async def update(call: Call) -> Answer:
    """Update a namespace. As in Glance, the response shows the time of the *previous* change."""
    given = shapes.namespace(await body(call, "namespace", LINKS_AND_TIMES))
    service, name = call.service, call.params["namespace"]
    space, before = service.metadefs.update(call.known_caller, name, given,
                                            service.clock.now())
    return as_json(render.namespace(space, before))


@handles("metadefs.namespaces.delete")
async def delete(call: Call) -> Answer:
    """Delete a namespace with its contents."""
    call.service.metadefs.delete(call.known_caller, call.params["namespace"])
    return no_content()


@handles("metadefs.objects.clear", "metadefs.properties.clear", "metadefs.tags.clear")
async def clear(call: Call) -> Answer:
    """Delete all entries of one kind from a namespace."""
    await no_body(call)
    assert call.operation is not None
    kind = _CLEARED[call.operation.id.split(".")[1]]
    call.service.metadefs.clear(call.known_caller, call.params["namespace"], kind)
    return no_content()
