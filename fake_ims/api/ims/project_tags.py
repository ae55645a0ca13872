"""Chapter *Image Tagging*: tags in the paths of a project."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...contract.parameters.tags import ACTION, ADD_TAG, CREATE_TAGS, DELETE_TAGS, FIND
from ...domain import access
from ...domain.image import Image
from ...domain.ims import tag_changes, tag_queries
from ...domain.ims.reading import read
from ...domain.ims.sources import image_of
from ...domain.refusal import ImsError
from ...domain.tag_pairs import pair
from ...profiles.answer import Answer
from ..call import Call
from ..registry import handles
from .bodies import as_json, document, no_content
from .members import check_project


@handles("project_tags.add")
async def add(call: Call) -> Answer:
    """Page *Adding an Image Tag*."""
    tag = read(ADD_TAG, await document(call))["tag"]
    image = _taggable(call)
    tag_changes.put(call.service, image, {tag["key"]: tag["value"]})
    return no_content()


@handles("project_tags.batch")
async def batch(call: Call) -> Answer:
    """Page *Adding or Deleting Image Tags in a Batch*."""
    found = await document(call)
    if read(ACTION, found)["action"] == "create":
        pairs = _unique(read(CREATE_TAGS, found)["tags"])
        tag_changes.put(call.service, _taggable(call), pairs)
    else:
        _delete(call, found)
    return no_content()


@handles("project_tags.delete_batch")
async def delete_batch(call: Call) -> Answer:
    """``BatchDeleteTags`` of Huawei's client."""
    _delete(call, await document(call))
    return no_content()


def _delete(call: Call, found: dict[str, Any]) -> None:
    pairs = _unique(read(DELETE_TAGS, found)["tags"])
    if not all(pairs):
        raise ImsError("IMG.0115", detail="a key is empty")
    tag_changes.take(call.service, _taggable(call), pairs)


@handles("project_tags.delete")
async def delete(call: Call) -> Answer:
    """Page *Deleting an Image Tag*: 404 if no tag has the key."""
    image, key = _taggable(call), call.params["key"]
    if all(pair(tag)[0] != key for tag in image.tags):
        raise ImsError("IMG.0115", status=404, message=f"The image has no tag {key}.")
    tag_changes.take(call.service, image, {key: None})
    return no_content()


@handles("project_tags.of_image")
async def of_image(call: Call) -> Answer:
    """Page *Querying Tags of an Image*."""
    check_project(call)
    access.require_role("get_image", call.known_caller, "reader")
    call.service.transitions.settle()
    image = image_of(call.service, call.known_caller, call.params["image_id"])
    return as_json({"tags": _tags(image.tags)})


@handles("project_tags.of_project")
async def of_project(call: Call) -> Answer:
    """Page *Querying All Image Tags*."""
    check_project(call)
    access.require_role("get_images", call.known_caller, "reader")
    found = tag_queries.all_tags(call.service, call.known_caller, call.params["project_id"])
    return as_json({"tags": [{"key": key, "values": values}
                                  for key, values in found.items()]})


@handles("project_tags.find_images")
async def find_images(call: Call) -> Answer:
    """Page *Querying Images by Tag*."""
    body = read(FIND, await document(call))
    check_project(call)
    access.require_role("get_images", call.known_caller, "reader")
    count, page = tag_queries.find(call.service, call.known_caller, call.params["project_id"],
                                   body)
    found: dict[str, Any] = {"total_count": count}
    if body["action"] == "filter":
        found["resources"] = [{
            "resource_id": image.id,
            "resource_name": image.name or "",
            "resource_detail": {"status": image.status},
            "tags": _tags(image.tags),
        } for image in page]
    return as_json(found)


def _taggable(call: Call) -> Image:
    check_project(call)
    return tag_changes.taggable(call.service, call.known_caller, call.params["image_id"])


def _tags(tags: Iterable[str]) -> list[dict[str, str]]:
    return [dict(zip(("key", "value"), pair(tag), strict=True)) for tag in tags]


def _unique(tags: list[dict[str, Any]]) -> dict[str, Any]:
    pairs = {tag["key"]: tag["value"] for tag in tags}
    if len(pairs) < len(tags):
        raise ImsError("IMG.0115", detail="a key stands there twice")
    return pairs
