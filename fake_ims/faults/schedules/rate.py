"""Strike what comes faster than a rate: the limit of an API gateway."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ...errors import UsageError
from ..effects import Effect
from ..effects.answer import AnswerStatus
from ..effects.raw import Raw
from ..kinds import Kind, Scope, Setting, Values
from ..statuses import RETRYABLE
from . import Schedule, Turn

if TYPE_CHECKING:
    from ...api.call import Call
    from ...profiles.answer import Answer

_PERIODS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_NAMES = {"s": "a second", "m": "a minute", "h": "an hour", "d": "a day"}


@dataclass(frozen=True)
class RetryAfter(Effect):
    """Says in a 413, 429 or 503 when to try again, in whole seconds."""

    seconds: int

    async def after(self, call: Call, answer: Answer) -> Answer | None:
        if answer.status not in RETRYABLE:
            return None
        kept = {name: value for name, value in answer.headers.items()
                if name.lower() != "retry-after"}
        return replace(answer, headers={**kept, "Retry-After": str(self.seconds)})

    def __str__(self) -> str:
        return f"says Retry-After: {self.seconds}"


@dataclass(frozen=True)
class Rate(Schedule):
    """Lets N requests of a tenant pass in a period of the fake's clock, and fires at the others.

    Each tenant has a bucket of N tokens, full when its first request comes, into which N flow
    evenly in a period. A request that finds a whole token takes it and passes; the fault fires at
    one that does not, and that takes nothing. Requests without a tenant share a bucket.

    Attributes:
        limit: N.
        unit: of the period: s, m, h or d.
        answer: what is done to those above; empty if the fault has effects of its own.
        tells: whether ``Retry-After`` says when there is a whole token again.
    """

    limit: int
    unit: str
    answer: tuple[Effect, ...]
    tells: bool = True

    def due(self, turn: Turn, call: Call) -> bool:
        now = turn.clock.now()
        tenant = call.caller.project_id if call.caller else None
        tokens, since = turn.memory.get(tenant, (float(self.limit), now))
        tokens = min(float(self.limit), tokens + (now - since) * self._a_second)
        over = bool(tokens < 1 - 1e-9)
        turn.memory[tenant] = (tokens if over else tokens - 1, now)
        return over

    @property
    def _a_second(self) -> float:
        return self.limit / _PERIODS[self.unit]

    def beside(self, effects: Sequence[Effect]) -> Rate:
        told = any(isinstance(effect, Raw) for effect in effects) or any(
            name.lower() == "retry-after" for effect in effects
            if isinstance(effect, AnswerStatus) for name, _ in effect.changes.headers)
        return replace(self, answer=(), tells=not told) if effects else self

    @property
    def brings(self) -> tuple[Effect, ...]:
        return self.answer

    def struck(self, turn: Turn, call: Call) -> tuple[Effect, ...]:
        if not self.tells:
            return self.answer
        tokens, _ = turn.memory[call.caller.project_id if call.caller else None]
        wait = (1 - tokens) / self._a_second
        return (*self.answer, RetryAfter(max(1, math.ceil(wait - 1e-6))))

    def __str__(self) -> str:
        return f"above {self.limit} {_NAMES[self.unit]} of a tenant"


def _build(values: Values, scope: Scope) -> Rate:
    found = re.fullmatch(r"([1-9]\d*)/([smhd])", str(values["rate"]))
    if not found:
        raise UsageError(f"rate={values['rate']!r}: it is a number of requests a second, minute, "
                         "hour or day, such as '10/s' or '600/m'")
    return Rate(int(found[1]), found[2], scope.plan({"status": 429}).effects)


KIND = Kind("schedule", (
    Setting("rate", {"type": "string", "pattern": r"^[1-9]\d*/[smhd]$",
                     "title": "a rate such as '10/s', '600/m', '5/h' or '100/d'"},
            "fire above so many requests of a tenant in a second, minute, hour or day of the "
            "fake's clock ('10/s', '600/m'); answers 429 with the right Retry-After if no effect "
            "is given"),
), _build)
