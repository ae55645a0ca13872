"""The chapter *Permissions and Supported Actions*, as facts: which actions each operation needs.

An action in brackets is needed by some requests only; an operation that is not here needs none.
"""

from __future__ import annotations

import pytest

from fake_ims.contract.operations import OPERATIONS

_FACTS = """
GET /v2/cloudimages: images:list
GET /v1/cloudimages/os_version: images:list
PATCH /v2/cloudimages/{image_id}: images:update (serverImages:create)
POST /v2/cloudimages/action: serverImages:create
POST /v2/cloudimages/quickimport/action: (serverImages:create) (dataImages:create)
POST /v1/cloudimages/dataimages/action: dataImages:create
POST /v1/cloudimages/wholeimages/action: wholeImages:create
PUT /v1/cloudimages/{image_id}/upload: images:upload
POST /v1/cloudimages/{image_id}/file: images:export
GET /v2/images: images:list
GET /v2/images/{image_id}: images:get
PATCH /v2/images/{image_id}: images:update
DELETE /v2/images/{image_id}: images:delete
POST /v2/images: images:create
PUT /v2/images/{image_id}/file: images:get images:update images:upload
GET /:
GET /v1.1/images/detail: images:list
HEAD /v1/images/{image_id}: images:get
DELETE /v1.1/images/{image_id}: images:delete
GET /v1/cloudimages/quota: quotas:get
POST /v1/cloudimages/{image_id}/copy: images:copy (serverImages:create)
GET /v2/schemas/image:
GET /v2/schemas/images:
GET /v2/schemas/member:
GET /v2/schemas/members:
POST /v2/images/{image_id}/members: images:get images:share
PUT /v2/images/{image_id}/members/{member_id}: images:get images:share
GET /v2/images/{image_id}/members/{member_id}: images:get images:share
GET /v2/images/{image_id}/members: images:get images:share
DELETE /v2/images/{image_id}/members/{member_id}: images:get images:share
POST /v1/cloudimages/members: images:share
PUT /v1/cloudimages/members: images:share
DELETE /v1/cloudimages/members: images:share
PUT /v2/images/{image_id}/tags/{tag}: images:get images:update
DELETE /v2/images/{image_id}/tags/{tag}: images:get images:update
PUT /v1/cloudimages/tags: images:get images:update
GET /v1/cloudimages/tags: images:list
POST /v2/{project_id}/images/resource_instances/action: images:list
POST /v2/{project_id}/images/{image_id}/tags/action: images:update
POST /v2/{project_id}/images/{image_id}/tags: images:update
DELETE /v2/{project_id}/images/{image_id}/tags/{key}: images:update
GET /v2/{project_id}/images/{image_id}/tags: images:list
GET /v2/{project_id}/images/tags: images:list
"""
FACTS = dict(line.split(":", 1) for line in _FACTS.strip().splitlines())
# What the chapter leaves out, though the reference has a page of it, or uses it.
UNNAMED = {"GET /{version}", "GET /v1/{project_id}/jobs/{job_id}",
           "GET /v2/images/{image_id}/file"}
DOCUMENTED = {f"{row.method} {row.path}": row for row in OPERATIONS if row.source == "reference"}


@pytest.mark.parametrize("route", FACTS)
def test_an_operation_needs_the_actions_of_the_chapter(route: str) -> None:
    row = DOCUMENTED[route]
    wanted = FACTS[route].split()
    assert set(row.actions) == {f"ims:{action.strip('()')}" for action in wanted}
    assert set(row.conditional) == {f"ims:{action.strip('()')}" for action in wanted
                                    if action.startswith("(")}


def test_the_chapter_names_every_documented_operation() -> None:
    assert set(DOCUMENTED) - set(FACTS) == UNNAMED


def test_what_the_chapter_leaves_out_needs_what_is_like_it() -> None:
    """An own client's variant needs what its elder sister needs."""
    elders = {row.id: row for row in OPERATIONS}
    for row in OPERATIONS:
        if row.id.endswith("_v21"):
            elder = elders[row.id.removesuffix("_v21")]
            assert (row.actions, row.conditional) == (elder.actions, elder.conditional), row.id
