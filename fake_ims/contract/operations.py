"""Every operation of the service: the reference's 46, and those documented elsewhere.

Routing, faults, journal names, the coverage table and ``fake-ims operations`` derive from this
table. No other module contains paths, statuses or IAM actions.
"""

from __future__ import annotations

from .administration import ADMINISTRATION
from .identity import IDENTITY_OPERATIONS
from .ims import IMS_OPERATIONS
from .metadefs import METADEF_OPERATIONS
from .model import BOTH, OPENSTACK_ONLY, Body, Operation, Profile
from .neighbours import NEIGHBOUR_OPERATIONS

_USUAL = (400, 401, 403, 404, 500, 503)
_V1 = "Native OpenStack API V1"
_GLANCE = "Glance v2"


def _native(
    id: str,
    route: str,
    page: str,
    success: int,
    *actions: str,
    errors: tuple[int, ...] = _USUAL,
    body: Body = "none",
    auth: bool = True,
    deprecated: bool = False,
) -> Operation:
    method, path = route.split(" ")
    return Operation(
        id=id,
        method=method,
        path=path,
        chapter=f"{page} (Native OpenStack API)" if "(" not in page else page,
        face="native",
        success=success,
        errors=errors,
        actions=tuple(f"ims:images:{action}" for action in actions),
        auth=auth,
        deprecated=deprecated,
        body=body,
    )


def _glance(
    id: str,
    route: str,
    success: int,
    *,
    body: Body = "none",
    auth: bool = True,
    profiles: frozenset[Profile] = OPENSTACK_ONLY,
    allow: bool = True,
    deprecated: bool = False,
) -> Operation:
    method, path = route.split(" ")
    return Operation(
        id=id,
        method=method,
        path=path,
        chapter=_GLANCE,
        face="native",
        success=success,
        errors=_USUAL,
        auth=auth,
        deprecated=deprecated,
        source="glance",
        profiles=profiles,
        body=body,
        allow=allow,
    )


