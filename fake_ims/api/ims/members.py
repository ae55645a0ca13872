"""Chapter *Image Sharing*: batch operations, and the operations of Huawei's client."""

from __future__ import annotations

from ...contract.parameters.members import ADD_MEMBERS, DELETE_MEMBERS, UPDATE_MEMBERS
from ...contract.parameters.queries import MEMBERS
from ...domain.image import Member
from ...domain.ims.reading import read, read_query
from ...domain.ims.sharing import AddMembers, DeleteMembers, UpdateMembers
from ...domain.refusal import ImsError
from ...profiles.answer import Answer
from ..call import Call
from ..native.render import member_document
from ..registry import handles
from .bodies import as_json, document, job_answer


@handles("cloudimages.members.add")
async def add(call: Call) -> Answer:
    """Page *Adding Image Sharing Members*."""
    body = read(ADD_MEMBERS, await document(call))
    return job_answer(AddMembers(call.service, call.known_caller, body["images"],
                                 body["projects"]).begin())


@handles("cloudimages.members.delete")
async def delete(call: Call) -> Answer:
    """Page *Deleting Image Sharing Members*."""
    body = read(DELETE_MEMBERS, await document(call))
    return job_answer(DeleteMembers(call.service, call.known_caller, body["images"],
                                    body["projects"]).begin())


@handles("cloudimages.members.update")
async def update(call: Call) -> Answer:
    """Page *Updating the Sharing Status for Images*."""
    body = read(UPDATE_MEMBERS, await document(call))
    return job_answer(UpdateMembers(call.service, call.known_caller, body["images"],
                                    body["project_id"], body["status"],
                                    body["vault_id"]).begin())


@handles("project_members.list")
async def list_(call: Call) -> Answer:
    """``ListImageMembers`` of Huawei's client, in pages of ``limit`` after ``marker``."""
    check_project(call)
    image_id = call.params["image_id"]
    limit, marker = read_query(MEMBERS, dict(call.pairs())).values()
    members = call.service.members.of_image(call.known_caller, image_id)
    if marker is not None:
        ids = [member.project_id for member in members]
        if marker not in ids:
            raise ImsError("IMG.0001", message=f"marker {marker} is no member of the image.")
        members = members[ids.index(marker) + 1:]
    page = members[:limit]
    found: dict[str, object] = {
        "members": [_document(member, image_id) for member in page],
        "schema": "/v2/schemas/members",
    }
    if len(members) > limit:
        found["page_info"] = {"next_marker": page[-1].project_id}
    return as_json(found)


@handles("project_members.show")
async def show(call: Call) -> Answer:
    """``ShowImageMember`` of Huawei's client."""
    check_project(call)
    image_id = call.params["image_id"]
    member = call.service.members.show(call.known_caller, image_id, call.params["member_id"])
    return as_json(_document(member, image_id))


def _document(member: Member, image_id: str) -> dict[str, str]:
    return {**member_document(member, image_id), "member_type": "project"}


def check_project(call: Call) -> None:
    """Check that the project in the path is the caller's.

    Raises:
        ImsError: ``IMG.0030``.
    """
    caller = call.known_caller
    if not caller.is_admin and call.params["project_id"] != caller.project_id:
        raise ImsError("IMG.0030")
