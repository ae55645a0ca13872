"""Do one thing after the other: what happens to the first request, to the second, and so on."""

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
    """Does to each request what its place says, and nothing after the last.

    Attributes:
        items: the effects of each place; none where the request passes.
    """

    items: tuple[tuple[Effect, ...], ...]

    def due(self, turn: Turn, call: Call) -> bool:
        return turn.count <= len(self.items) and bool(self.items[turn.count - 1])

    def spent(self, turn: Turn) -> bool:
        return turn.count >= len(self.items)

    def beside(self, effects: Sequence[Effect]) -> InSequence:
        for effect in effects:
            if effect.terminal and any(one.terminal for one in self.brings):
                raise UsageError(f"a request ends in one way, not in two: {effect}; {self.does()}. "
                                 "Leave one of them out, or set two faults")
        return self

    @property
    def brings(self) -> tuple[Effect, ...]:
        return tuple(effect for item in self.items for effect in item)

    def struck(self, turn: Turn, call: Call) -> tuple[Effect, ...]:
        return self.items[turn.count - 1]

    def does(self) -> str:
        told = (" and ".join(map(str, item)) if item else OK for item in self.items)
        return f"in turn: {'; '.join(told)}"

    def __str__(self) -> str:
        return ""


def _build(values: Values, scope: Scope) -> InSequence:
    given = values["sequence"]
    if not isinstance(given, (list, tuple)) or not given:
        raise UsageError(f"sequence={given!r}: it is a list of what happens: a status, 'ok', an "
                         "error code, or the settings of effects")
    items: list[tuple[Effect, ...]] = []
    for position, item in enumerate(given):
        try:
            items.append(_effects(item, scope))
        except UsageError as problem:
            raise UsageError(f"sequence[{position}]: {problem}") from None
    if not any(items):
        raise UsageError("sequence= does nothing: every item of it is 'ok'")
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
        raise UsageError(f"{item!r} is neither a status (503), nor 'ok', nor an error code "
                         "('IMG.0144'), nor the settings of effects "
                         "({'reset_connection': 'after'})")
    plan = scope.plan(settings)
    if plan.matches or plan.schedules:
        told = ", ".join(f"{name}=" for name in settings)
        raise UsageError(f"{told}: an item has settings of effects only; what else there is to "
                         "say stands beside sequence=")
    effects: tuple[Effect, ...] = plan.effects
    return effects


KIND = Kind("schedule", (
    Setting("sequence", {"type": "array", "minItems": 1, "items": {
        "title": "a status, 'ok', an error code, or a table of effects",
        "anyOf": [{"type": "integer", "minimum": 400, "maximum": 599},
                  {"enum": [OK]},
                  {"type": "string", "pattern": r"^IMG\.\d{4}$"},
                  {"type": "object"}]}},
        'what happens to the first matching request, to the second, ...: a status, "ok", an error '
        'code, or settings of effects: [503, "ok", {"reset_connection": "after"}, "IMG.0144"]'),
), _build)
