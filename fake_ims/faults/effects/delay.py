"""Delay a request or its response."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..chance import SEED, Spread, spread
from ..kinds import Kind, Scope, Setting, Values
from ..moment import MOMENT, Middle, Moment, have_arrived, moment_of
from . import Effect

if TYPE_CHECKING:
    from ...api.call import Call
    from ...profiles.answer import Answer
    from ..fault import Fault


@dataclass(frozen=True, eq=False)
class Delay(Effect):
    """Waits for some real seconds, then continues.

    The request is handled even if the client disconnects meanwhile.
    """

    wait: Spread
    moment: Moment

    @property
    def by_chance(self) -> bool:
        return self.wait.longest is not None or self.wait.sigma is not None

    def aimed(self, fault: Fault) -> Effect:
        return Delay(self.wait.fixed(fault.random), self.moment)

    async def before(self, call: Call) -> Answer | None:
        if self.moment == "before":
            await have_arrived(call)
            await call.pause(self.wait.seconds)
        elif self.moment == "middle":
            middle = call.hold.notes[self] = Middle(call, lambda: call.pause(self.wait.seconds))
            await middle.begin()
        return None

    async def after(self, call: Call, answer: Answer) -> Answer | None:
        if self.moment == "after":
            await call.pause(self.wait.seconds)
        middle = call.hold.notes.get(self)
        if isinstance(middle, Middle):
            await middle.catch_up()
        return None

    def __str__(self) -> str:
        return f"waits {self.wait}" + {
            "before": "", "middle": " in the middle of the request body",
            "after": " after handling"}[self.moment]


def _build(values: Values, scope: Scope) -> Delay:
    return Delay(spread("delay", values["delay"]), moment_of(values))


_DURATION = {"type": ["number", "string"]}
KIND = Kind("effect", (
    Setting("delay", {
        "anyOf": [
            _DURATION,
            {"type": "object", "additionalProperties": False, "required": ["uniform"],
             "properties": {"uniform": {"type": "array", "items": _DURATION,
                                        "minItems": 2, "maxItems": 2}}},
            {"type": "object", "additionalProperties": False, "required": ["lognormal"],
             "properties": {"lognormal": {
                 "type": "object", "additionalProperties": False,
                 "required": ["median", "sigma"],
                 "properties": {"median": _DURATION, "sigma": {"type": "number", "minimum": 0}}}}},
        ],
        "title": "a duration, {uniform: [shortest, longest]} or {lognormal: {median, sigma}}"},
        'wait in real time: seconds, "2s", or a random duration: {"uniform": ["1s", "3s"]}, '
        '{"lognormal": {"median": "1s", "sigma": 0.5}}'),
    MOMENT,
    SEED,
), _build)
