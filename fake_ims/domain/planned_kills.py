"""Planned kills of uploads: ``lifecycle.kill_next``, ``kill_nth``, ``kill_named``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class PlannedKill:
    """A planned kill: the next ``count`` uploads, the one after ``wait`` others, or by name."""

    reason: str
    name: str | None = None
    wait: int | None = None
    count: int = 0


class PlannedKills:
    """The planned kills of a test, oldest first."""

    __slots__ = ("_kills",)

    def __init__(self) -> None:
        self._kills: list[PlannedKill] = []

    def __len__(self) -> int:
        return len(self._kills)

    def add(self, kill: PlannedKill) -> None:
        """Add a planned kill."""
        self._kills.append(kill)

    def clear(self) -> None:
        """Drop all planned kills."""
        self._kills.clear()

    def why(self, name: str | None) -> str | None:
        """Return why an upload is killed, or None. Call this once for each upload that ends.

        Every upload counts for every ``kill_nth``. If several reasons apply, the earliest wins.
        """
        reason: str | None = None
        for kill in list(self._kills):
            if kill.name is not None:
                hit = kill.name == name
            elif kill.wait is not None:
                hit = kill.wait == 0
                kill.wait -= 1
                if hit:
                    self._kills.remove(kill)
            else:
                hit = reason is None
                kill.count -= hit
                if kill.count == 0:
                    self._kills.remove(kill)
            if hit and reason is None:
                reason = kill.reason
        return reason
