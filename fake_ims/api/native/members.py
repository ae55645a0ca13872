"""Image sharing: the members of an image."""

from __future__ import annotations

from ...domain.refusal import Refused
from ...profiles.answer import DONE, Answer
from ..call import Call
from ..registry import handles
from .render import as_json, member_document


@handles("members.add")
async def add(call: Call) -> Answer:
    """Page *Adding an Image Sharing Member*."""
    document = await call.json()
    if not isinstance(document, dict):
        raise Refused("member.form")
    if "member" not in document:
        raise Refused("member.not_specified")
    project_id = document["member"]
    if not project_id:
        raise Refused("member.empty")
    if isinstance(project_id, (list, dict)):
        raise Refused("member.form")
    image_id = call.params["image_id"]
    member = call.service.members.add(call.known_caller, image_id, str(project_id))
    return as_json(member_document(member, image_id))


@handles("members.list")
async def list_(call: Call) -> Answer:
    """Page *Querying Image Sharing Members*."""
    image_id = call.params["image_id"]
    members = call.service.members.of_image(call.known_caller, image_id)
    return as_json({
        "members": [member_document(member, image_id) for member in members],
        "schema": "/v2/schemas/members",
    })


@handles("members.show")
async def show(call: Call) -> Answer:
    """Page *Querying Image Sharing Member Details*."""
    image_id = call.params["image_id"]
    member = call.service.members.show(call.known_caller, image_id, call.params["member_id"])
    return as_json(member_document(member, image_id))


@handles("members.update")
async def update(call: Call) -> Answer:
    """Page *Updating the Image Sharing Status*."""
    document = await call.json()
    if not isinstance(document, dict):
        raise Refused("member.status_form")
    if "status" not in document:
        raise Refused("member.status_missing")
    image_id = call.params["image_id"]
    member = call.service.members.update(call.known_caller, image_id, call.params["member_id"],
                                         document["status"], document.get("vault_id"))
    return as_json(member_document(member, image_id))


@handles("members.delete")
async def delete(call: Call) -> Answer:
    """Page *Deleting an Image Sharing Member*."""
    call.service.members.delete(call.known_caller, call.params["image_id"],
                                      call.params["member_id"])
    return Answer(DONE)
