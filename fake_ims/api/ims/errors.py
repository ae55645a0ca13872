"""How the IMS APIs say no: a code of the chapter *Error Codes* with the status that stands there.

Where Glance answers 404, 409 or 413, the IMS APIs answer 400 with the code.
"""

from __future__ import annotations

from ...contract.model import ErrorCode
from ...domain.refusal import ImsError, Refused
from ...profiles.answer import Answer
from ...profiles.otc import OTC
from ..call import Call

# What is not about the thing that a request asks for has the status that every API gives it.
_COMMON = frozenset({401, 405, 500, 501})
_KEYS = frozenset({"policy.denied", "route.unknown", "body.too_large"})


class ImsErrors:
    """The wording of the IMS APIs."""

    def refuse(self, call: Call, refused: Refused) -> Answer:
        """The reference's error body, with the status of its code."""
        row = refused.row
        if row.status in _COMMON or row.key in _KEYS:
            return OTC.refuse(call, refused)
        # The code's message, then what is wrong in this case; of a long sentence its beginning.
        return self.error(call, ImsError(row.code,
                                         detail=refused.text.split("\n", 1)[0].rstrip(".")))

    def error(self, call: Call, error: ImsError) -> Answer:
        """The reference's error body."""
        return OTC.error(call, error)

    def fault_answer(self, call: Call, status: int, error: ErrorCode | None) -> Answer:
        """The reference's error body, with the code that fits the status."""
        return OTC.fault_answer(call, status, error)


IMS = ImsErrors()

