"""Fire on every Nth request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..kinds import Kind, Scope, Setting, Values
from ..values import whole
from . import Schedule, Turn

if TYPE_CHECKING:
    from ...api.call import Call


@dataclass(frozen=True)
class Every(Schedule):
    """Fires on the Nth request, the 2Nth and so on."""

    nth: int

    def due(self, turn: Turn, call: Call) -> bool:
        return turn.count % self.nth == 0

    def __str__(self) -> str:
        return f"every {ordinal(self.nth)} request"


def ordinal(number: int) -> str:
    """Return an ordinal: ``1st``, ``2nd``, ``11th``."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def _build(values: Values, scope: Scope) -> Every | None:
    nth = whole("every", values["every"], 1)
    return Every(nth) if nth > 1 else None


KIND = Kind("schedule", (
    Setting("every", {"type": "integer", "minimum": 1}, "fire only on every Nth matching request"),
), _build)
