"""The operations of the IMS APIs: those of the reference, and those that only Huawei's own client
has."""

from __future__ import annotations

from .model import OTC_ONLY, Body, Operation, Source

_USUAL = (400, 401, 403, 404, 500, 503)


def _ims(
    id: str,
    route: str,
    page: str,
    success: int,
    *actions: str,
    conditional: tuple[str, ...] = (),
    errors: tuple[int, ...] = _USUAL,
    body: Body = "none",
    source: Source = "reference",
) -> Operation:
    method, path = route.split(" ")
    return Operation(
        id=id,
        method=method,
        path=path,
        chapter=page,
        face="ims",
        success=success,
        errors=errors,
        actions=tuple(f"ims:{action}" for action in (*actions, *conditional)),
        conditional=tuple(f"ims:{action}" for action in conditional),
        profiles=OTC_ONLY,
        body=body,
        source=source,
    )


def _client(
    id: str, route: str, page: str, success: int, *actions: str, body: Body = "none",
    conditional: tuple[str, ...] = (),
) -> Operation:
    return _ims(id, route, page, success, *actions, body=body, source="client",
                conditional=conditional)


_REFERENCE_OPERATIONS: tuple[Operation, ...] = (
    # images
    _ims("cloudimages.list", "GET /v2/cloudimages", "Querying Images", 200, "images:list"),
    _ims("cloudimages.update", "PATCH /v2/cloudimages/{image_id}", "Updating an Image", 200,
         "images:update", conditional=("serverImages:create",), body="patch"),
    _ims("cloudimages.create", "POST /v2/cloudimages/action", "Creating an Image", 200,
         "serverImages:create", body="json"),
    _ims("cloudimages.quickimport", "POST /v2/cloudimages/quickimport/action",
         "Importing an Image File Quickly", 200,
         conditional=("serverImages:create", "dataImages:create"), body="json"),
    _ims("cloudimages.create_data_image", "POST /v1/cloudimages/dataimages/action",
         "Creating a Data Disk Image from an External Image File", 200, "dataImages:create",
         body="json"),
    _ims("cloudimages.create_whole_image", "POST /v1/cloudimages/wholeimages/action",
         "Creating a Full-ECS Image", 200, "wholeImages:create", body="json"),
    _ims("cloudimages.register", "PUT /v1/cloudimages/{image_id}/upload", "Registering an Image",
         200, "images:upload", errors=(400, 401, 403, 404), body="json"),
    _ims("cloudimages.export", "POST /v1/cloudimages/{image_id}/file", "Exporting an Image", 200,
         "images:export", body="json"),
    _ims("cloudimages.os_versions", "GET /v1/cloudimages/os_version",
         "Image Management (permissions)", 200, "images:list"),
    # image tagging
    _ims("cloudimages.tags.set", "PUT /v1/cloudimages/tags", "Adding or Modifying a Tag", 204,
         "images:get", "images:update", body="json"),
    _ims("cloudimages.tags.list", "GET /v1/cloudimages/tags", "Querying Tags", 200,
         "images:list"),
    _ims("project_tags.find_images", "POST /v2/{project_id}/images/resource_instances/action",
         "Querying Images by Tag", 200, "images:list", body="json"),
    _ims("project_tags.batch", "POST /v2/{project_id}/images/{image_id}/tags/action",
         "Adding or Deleting Image Tags in a Batch", 204, "images:update", errors=(),
         body="json"),
    _ims("project_tags.add", "POST /v2/{project_id}/images/{image_id}/tags",
         "Adding an Image Tag", 204, "images:update", body="json"),
    _ims("project_tags.delete", "DELETE /v2/{project_id}/images/{image_id}/tags/{key}",
         "Deleting an Image Tag", 204, "images:update"),
    _ims("project_tags.of_image", "GET /v2/{project_id}/images/{image_id}/tags",
         "Querying Tags of an Image", 200, "images:list"),
    _ims("project_tags.of_project", "GET /v2/{project_id}/images/tags",
         "Querying All Image Tags", 200, "images:list"),
    # sharing, replication, quota, jobs
    _ims("cloudimages.members.add", "POST /v1/cloudimages/members",
         "Adding Image Sharing Members", 200, "images:share", body="json"),
    _ims("cloudimages.members.update", "PUT /v1/cloudimages/members",
         "Updating the Sharing Status for Images", 200, "images:share", body="json"),
    _ims("cloudimages.members.delete", "DELETE /v1/cloudimages/members",
         "Deleting Image Sharing Members", 200, "images:share", body="json"),
    _ims("cloudimages.copy", "POST /v1/cloudimages/{image_id}/copy",
         "Replicating an Image Within a Region", 200, "images:copy",
         conditional=("serverImages:create",), body="json"),
    _ims("cloudimages.quota", "GET /v1/cloudimages/quota", "Querying the Image Quota", 200,
         "quotas:get"),
    _ims("jobs.show", "GET /v1/{project_id}/jobs/{job_id}",
         "Querying the Status of an Asynchronous Job", 200,
         errors=(400, 401, 403, 500, 503)),
)

# Operations that only Huawei's own client, huaweicloudsdkims, has. It describes only the paths of
# v2.1 ("safe mode"); they do the same as the older operations.
_CLIENT_OPERATIONS: tuple[Operation, ...] = (
    _client("cloudimages.create_v21", "POST /v2.1/cloudimages/action",
            "CreateImageInSafeMode", 200, "serverImages:create", body="json"),
    _client("cloudimages.quickimport_v21", "POST /v2.1/cloudimages/quickimport/action",
            "ImportImageQuickInSafeMode", 200,
            conditional=("serverImages:create", "dataImages:create"), body="json"),
    _client("cloudimages.create_data_image_v21", "POST /v2.1/cloudimages/dataimages/action",
            "CreateDataImageInSafeMode", 200, "dataImages:create", body="json"),
    _client("cloudimages.export_v21", "POST /v2.1/cloudimages/{image_id}/file",
            "ExportImageInSafeMode", 200, "images:export", body="json"),
    _client("cloudimages.copy_v21", "POST /v2.1/cloudimages/{image_id}/copy",
            "CopyImageInRegionInSafeMode", 200, "images:copy",
            conditional=("serverImages:create",), body="json"),
    _client("cloudimages.copy_cross_region", "POST /v1/cloudimages/{image_id}/cross_region_copy",
            "CopyImageCrossRegion", 200, "images:copy", body="json"),
    _client("cloudimages.job", "GET /v1/cloudimages/job/{job_id}", "ShowJobProgress", 200),
    _client("project_members.list", "GET /v1/{project_id}/cloudimages/{image_id}/members",
            "ListImageMembers", 200, "images:get", "images:share"),
    _client("project_members.show",
            "GET /v1/{project_id}/cloudimages/{image_id}/members/{member_id}",
            "ShowImageMember", 200, "images:get", "images:share"),
    _client("project_tags.delete_batch",
            "DELETE /v1/{project_id}/cloudimages/{image_id}/tags/delete", "BatchDeleteTags", 204,
            "images:update", body="json"),
)

IMS_OPERATIONS = _REFERENCE_OPERATIONS + _CLIENT_OPERATIONS
