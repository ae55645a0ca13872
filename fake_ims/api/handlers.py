"""The modules with the handlers of all operations. Importing this completes the registry.

A module is loaded at the first call of one of its operations.
"""

from __future__ import annotations

from ..contract.administration import ADMINISTRATION
from ..contract.identity import IDENTITY_OPERATIONS
from ..contract.metadefs import METADEF_OPERATIONS
from . import registry

#: Modules in ``fake_ims.api``, and the ids of their operations.
CHAPTERS: dict[str, tuple[str, ...]] = {
    "identity.front": tuple(row.id for row in IDENTITY_OPERATIONS),
    "identity.administration": tuple(row.id for row in ADMINISTRATION),
    "ims.create": (
        "cloudimages.create", "cloudimages.create_v21", "cloudimages.create_whole_image"),
    "ims.files": (
        "cloudimages.quickimport", "cloudimages.quickimport_v21",
        "cloudimages.create_data_image", "cloudimages.create_data_image_v21",
        "cloudimages.register", "cloudimages.export", "cloudimages.export_v21",
        "cloudimages.copy", "cloudimages.copy_v21", "cloudimages.copy_cross_region"),
    "ims.images": ("cloudimages.list", "cloudimages.update", "cloudimages.os_versions"),
    "ims.jobs": ("jobs.show", "cloudimages.job"),
    "ims.members": (
        "cloudimages.members.add", "cloudimages.members.update", "cloudimages.members.delete",
        "project_members.list", "project_members.show"),
    "ims.project_tags": (
        "project_tags.add", "project_tags.batch", "project_tags.delete",
        "project_tags.delete_batch", "project_tags.find_images", "project_tags.of_image",
        "project_tags.of_project"),
    "ims.quota": ("cloudimages.quota",),
    "ims.tags": ("cloudimages.tags.list", "cloudimages.tags.set"),
    "lookups.compute": (
        "compute.flavors.detail", "compute.flavors.extra_specs", "compute.flavors.list",
        "compute.flavors.show", "compute.servers.detail", "compute.servers.list",
        "compute.servers.show", "compute.version", "compute.versions"),
    "lookups.volumes": (
        "volumes.detail", "volumes.list", "volumes.show", "volumes.version", "volumes.versions"),
    "native.actions": ("images.deactivate", "images.reactivate"),
    "native.cache": (
        "cache.clean", "cache.clear", "cache.delete", "cache.list", "cache.nodes", "cache.prune",
        "cache.queue"),
    "native.data": ("images.download", "images.upload"),
    "native.images": (
        "images.create", "images.delete", "images.list", "images.show", "images.update"),
    "native.imports": (
        "images.import", "images.stage", "locations.add", "locations.list", "stores.delete"),
    "native.info": (
        "cors.preflight", "health.check", "info.import", "info.stores", "info.stores_detail",
        "info.usage"),
    "native.legacy": ("images.delete_v1", "images.detail_v1", "images.head_v1"),
    "native.members": (
        "members.add", "members.delete", "members.list", "members.show", "members.update"),
    "native.metadefs": tuple(row.id for row in METADEF_OPERATIONS),
    "native.schemas": (
        "schemas.image", "schemas.images", "schemas.member", "schemas.members", "schemas.task",
        "schemas.tasks"),
    "native.tags": ("tags.add", "tags.delete"),
    "native.tasks": (
        "images.tasks", "tasks.create", "tasks.delete", "tasks.list", "tasks.show"),
    "native.versions": ("versions.explicit", "versions.list", "versions.show"),
    "obs.buckets": (
        "obs.api_version", "obs.buckets.create", "obs.buckets.delete", "obs.buckets.head",
        "obs.buckets.list", "obs.buckets.location", "obs.objects.list", "obs.uploads.list"),
    "obs.objects": (
        "obs.objects.delete", "obs.objects.delete_many", "obs.objects.get", "obs.objects.head",
        "obs.objects.put"),
    "obs.uploads": (
        "obs.uploads.abort", "obs.uploads.begin", "obs.uploads.complete", "obs.uploads.part",
        "obs.uploads.parts"),
}

for _module, _operations in CHAPTERS.items():
    registry.awaits(_module, *_operations)


def registered() -> dict[str, registry.Handler]:
    """Return the handlers by operation id. An unloaded module's handlers load it when called."""
    return registry.handlers()
