"""Fire on requests above a rate, as the rate limit of an API gateway does."""

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
_NAMES = {"s": "second", "m": "minute", "h": "hour", "d": "day"}


@dataclass(frozen=True)
class RetryAfter(Effect):
    """Adds ``Retry-After`` in whole seconds to a 413, 429 or 503."""

    seconds: int

    async def after(self, call: Call, answer: Answer) -> Answer | None:
        if answer.status not in RETRYABLE:
            return None
        kept = {name: value for name, value in answer.headers.items()
                if name.lower() != "retry-after"}
        return replace(answer, headers={**kept, "Retry-After": str(self.seconds)})

    def __str__(self) -> str:
        return f"sets Retry-After: {self.seconds}"


@dataclass(frozen=True)
class Rate(Schedule):
    """Accepts N requests per tenant and period of the fake's clock, and fires on the others.

    Each tenant has a bucket of N tokens. It is full at the first request, and N tokens per period
    flow in evenly. A request takes one token. If less than one token is left, the fault fires and
    takes none. Requests without a tenant share one bucket.

    Attributes:
        limit: N.
        unit: the period: s, m, h or d.
        answer: effects on requests above the limit; empty if the fault has its own effects.
        tells: whether to set ``Retry-After`` to the time until the next token.
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
        requests = "request" if self.limit == 1 else "requests"
        return f"above {self.limit} {requests} per {_NAMES[self.unit]} and tenant"


def _build(values: Values, scope: Scope) -> Rate:
    found = re.fullmatch(r"([1-9]\d*)/([smhd])", str(values["rate"]))
    if not found:
        raise UsageError(f"rate={values['rate']!r}: expected a number of requests per second, "
                         "minute, hour or day, such as '10/s' or '600/m'")
    return Rate(int(found[1]), found[2], scope.plan({"status": 429}).effects)


KIND = Kind("schedule", (
    Setting("rate", {"type": "string", "pattern": r"^[1-9]\d*/[smhd]$",
                     "title": "a rate such as '10/s', '600/m', '5/h' or '100/d'"},
            "fire on requests above this rate per tenant on the fake's clock ('10/s', '600/m'); "
            "returns 429 with the right Retry-After unless the fault has another effect"),
), _build)
