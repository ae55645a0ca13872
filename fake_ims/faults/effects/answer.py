"""Answer with an error of the service instead of its own answer, before, in or after its work."""

from __future__ import annotations

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
    """Answers with an error status, in the body that the service has for it.

    Attributes:
        status: HTTP status.
        error: the error code that the body names; None for the status's default.
        changes: the body and headers that the user wants instead.
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
        return f"answers {self.status}{code}{self.changes}{self.when()}"


def _build(values: Values, scope: Scope) -> AnswerStatus | Alter | None:
    code = error_code(values["error_code"]) if "error_code" in values else None
    status = check_status(values["status"], scope.operations) if "status" in values else None
    if code and status and code.status != status:
        raise UsageError(f"error_code={code.code!r} answers {code.status}, which status={status} "
                         "contradicts; leave one of them out")
    shown = code.status if code else status
    headers = dict(values.get("response_headers") or {})
    if "retry_after" in values:
        if shown not in RETRYABLE:
            raise UsageError(f"retry_after= goes with a status of {', '.join(map(str, RETRYABLE))}"
                             f", not with {'none' if shown is None else shown}")
        headers["Retry-After"] = retry_after_text(values["retry_after"])
    changed = changes(values.get("response_body"), headers)
    if shown is None:
        return Alter(changed) if changed else None
    return AnswerStatus(moment_of(values), shown, code, changed)


KIND = Kind("effect", (
    Setting("status", {"type": "integer", "minimum": 400, "maximum": 599},
            "answer this error status, in the body that the service has for it"),
    Setting("error_code", ERROR_CODE,
            "answer this error code (IMG.0144), with its status and message"),
    Setting("retry_after", {"type": ["number", "string"]},
            "value of Retry-After: seconds, or any text; with 413, 429 and 503"),
    BODY,
    HEADERS,
    MOMENT,
), _build, calls=("status", "error_code", "response_body", "response_headers"))
