"""Keystone's error responses, for refusals of any API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from ...contract.identity import IDENTITY_REFUSALS, METHODS
from ...contract.statuses import STATUSES
from ...domain.refusal import Refused
from ...profiles.answer import JSON, Answer

if TYPE_CHECKING:
    from ...contract.model import ErrorCode
    from ...domain.refusal import ImsError
    from ..call import Call

# Rows of other tables, and Keystone's rows for the same errors.
_SAME = {
    "auth.missing": "identity.unauthorized",
    "auth.unknown": "identity.unauthorized",
    "route.unknown": "identity.path",
    "route.method": "identity.wrong_method",
    "body.malformed": "identity.json",
    "request.undecodable": "identity.path",
    "internal": "identity.internal",
}
# Keystone's default message for a status.
_DEFAULTS = {401: "identity.unauthorized", 403: "identity.forbidden",
             405: "identity.wrong_method", 500: "identity.internal"}


class Keystone:
    """Renders errors as Keystone does."""

    def refuse(self, call: Call, refused: Refused) -> Answer:
        """Return the error response for a row of ``contract.identity``."""
        same = _SAME.get(refused.row.key)
        if same is not None:
            refused = Refused(same, headers=refused.headers)
        more: dict[str, Any] = {}
        if refused.row.key == "identity.method":
            more["identity"] = {"methods": list(METHODS[call.service.profile.name])}
        elif refused.row.key == "identity.credential_scope":
            more["identity"] = {}
        answer = _answer(call, refused.status, refused.text, more)
        answer.headers.update(refused.headers)
        return answer

    def error(self, call: Call, error: ImsError) -> Answer:
        """Return an IMS error code in Keystone's format."""
        return _answer(call, error.status, error.message)

    def fault_answer(self, call: Call, status: int, error: ErrorCode | None) -> Answer:
        """Return the error response that a fault asks for."""
        if error is not None:
            return _answer(call, status, error.message)
        key = _DEFAULTS.get(status)
        title, text = STATUSES[status]
        return _answer(call, status, IDENTITY_REFUSALS[key].text if key else text or title)


def _answer(call: Call, status: int, message: str, more: dict[str, Any] | None = None) -> Answer:
    error = {"code": status, **(more or {}), "message": message,
             "title": STATUSES.get(status, ("Error", ""))[0]}
    answer = Answer(status, msgspec.json.encode({"error": error}), JSON,
                    {"Vary": "X-Auth-Token"})
    if status == 401:
        answer.headers["WWW-Authenticate"] = f'Keystone uri="{call.mount_url}/v3"'
    return answer


KEYSTONE = Keystone()
