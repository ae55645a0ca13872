"""Spare the first requests."""

from __future__ import annotations

from dataclasses import dataclass

from . import Schedule, Turn


@dataclass(frozen=True)
class After(Schedule):
    """Lets the first N matching requests pass unharmed."""

    requests: int

    def due(self, turn: Turn) -> bool:
        return turn.count > self.requests

    def __str__(self) -> str:
        return f"after {self.requests} request{'s' if self.requests != 1 else ''}"
