"""When a fault fires among the requests that match: one small schedule in each file.

A fault's schedules form a chain: each sees only the requests that those before it let through,
and counts them in a ``Turn`` of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from ...domain.clock import Clock

if TYPE_CHECKING:
    from ...api.call import Call
    from ..effects import Effect


@dataclass(slots=True)
class Turn:
    """What a schedule may look at, and where it keeps what it has to remember.

    Attributes:
        random: the fault's own source of chance.
        clock: the fake's clock.
        set_at: instant on the fake's clock at which the fault was set.
        count: requests that have reached the schedule, this one included.
        memory: the schedule's own notes.
    """

    random: Random
    clock: Clock
    set_at: float
    count: int = 0
    memory: dict[Any, Any] = field(default_factory=dict)


class Schedule(Protocol):
    """One condition on when; prints as the words that it adds to a fault's sentence.

    A schedule may bring effects of its own, such as the 429 of a rate limit.

    Attributes:
        reads_body: whether it needs the body of the request (not one that is streamed).
        by_chance: whether it draws from ``turn.random``.
    """

    reads_body: ClassVar[bool] = False
    by_chance: ClassVar[bool] = False

    def due(self, turn: Turn, call: Call) -> bool:
        """Whether it lets this request through to the next schedule, and in the end to fire."""
        ...

    def spent(self, turn: Turn) -> bool:
        """Whether it will never let another request through."""
        return False

    def beside(self, effects: Sequence[Effect]) -> Schedule:
        """The schedule for a fault that has these effects.

        Raises:
            UsageError: it cannot stand beside them.
        """
        return self

    @property
    def brings(self) -> tuple[Effect, ...]:
        """All effects that it may bring."""
        return ()

    def struck(self, turn: Turn, call: Call) -> tuple[Effect, ...]:
        """Those that it brings to this request, which the fault fires at."""
        return self.brings

    def does(self) -> str:
        """What the effects that it brings do, in words."""
        return ", then ".join(map(str, self.brings))


__all__ = ["Schedule", "Turn"]
