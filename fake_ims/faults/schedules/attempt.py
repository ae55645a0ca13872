"""Fire on given attempts of the same request."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ...errors import UsageError
from ..kinds import Kind, Scope, Setting, Values
from . import Schedule, Turn

if TYPE_CHECKING:
    from ...api.call import Call

#: Number of distinct requests to remember. Beyond it, the least recently seen are forgotten.
REMEMBERED = 10_000


@dataclass(frozen=True)
class Attempt(Schedule):
    """Fires on the Nth attempt of the same request since the fault was added.

    Requests are the same if method, path, query, body and caller are equal. A streamed body (an
    upload) is not compared.

    Attributes:
        numbers: the attempts, from 1.
        least: fires on this attempt and every later one; None for none.
    """

    numbers: frozenset[int]
    least: int | None
    reads_body: ClassVar[bool] = True

    def due(self, turn: Turn, call: Call) -> bool:
        key = call.exchange.attempt_key
        attempt = turn.memory.pop(key, 0) + 1
        turn.memory[key] = attempt
        if len(turn.memory) > REMEMBERED:
            del turn.memory[next(iter(turn.memory))]
        return attempt in self.numbers or (self.least is not None and attempt >= self.least)

    def __str__(self) -> str:
        if self.least is not None:
            return f"from attempt {self.least} on"
        listed = " and ".join(map(str, sorted(self.numbers)))
        return f"on attempt{'s' if len(self.numbers) > 1 else ''} {listed}"


def _build(values: Values, scope: Scope) -> Attempt:
    given = values["attempt"]
    if isinstance(given, str):
        found = re.fullmatch(r">=\s*([1-9]\d*)", given)
        if found:
            return Attempt(frozenset(), int(found[1]))
    numbers = given if isinstance(given, (list, tuple)) else (given,)
    if not numbers or not all(isinstance(number, int) and not isinstance(number, bool)
                              and number >= 1 for number in numbers):
        raise UsageError(f"attempt={given!r}: expected an integer, 1 or greater, a list of such "
                         "integers, or '>=3'")
    return Attempt(frozenset(numbers), None)


KIND = Kind("schedule", (
    Setting("attempt", {"title": "an integer from 1, a list of integers, or '>=3'", "anyOf": [
        {"type": "integer", "minimum": 1},
        {"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 1},
        {"type": "string", "pattern": r"^>=\s*[1-9]\d*$"},
    ]}, "fire only on this attempt, these attempts, or from one attempt on ('>=3') of the same "
        "request: same method, path, query, body and caller; streamed bodies are not compared"),
), _build)
