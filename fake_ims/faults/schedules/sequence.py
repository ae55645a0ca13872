"""Give each matching request its own outcome: the first, the second, and so on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...errors import UsageError
from ..effects import Effect
from ..kinds import Kind, Scope, Setting, Values
from . import Schedule, Turn

if TYPE_CHECKING:
    from ...api.call import Call

OK = "ok"


@dataclass(frozen=True)
class InSequence(Schedule):
    """Applies the Nth item to the Nth request, and nothing after the last item.

    Attributes:
        items: the effects of each item; empty for ``"ok"``.
    """

    items: tuple[tuple[Effect, ...], ...]

    def due(self, turn: Turn, call: Call) -> bool:
        return turn.count <= len(self.items) and bool(self.items[turn.count - 1])

    def spent(self, turn: Turn) -> bool:
        return turn.count >= len(self.items)

    def beside(self, effects: Sequence[Effect]) -> InSequence:
        for effect in effects:
            if effect.terminal and any(one.terminal for one in self.brings):
                raise UsageError("a request can have only one outcome, but this fault has two: "
                                 f"{str(effect)!r} and {self.does()!r}. Remove one of them, or "
                                 "add two faults")
        return self

    @property
    def brings(self) -> tuple[Effect, ...]:
        return tuple(effect for item in self.items for effect in item)

    def struck(self, turn: Turn, call: Call) -> tuple[Effect, ...]:
        return self.items[turn.count - 1]

    def does(self) -> str:
        told = (" and ".join(map(str, item)) if item else OK for item in self.items)
        return f"in sequence: {'; '.join(told)}"

    def __str__(self) -> str:
        return ""


def _build(values: Values, scope: Scope) -> InSequence:
    given = values["sequence"]
    if not isinstance(given, (list, tuple)) or not given:
        raise UsageError(f"sequence={given!r}: expected a list of outcomes, each a status, 'ok', "
                         "an error code, or a mapping of effects")
    items: list[tuple[Effect, ...]] = []
    for position, item in enumerate(given):
        try:
            items.append(_effects(item, scope))
        except UsageError as problem:
            raise UsageError(f"sequence[{position}]: {problem}") from None
    if not any(items):
        raise UsageError("sequence= has no effect, because every item is 'ok'")
    return InSequence(tuple(items))


def _effects(item: object, scope: Scope) -> tuple[Effect, ...]:
    settings: Mapping[str, object]
    if item == OK:
        return ()
    if isinstance(item, Mapping):
        settings = item
    elif isinstance(item, int) and not isinstance(item, bool):
        settings = {"status": item}
    elif isinstance(item, str):
        settings = {"error_code": item}
    else:
        raise UsageError(f"{item!r}: expected a status (503), 'ok', an error code ('IMG.0144') or "
                         "a mapping of effects ({'reset_connection': 'after'})")
    plan = scope.plan(settings)
    if plan.matches or plan.schedules:
        told = ", ".join(f"{name}=" for name in settings)
        raise UsageError(f"{told}: an item can only have settings of effects; move matches and "
                         "schedules next to sequence=")
    effects: tuple[Effect, ...] = plan.effects
    return effects


KIND = Kind("schedule", (
    Setting("sequence", {"type": "array", "minItems": 1, "items": {
        "title": "a status, 'ok', an error code, or a mapping of effects",
        "anyOf": [{"type": "integer", "minimum": 400, "maximum": 599},
                  {"enum": [OK]},
                  {"type": "string", "pattern": r"^IMG\.\d{4}$"},
                  {"type": "object"}]}},
        'outcomes of the first matching request, the second, and so on, each a status, "ok", an '
        'error code or a mapping of effects: [503, "ok", {"reset_connection": "after"}, '
        '"IMG.0144"]'),
), _build)
