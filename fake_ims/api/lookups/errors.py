"""Errors as Nova and Cinder send them: one key says which."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from ...contract.statuses import STATUSES
from ...profiles.answer import JSON, Answer

if TYPE_CHECKING:
    from ...contract.model import ErrorCode
    from ...domain.refusal import ImsError, Refused
    from ..call import Call

_KEYS = {400: "badRequest", 401: "unauthorized", 403: "forbidden", 404: "itemNotFound",
         405: "badMethod", 409: "conflictingRequest", 413: "overLimit", 429: "overLimit",
         501: "notImplemented", 503: "serviceUnavailable"}


class Lookups:
    """Renders errors of look-ups."""

    def refuse(self, call: Call, refused: Refused) -> Answer:
        """Return the error response for a row of ``contract.neighbours``."""
        answer = _answer(refused.status, refused.text)
        answer.headers.update(refused.headers)
        return answer

    def error(self, call: Call, error: ImsError) -> Answer:
        """Return an IMS error code in this format."""
        return _answer(error.status, error.message)

    def fault_answer(self, call: Call, status: int, error: ErrorCode | None) -> Answer:
        """Return the error response that a fault asks for."""
        title, text = STATUSES[status]
        return _answer(status, error.message if error is not None else text or title)


def _answer(status: int, text: str) -> Answer:
    key = _KEYS.get(status, "computeFault")
    return Answer(status, msgspec.json.encode({key: {"code": status, "message": text}}), JSON)


LOOKUPS = Lookups()
