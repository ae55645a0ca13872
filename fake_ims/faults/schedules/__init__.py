"""When a fault fires among the requests that match: one small schedule in each file.

A fault's schedules form a chain: each sees only the requests that those before it let through,
and counts them in a ``Turn`` of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Protocol

from ...domain.clock import Clock

if TYPE_CHECKING:
    from ...api.call import Call


@dataclass(slots=True)
class Turn:
    """What a schedule may look at.

    Attributes:
        random: the fault's own source of chance.
        clock: the fake's clock.
        set_at: instant on the fake's clock at which the fault was set.
        count: requests that have reached the schedule, this one included.
    """

    random: Random
    clock: Clock
    set_at: float
    count: int = 0


class Schedule(Protocol):
    """One condition on when; prints as the words that it adds to a fault's sentence."""

    def due(self, turn: Turn, call: Call) -> bool:
        """Whether it lets this request through to the next schedule, and in the end to fire."""
        ...

    def spent(self, turn: Turn) -> bool:
        """Whether it will never let another request through."""
        return False


__all__ = ["Schedule", "Turn"]
