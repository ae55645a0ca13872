"""Strike what comes while enough is under way."""

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
    """Lets N requests be under way at once, and fires at those that come meanwhile.

    A request is under way from when its head has arrived until its answer is ready.

    Attributes:
        limit: N.
        answer: what is done to those above; empty if the fault has effects of its own.
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
        return f"above {self.limit} at once"


def _build(values: Values, scope: Scope) -> Concurrency:
    return Concurrency(whole("concurrency", values["concurrency"], 1),
                       scope.plan({"status": 429}).effects)


KIND = Kind("schedule", (
    Setting("concurrency", {"type": "integer", "minimum": 1},
            "fire while so many requests are under way already; answers 429 if no effect is given"),
), _build)
