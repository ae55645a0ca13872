"""Fire on requests above a limit of concurrent requests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..effects import Effect
from ..kinds import Kind, Scope, Setting, Values
from ..values import whole
from . import Schedule, Turn

if TYPE_CHECKING:
    from ...api.call import Call

_UNDER_WAY = "under way"


@dataclass(frozen=True)
class Concurrency(Schedule):
    """Accepts N concurrent requests and fires on every further one.

    A request is in progress from the arrival of its headers until its response is ready.

    Attributes:
        limit: N.
        answer: effects on requests above the limit; empty if the fault has its own effects.
    """

    limit: int
    answer: tuple[Effect, ...]

    def due(self, turn: Turn, call: Call) -> bool:
        memory = turn.memory
        under_way = memory.get(_UNDER_WAY, 0)
        if under_way >= self.limit:
            return True
        memory[_UNDER_WAY] = under_way + 1

        def leave() -> None:
            memory[_UNDER_WAY] -= 1

        call.hold.at_end(leave)
        return False

    def beside(self, effects: Sequence[Effect]) -> Concurrency:
        return replace(self, answer=()) if effects else self

    @property
    def brings(self) -> tuple[Effect, ...]:
        return self.answer

    def __str__(self) -> str:
        return f"above {self.limit} concurrent request{'s' if self.limit != 1 else ''}"


def _build(values: Values, scope: Scope) -> Concurrency:
    return Concurrency(whole("concurrency", values["concurrency"], 1),
                       scope.plan({"status": 429}).effects)


KIND = Kind("schedule", (
    Setting("concurrency", {"type": "integer", "minimum": 1},
            "fire on requests that arrive while this many are in progress; returns 429 unless the "
            "fault has another effect"),
), _build)
