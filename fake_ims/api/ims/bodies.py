"""Request and response bodies of the IMS APIs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from ...domain.refusal import ImsError, Refused
from ...profiles.answer import DONE, JSON, Answer
from ..call import Call

if TYPE_CHECKING:
    from ...domain.job import Job


async def document(call: Call) -> dict[str, Any]:
    """Return the body, a JSON object.

    Raises:
        ImsError: ``IMG.0007`` if it is missing, ``IMG.0001`` if it is not an object.
    """
    if not (await call.read()).strip():
        raise ImsError("IMG.0007")
    try:
        found = await call.json()
    except Refused as refused:
        if refused.row.key == "body.too_large":
            raise
        raise ImsError("IMG.0001") from None
    if not isinstance(found, dict):
        raise ImsError("IMG.0001", message="The body must be a JSON object.")
    return found


def as_json(found: Any) -> Answer:
    """Return a JSON response with the status of the operation's row."""
    return Answer(DONE, msgspec.json.encode(found), JSON)


def no_content() -> Answer:
    """Return an empty response with the status of the operation's row."""
    return Answer(DONE)


def job_answer(job: Job) -> Answer:
    """Return the response with the id of a new job."""
    return as_json({"job_id": job.id})