OPERATIONS: tuple[Operation, ...] = (
    # API version query
    _native("versions.list", "GET /", "Querying API Versions", 300, auth=False, body="ignored"),
    _native("versions.show", "GET /{version}", "Querying an API Version", 300, auth=False,
            body="ignored"),
    # Images
    _native("images.create", "POST /v2/images", "Creating Image Metadata", 201, "create",
            body="json"),
    _native("images.list", "GET /v2/images", "Querying Images", 200, "list", body="ignored"),
    _native("images.show", "GET /v2/images/{image_id}", "Querying Image Details", 200, "get"),
    _native("images.update", "PATCH /v2/images/{image_id}", "Modifying an Image", 200, "update",
            body="patch"),
    _native("images.delete", "DELETE /v2/images/{image_id}", "Deleting an Image", 204, "delete"),
    _native("images.upload", "PUT /v2/images/{image_id}/file", "Uploading an Image", 204,
            "get", "update", "upload", errors=(400, 401, 403, 404, 409, 500), body="octets"),
    _native("images.download", "GET /v2/images/{image_id}/file", "Image Attributes (file)", 200,
            "get"),
    _native("images.detail_v1", "GET /v1.1/images/detail",
            f"Querying Image Details ({_V1}.1, Deprecated)", 200, "list", deprecated=True,
            body="ignored"),
    _native("images.head_v1", "HEAD /v1/images/{image_id}",
            f"Querying Image Metadata ({_V1}, Deprecated)", 200, "get", deprecated=True),
    _native("images.delete_v1", "DELETE /v1.1/images/{image_id}",
            f"Deleting an Image ({_V1}.1, Deprecated)", 204, "delete", deprecated=True),
    # Image schema
    _native("schemas.image", "GET /v2/schemas/image", "Querying an Image Schema", 200),
    _native("schemas.images", "GET /v2/schemas/images", "Querying an Image List Schema", 200),
    _native("schemas.member", "GET /v2/schemas/member",
            "Querying a Schema for an Image Sharing Member", 200),
    _native("schemas.members", "GET /v2/schemas/members",
            "Querying a Schema for an Image Sharing Member List", 200),
    # Image sharing
    _native("members.add", "POST /v2/images/{image_id}/members", "Adding an Image Sharing Member",
            200, "get", "share", body="json"),
    _native("members.list", "GET /v2/images/{image_id}/members", "Querying Image Sharing Members",
            200, "get", "share"),
    _native("members.show", "GET /v2/images/{image_id}/members/{member_id}",
            "Querying Image Sharing Member Details", 200, "get", "share"),
    _native("members.update", "PUT /v2/images/{image_id}/members/{member_id}",
            "Updating the Image Sharing Status", 200, "get", "share", body="json"),
    _native("members.delete", "DELETE /v2/images/{image_id}/members/{member_id}",
            "Deleting an Image Sharing Member", 204, "get", "share"),
    # Image tagging
    _native("tags.add", "PUT /v2/images/{image_id}/tags/{tag}", "Adding a Tag", 204,
            "get", "update"),
    _native("tags.delete", "DELETE /v2/images/{image_id}/tags/{tag}", "Deleting a Tag", 204,
            "get", "update"),
    # Documented by Glance only, in both profiles
    _glance("images.deactivate", "POST /v2/images/{image_id}/actions/deactivate", 204,
            profiles=BOTH),
    _glance("images.reactivate", "POST /v2/images/{image_id}/actions/reactivate", 204,
            profiles=BOTH),
    _glance("versions.explicit", "GET /versions", 200, auth=False, profiles=BOTH, body="ignored"),
    # Glance only
    _glance("images.import", "POST /v2/images/{image_id}/import", 202, body="json"),
    _glance("images.stage", "PUT /v2/images/{image_id}/stage", 204, body="octets"),
    _glance("images.tasks", "GET /v2/images/{image_id}/tasks", 200, allow=False),
    _glance("locations.list", "GET /v2/images/{image_id}/locations", 200, body="ignored",
            allow=False),
    _glance("locations.add", "POST /v2/images/{image_id}/locations", 202, body="json"),
    _glance("stores.delete", "DELETE /v2/stores/{store_id}/{image_id}", 204),
    _glance("tasks.list", "GET /v2/tasks", 200, deprecated=True, body="ignored"),
    _glance("tasks.create", "POST /v2/tasks", 201, deprecated=True, body="json"),
    _glance("tasks.show", "GET /v2/tasks/{task_id}", 200, deprecated=True, body="ignored"),
    _glance("tasks.delete", "DELETE /v2/tasks/{task_id}", 204, deprecated=True, body="ignored"),
    _glance("info.import", "GET /v2/info/import", 200),
    _glance("info.stores", "GET /v2/info/stores", 200),
    _glance("info.stores_detail", "GET /v2/info/stores/detail", 200),
    _glance("info.usage", "GET /v2/info/usage", 200, allow=False),
    _glance("cache.list", "GET /v2/cache", 200),
    _glance("cache.clear", "DELETE /v2/cache", 204),
    _glance("cache.queue", "PUT /v2/cache/{image_id}", 202),
    _glance("cache.delete", "DELETE /v2/cache/{image_id}", 204),
    _glance("cache.clean", "POST /v2/cache/clean", 200, body="ignored"),
    _glance("cache.prune", "POST /v2/cache/prune", 200, body="ignored"),
    _glance("cache.nodes", "GET /v2/cache/nodes/{image_id}", 200),
    # Glance's CORS middleware answers OPTIONS for every path.
    _glance("cors.preflight", "OPTIONS /", 200, auth=False, body="ignored"),
    _glance("health.check", "GET /healthcheck", 200, auth=False, body="ignored"),
    _glance("schemas.task", "GET /v2/schemas/task", 200, body="ignored"),
    _glance("schemas.tasks", "GET /v2/schemas/tasks", 200, body="ignored"),
    *METADEF_OPERATIONS,
    *IMS_OPERATIONS,
    *IDENTITY_OPERATIONS,
    *ADMINISTRATION,
    *NEIGHBOUR_OPERATIONS,
)

BY_ID: dict[str, Operation] = {operation.id: operation for operation in OPERATIONS}
