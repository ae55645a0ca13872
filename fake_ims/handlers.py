"""Registers every handler: importing this module is what makes the registry complete."""

from __future__ import annotations

from .api import identity, not_served, registry
from .api.native import (
    actions,
    data,
    images,
    imports,
    info,
    legacy,
    members,
    metadefs,
    schemas,
    tags,
    tasks,
    versions,
)

MODULES = (actions, data, identity, images, imports, info, legacy, members, metadefs, not_served,
           schemas, tags, tasks, versions)


def registered() -> dict[str, registry.Handler]:
    """All handlers by operation id."""
    return registry.handlers()
