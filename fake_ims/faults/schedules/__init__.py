"""When a fault fires among the matching requests: one small schedule per file.

Schedules are checked in order. Each sees only the requests that the earlier ones accepted, and
counts them in its own ``Turn``.
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
    """The state of one schedule of one fault.

    Attributes:
        random: the fault's random generator.
        clock: the fake's clock.
        set_at: time on the fake's clock when the fault was added.
        count: number of requests that have reached the schedule, including this one.
        memory: what the schedule itself remembers.
    """

    random: Random
    clock: Clock
    set_at: float
    count: int = 0
    memory: dict[Any, Any] = field(default_factory=dict)


class Schedule(Protocol):
    """One condition on when a fault fires. Its string is its part of the fault's sentence.

    A schedule can bring its own effects, such as the 429 of a rate limit.

    Attributes:
        reads_body: whether it needs the body of the request (never a streamed one).
        by_chance: whether it draws from ``turn.random``.
    """

    reads_body: ClassVar[bool] = False
    by_chance: ClassVar[bool] = False

    def due(self, turn: Turn, call: Call) -> bool:
        """Return whether it accepts this request. If every schedule does, the fault fires."""
        ...

    def spent(self, turn: Turn) -> bool:
        """Return whether it will never accept another request."""
        return False

    def missed(self, turn: Turn) -> None:
        """Forget the last request: the fault fired on it and changed nothing."""
        return None

    def beside(self, effects: Sequence[Effect]) -> Schedule:
        """Return the schedule for a fault that has these effects.

        Raises:
            UsageError: the schedule contradicts the effects.
        """
        return self

    @property
    def brings(self) -> tuple[Effect, ...]:
        """Every effect that it can bring."""
        return ()

    def struck(self, turn: Turn, call: Call) -> tuple[Effect, ...]:
        """Return the effects that it brings to this request, on which the fault fires."""
        return self.brings

    def does(self) -> str:
        """Return its effects in words."""
        return ", then ".join(map(str, self.brings))


__all__ = ["Schedule", "Turn"]
