"""Answer with an error of the service instead of doing the work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ...contract.model import ErrorCode
from . import Effect
from .changes import Changes

if TYPE_CHECKING:
    from ...api.answer import Answer
    from ...api.call import Call


@dataclass(frozen=True)
class AnswerStatus(Effect):
    """Answers with an error status, in the body that the service has for it.

    Attributes:
        status: HTTP status.
        error: the error code that the body names; None for the status's default.
        changes: the body and headers that the user wants instead.
    """

    status: int
    error: ErrorCode | None
    changes: Changes
    terminal: ClassVar[bool] = True

    async def before(self, call: Call) -> Answer | None:
        answer = call.errors.fault_answer(call, self.status, self.error)
        return self.changes.apply(answer)

    def __str__(self) -> str:
        code = f" {self.error.code}" if self.error else ""
        return f"answers {self.status}{code}{self.changes}"
