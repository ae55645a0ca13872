"""Strike certain attempts of the same logical request."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ...errors import UsageError
from ..kinds import Kind, Scope, Setting, Values
from . import Schedule, Turn

if TYPE_CHECKING:
    from ...api.call import Call

#: Logical requests that are remembered; past it, those not seen for longest are forgotten.
REMEMBERED = 10_000


@dataclass(frozen=True)
class Attempt(Schedule):
    """Fires at the Nth request, since the fault was set, that is the same as the ones before.

    The same are requests with one method, path, query, body and caller; of a body that is streamed
    (an upload) nothing is compared.

    Attributes:
        numbers: the attempts, from 1.
        least: the first of those that are meant as well, for good; None for none.
    """

    numbers: frozenset[int]
    least: int | None
    reads_body: ClassVar[bool] = True

    def due(self, turn: Turn, call: Call) -> bool:
        key = call.exchange.identity
        attempt = turn.memory.pop(key, 0) + 1
        turn.memory[key] = attempt
        if len(turn.memory) > REMEMBERED:
            del turn.memory[next(iter(turn.memory))]
        return attempt in self.numbers or (self.least is not None and attempt >= self.least)

    def __str__(self) -> str:
        if self.least is not None:
            return f"from attempt {self.least} on"
        listed = " and ".join(map(str, sorted(self.numbers)))
        return f"at attempt{'s' if len(self.numbers) > 1 else ''} {listed}"


def _build(values: Values, scope: Scope) -> Attempt:
    given = values["attempt"]
    if isinstance(given, str):
        found = re.fullmatch(r">=\s*([1-9]\d*)", given)
        if found:
            return Attempt(frozenset(), int(found[1]))
    numbers = given if isinstance(given, (list, tuple)) else (given,)
    if not numbers or not all(isinstance(number, int) and not isinstance(number, bool)
                              and number >= 1 for number in numbers):
        raise UsageError(f"attempt={given!r}: it is a whole number from 1 on, a list of them, or "
                         "'>=3'")
    return Attempt(frozenset(numbers), None)


KIND = Kind("schedule", (
    Setting("attempt", {"title": "a whole number from 1 on, a list of them, or '>=3'", "anyOf": [
        {"type": "integer", "minimum": 1},
        {"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 1},
        {"type": "string", "pattern": r"^>=\s*[1-9]\d*$"},
    ]}, "fire only at this attempt (or these, or from it on: '>=3') of the same request: one "
        "method, path, query, body and caller; of a streamed body nothing is compared"),
), _build)
