"""Skip the first requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..kinds import Kind, Scope, Setting, Values
from ..values import whole
from . import Schedule, Turn

if TYPE_CHECKING:
    from ...api.call import Call


@dataclass(frozen=True)
class After(Schedule):
    """Skips the first N matching requests."""

    requests: int

    def due(self, turn: Turn, call: Call) -> bool:
        return turn.count > self.requests

    def __str__(self) -> str:
        return f"after {self.requests} request{'s' if self.requests != 1 else ''}"


def _build(values: Values, scope: Scope) -> After | None:
    requests = whole("after", values["after"], 0)
    return After(requests) if requests else None


KIND = Kind("schedule", (
    Setting("after", {"type": "integer", "minimum": 0},
            "skip this many matching requests first"),
), _build)
