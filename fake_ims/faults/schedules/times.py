"""Strike so many times, then never again."""

from __future__ import annotations

from dataclasses import dataclass

from . import Schedule, Turn


@dataclass(frozen=True)
class Times(Schedule):
    """Fires at most N times."""

    limit: int

    def due(self, turn: Turn) -> bool:
        return turn.count <= self.limit

    def spent(self, turn: Turn) -> bool:
        return turn.count >= self.limit

    def __str__(self) -> str:
        return "once" if self.limit == 1 else f"{self.limit} times"
