"""Strike by chance."""

from __future__ import annotations

from dataclasses import dataclass

from . import Schedule, Turn


@dataclass(frozen=True)
class Probability(Schedule):
    """Fires with this probability, from 0 (never) to 1 (always)."""

    probability: float

    def due(self, turn: Turn) -> bool:
        return turn.random.random() < self.probability

    def __str__(self) -> str:
        return f"with probability {self.probability:g}"
