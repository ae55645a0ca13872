"""Registers every handler: importing this module is what makes the registry complete."""

from __future__ import annotations

from .api import identity, registry
from .api.ims import create, files, jobs, project_tags, quota
from .api.ims import images as cloudimages
from .api.ims import members as batch_members
from .api.ims import tags as image_tags
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

MODULES = (actions, batch_members, cloudimages, create, data, files, identity, image_tags, images,
           imports, info, jobs, legacy, members, metadefs, project_tags, quota, schemas,
           tags, tasks, versions)


def registered() -> dict[str, registry.Handler]:
    """All handlers by operation id."""
    return registry.handlers()
