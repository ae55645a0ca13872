"""JSON schemas of images, members and tasks."""

from __future__ import annotations

from ...contract import schema
from ...profiles.answer import Answer
from ..call import Call
from ..registry import handles
from .render import as_json


@handles("schemas.image", "schemas.images", "schemas.member", "schemas.members", "schemas.task",
         "schemas.tasks")
async def show(call: Call) -> Answer:
    """The pages of chapter *Image Schema*, derived from the attribute table."""
    assert call.operation is not None
    name = call.operation.id.partition(".")[2]
    return as_json(schema.document(name, call.service.profile.name))
