"""Open Telekom Cloud's access keys, as the API shows them: without the secret."""

from __future__ import annotations

from ...domain.keys import AccessKey
from ...domain.refusal import Refused
from ...profiles.answer import Answer
from ..call import Call
from . import render
from .policy import require

CREATED = "2020-01-01T00:00:00.000000Z"  # creation times are not recorded


async def credentials(call: Call) -> Answer:
    """The access keys of a user: the caller's own, or anybody's for an admin."""
    identity = call.service.identity
    identity.meet()
    me = call.known_caller.user_id
    user_id = call.query.get("user_id") or me
    require(call, "list_credentials", own=user_id == me)
    rows = [row for row in identity.keys_of(user_id) if row.security_token is None]
    return render.answer({"credentials": [_document(row) for row in rows]})


async def credential(call: Call) -> Answer:
    """One access key."""
    identity = call.service.identity
    identity.meet()
    access = call.params["access_key"]
    row = identity.keys.get(access)
    if row is None or row.security_token is not None:
        raise Refused("identity.not_found", what="credential", id=access)
    require(call, "get_credential", own=row.user_id == call.known_caller.user_id)
    return render.answer({"credential": _document(row)})


def _document(row: AccessKey) -> render.Document:
    return {"access": row.access, "user_id": row.user_id, "description": "", "status": "active",
            "create_time": CREATED}
