"""Error responses of the IMS APIs: a code and its status from the chapter *Error Codes*.

Where Glance returns 404, 409 or 413, the IMS APIs return 400 with the code.
"""

from __future__ import annotations

from ...contract.model import ErrorCode
from ...domain.refusal import ImsError, Refused
from ...profiles.answer import Answer
from ...profiles.otc import OTC
from ..call import Call

# Statuses for errors that do not concern the requested resource are the same in every API.
_COMMON = frozenset({401, 405, 500, 501})
_KEYS = frozenset({"policy.denied", "route.unknown", "body.too_large"})


class ImsErrors:
    """Renders errors as the IMS APIs do."""

    def refuse(self, call: Call, refused: Refused) -> Answer:
        """Return the reference's error body, with the status of its code."""
        row = refused.row
        if row.status in _COMMON or row.key in _KEYS:
            return OTC.refuse(call, refused)
        # The code's message, then the first line of Glance's.
        return self.error(call, ImsError(row.code,
                                         detail=refused.text.split("\n", 1)[0].rstrip(".")))

    def error(self, call: Call, error: ImsError) -> Answer:
        """Return the reference's error body."""
        return OTC.error(call, error)

    def fault_answer(self, call: Call, status: int, error: ErrorCode | None) -> Answer:
        """Return the reference's error body, with a code that has the status."""
        return OTC.fault_answer(call, status, error)


IMS = ImsErrors()
