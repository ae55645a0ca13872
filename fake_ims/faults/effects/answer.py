"""Return an error of the service instead of its own response."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...contract.model import ErrorCode
from ...errors import UsageError
from ..kinds import Kind, Scope, Setting, Values
from ..moment import MOMENT, moment_of
from ..statuses import RETRYABLE, check_status
from ..values import ERROR_CODE, error_code, retry_after_text
from .alter import Alter
from .changes import BODY, HEADERS, Changes, changes
from .ending import Ending

if TYPE_CHECKING:
    from ...api.call import Call
    from ...profiles.answer import Answer


@dataclass(frozen=True, eq=False)
class AnswerStatus(Ending):
    """Returns an error status with the body that the service sends for it.

    Attributes:
        status: HTTP status.
        error: the error code in the body; None for the default of the status.
        changes: the body and headers that the user set.
    """

    status: int
    error: ErrorCode | None
    changes: Changes

    @property
    def decides(self) -> frozenset[str]:
        return super().decides | self.changes.decides

    async def end(self, call: Call) -> Answer:
        answer = call.errors.fault_answer(call, self.status, self.error)
        return self.changes.apply(answer)

    def __str__(self) -> str:
        code = f" {self.error.code}" if self.error else ""
        return f"returns {self.status}{code}{self.changes}{self.when()}"


def _build(values: Values, scope: Scope) -> AnswerStatus | Alter | None:
    code = error_code("error_code", values["error_code"]) if "error_code" in values else None
    status = check_status(values["status"]) if "status" in values else None
    if code and status and code.status != status:
        raise UsageError(f"error_code={code.code!r} has status {code.status}, which contradicts "
                         f"status={status}; remove one of them")
    shown = code.status if code else status
    headers = values.get("response_headers") or {}
    if not isinstance(headers, Mapping):
        raise UsageError(f"response_headers={headers!r}: expected a mapping of names to strings")
    headers = dict(headers)
    if "retry_after" in values:
        if shown not in RETRYABLE:
            got = "this fault has no status" if shown is None else f"this fault returns {shown}"
            raise UsageError("retry_after= requires a status of "
                             f"{', '.join(map(str, RETRYABLE))}; {got}")
        headers["Retry-After"] = retry_after_text(values["retry_after"])
    changed = changes("response_body", values.get("response_body"), headers)
    if shown is None:
        return Alter(changed) if changed else None
    return AnswerStatus(moment_of(values), shown, code, changed)


KIND = Kind("effect", (
    Setting("status", {"type": "integer", "minimum": 400, "maximum": 599},
            "return this error status, with the body that the service sends for it"),
    Setting("error_code", ERROR_CODE,
            "return this error code (IMG.0144), with its status and message"),
    Setting("retry_after", {"type": ["number", "string"]},
            "value of the Retry-After header: seconds or any string; only with 413, 429 and 503"),
    BODY,
    HEADERS,
    MOMENT,
), _build, calls=("status", "error_code", "response_body", "response_headers"))
