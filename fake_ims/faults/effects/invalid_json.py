"""Spoil the JSON of an answer; its length is right."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Literal

from ...errors import UsageError
from ..kinds import Kind, Scope, Setting, Values
from . import Effect

if TYPE_CHECKING:
    from ...api.call import Call
    from ...profiles.answer import Answer


@dataclass(frozen=True)
class InvalidJson(Effect):
    """Cuts the JSON of an answer in its middle, or puts a stray byte there."""

    way: Literal["cut", "stray"]
    shapes: ClassVar[int] = 1

    async def after(self, call: Call, answer: Answer) -> Answer | None:
        if answer.stream is not None or not answer.body or "json" not in (
                answer.content_type or ""):
            return None
        half = (len(answer.body) + 1) // 2
        if self.way == "cut":
            # The first half of a text or a table is no JSON; that of a number may be one.
            body = answer.body[:half] if answer.body[:1] in b'{["' else b"{" + answer.body[:half]
        else:
            # A control character stands nowhere in JSON, neither in a text nor between.
            body = answer.body[:half] + b"\x00" + answer.body[half:]
        return replace(answer, body=body, headers=dict(answer.headers))

    def __str__(self) -> str:
        if self.way == "cut":
            return "cuts the JSON of its answer in the middle"
        return "puts a stray byte into the JSON of its answer"


def _build(values: Values, scope: Scope) -> InvalidJson:
    for way in ("cut", "stray"):
        if values["invalid_json"] == way:
            return InvalidJson(way)
    raise UsageError(f"invalid_json={values['invalid_json']!r}: it is 'cut' (in the middle) or "
                     "'stray' (a byte too much)")


KIND = Kind("effect", (
    Setting("invalid_json", {"enum": ["cut", "stray"]},
            "cut the JSON of the answer in the middle, or put a stray byte there; Content-Length "
            "is right, and an answer without JSON stays as it is"),
), _build)
