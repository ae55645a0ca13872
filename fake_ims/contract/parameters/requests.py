"""The parameter tables of each operation's requests."""

from __future__ import annotations

from ..model import Parameter, Request
from . import images, members, queries, tags

Table = tuple[Parameter, ...]


def _bodies(*tables: Table) -> Request:
    return Request(bodies=tables)


_CREATE = _bodies(images.CREATE_FROM_SERVER, images.CREATE_FROM_DISKS, images.CREATE_FROM_FILE,
                  images.CREATE_FROM_VOLUME)
_QUICK_IMPORT = _bodies(images.QUICK_SYSTEM_IMAGE, images.QUICK_DATA_IMAGE)
_DATA_IMAGE = _bodies(images.DATA_IMAGE)
_EXPORT = _bodies(images.EXPORT)
_COPY = _bodies(images.COPY)

REQUESTS: dict[str, Request] = {
    "images.list": Request(query=queries.IMAGES),
    "images.detail_v1": Request(query=queries.DETAIL_V1),
    "cloudimages.list": Request(query=queries.CLOUDIMAGES),
    "cloudimages.create": _CREATE,
    "cloudimages.create_v21": _CREATE,
    "cloudimages.quickimport": _QUICK_IMPORT,
    "cloudimages.quickimport_v21": _QUICK_IMPORT,
    "cloudimages.create_data_image": _DATA_IMAGE,
    "cloudimages.create_data_image_v21": _DATA_IMAGE,
    "cloudimages.create_whole_image": _bodies(images.WHOLE_FROM_SERVER, images.WHOLE_FROM_BACKUP),
    "cloudimages.register": _bodies(images.REGISTER),
    "cloudimages.export": _EXPORT,
    "cloudimages.export_v21": _EXPORT,
    "cloudimages.os_versions": Request(query=queries.OS_VERSIONS),
    "cloudimages.tags.set": _bodies(tags.SET_TAG),
    "cloudimages.tags.list": Request(query=queries.TAGS),
    "project_tags.find_images": _bodies(tags.FIND),
    "project_tags.batch": _bodies((*tags.ACTION, *tags.CREATE_TAGS),
                                  (*tags.ACTION, *tags.DELETE_TAGS)),
    "project_tags.add": _bodies(tags.ADD_TAG),
    "project_tags.delete_batch": _bodies(tags.DELETE_TAGS),
    "cloudimages.members.add": _bodies(members.ADD_MEMBERS),
    "cloudimages.members.update": _bodies(members.UPDATE_MEMBERS),
    "cloudimages.members.delete": _bodies(members.DELETE_MEMBERS),
    "cloudimages.copy": _COPY,
    "cloudimages.copy_v21": _COPY,
    "cloudimages.copy_cross_region": _bodies(images.COPY_CROSS_REGION),
    "project_members.list": Request(query=queries.MEMBERS),
}
