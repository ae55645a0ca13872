"""Fire a limited number of times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..kinds import Kind, Setting
from ..values import whole
from . import Schedule, Turn

if TYPE_CHECKING:
    from ...api.call import Call


@dataclass(frozen=True)
class Times(Schedule):
    """Fires at most N times."""

    limit: int

    def due(self, turn: Turn, call: Call) -> bool:
        return turn.count <= self.limit

    def spent(self, turn: Turn) -> bool:
        return turn.count >= self.limit

    def missed(self, turn: Turn) -> None:
        turn.count -= 1

    def __str__(self) -> str:
        return "once" if self.limit == 1 else f"{self.limit} times"


KIND = Kind("schedule", (
    Setting("times", {"type": "integer", "minimum": 1}, "fire at most this many times"),
), lambda values, scope: Times(whole("times", values["times"], 1)))
