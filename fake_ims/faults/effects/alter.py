"""Handle the request and change the response."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from . import Effect
from .changes import Changes

if TYPE_CHECKING:
    from ...api.call import Call
    from ...profiles.answer import Answer


@dataclass(frozen=True)
class Alter(Effect):
    """Replaces the body or adds headers to the service's response; the status stays."""

    changes: Changes
    shapes: ClassVar[int] = 1

    @property
    def decides(self) -> frozenset[str]:
        return self.changes.decides

    async def after(self, call: Call, answer: Answer) -> Answer | None:
        return self.changes.apply(answer)

    def __str__(self) -> str:
        return f"responds{self.changes}"
