"""Fire at random."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ..chance import SEED
from ..kinds import Kind, Setting
from ..values import probability
from . import Schedule, Turn

if TYPE_CHECKING:
    from ...api.call import Call



@dataclass(frozen=True)
class Probability(Schedule):
    """Fires with this probability, from 0 (never) to 1 (always)."""

    probability: float
    by_chance: ClassVar[bool] = True

    def due(self, turn: Turn, call: Call) -> bool:
        return turn.random.random() < self.probability

    def __str__(self) -> str:
        return f"with probability {self.probability:g}"


KIND = Kind("schedule", (
    Setting("probability", {"type": "number", "minimum": 0, "maximum": 1},
            "fire at random with this probability, from 0 (never) to 1 (always)"),
    SEED,
), lambda values, scope: Probability(probability(values["probability"])))
