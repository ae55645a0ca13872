"""Make the JSON of a response invalid; its Content-Length is right."""

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
    """Cuts the JSON of a response in the middle, or puts a stray byte there."""

    way: Literal["cut", "stray"]
    shapes: ClassVar[int] = 1

    async def after(self, call: Call, answer: Answer) -> Answer | None:
        if answer.stream is not None or not answer.body or "json" not in (
                answer.content_type or ""):
            return None
        half = (len(answer.body) + 1) // 2
        if self.way == "cut":
            # Half of a string, list or object is never valid JSON, but half of a number may be.
            body = answer.body[:half] if answer.body[:1] in b'{["' else b"{" + answer.body[:half]
        else:
            # JSON allows a control character nowhere, neither in a string nor outside.
            body = answer.body[:half] + b"\x00" + answer.body[half:]
        return replace(answer, body=body, headers=dict(answer.headers))

    def __str__(self) -> str:
        if self.way == "cut":
            return "cuts the JSON of the response in the middle"
        return "puts a stray byte into the JSON of the response"


def _build(values: Values, scope: Scope) -> InvalidJson:
    for way in ("cut", "stray"):
        if values["invalid_json"] == way:
            return InvalidJson(way)
    raise UsageError(f"invalid_json={values['invalid_json']!r}: expected 'cut' (in the middle) or "
                     "'stray' (one byte too many)")


KIND = Kind("effect", (
    Setting("invalid_json", {"enum": ["cut", "stray"]},
            "cut the JSON of the response in the middle (cut), or put a stray byte there (stray); "
            "Content-Length is right, and a response without JSON does not change"),
), _build)
