"""Metadata definitions as JSON. None values are left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ....domain.clock import isotime
from ....domain.metadefs import Entry, Namespace

PATH = "/v2/metadefs/namespaces"
SCHEMAS = "/v2/schemas/metadefs"


def namespace(space: Namespace, updated_at: float | None = None) -> dict[str, Any]:
    """Render a namespace without its contents.

    Args:
        space: the namespace.
        updated_at: the instant to show instead of the namespace's own.
    """
    return _without_none({
        "namespace": space.name,
        "display_name": space.display_name,
        "description": space.description,
        "visibility": space.visibility,
        "protected": space.protected,
        "owner": space.owner,
        "created_at": isotime(space.created_at),
        "updated_at": isotime(space.updated_at if updated_at is None else updated_at),
        "self": f"{PATH}/{space.name}",
        "schema": f"{SCHEMAS}/namespace",
    })


def thing(entry: Entry, namespace_name: str) -> dict[str, Any]:
    """Render a stored object."""
    return object_as_given(entry, namespace_name, entry.content, entry.updated_at)


def object_as_given(
    entry: Entry, namespace_name: str, given: Mapping[str, Any], updated_at: float
) -> dict[str, Any]:
    """Render an object as the request has sent it."""
    content = {name: given.get(name) for name in ("required", "description", "properties")}
    return _without_none({
        "name": entry.name,
        **content,
        "created_at": isotime(entry.created_at),
        "updated_at": isotime(updated_at),
        "self": f"{PATH}/{namespace_name}/objects/{entry.name}",
        "schema": f"{SCHEMAS}/object",
    })


def stamped(entry: Entry, updated_at: float | None = None) -> dict[str, Any]:
    """Render a tag, a resource type or an association with one."""
    return _without_none({
        "name": entry.name,
        **entry.content,
        "created_at": isotime(entry.created_at),
        "updated_at": isotime(entry.updated_at if updated_at is None else updated_at),
    })


def _without_none(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if value is not None}
