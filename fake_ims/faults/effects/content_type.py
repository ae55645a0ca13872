"""Send a wrong content type; the body stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ..kinds import Kind, Scope, Setting, Values
from . import Effect
from .changes import TYPE, Changes, changes

if TYPE_CHECKING:
    from ...api.call import Call
    from ...profiles.answer import Answer


@dataclass(frozen=True)
class ContentType(Effect):
    """Sets ``Content-Type`` without changing the body."""

    changes: Changes
    shapes: ClassVar[int] = 1

    @property
    def decides(self) -> frozenset[str]:
        return TYPE

    async def after(self, call: Call, answer: Answer) -> Answer | None:
        return self.changes.apply(answer)

    def __str__(self) -> str:
        return f"sets the Content-Type to {self.changes.headers[0][1]}"


def _build(values: Values, scope: Scope) -> ContentType:
    return ContentType(changes("content_type", None, {"Content-Type": values["content_type"]}))


KIND = Kind("effect", (
    Setting("content_type", {"type": "string", "minLength": 1},
            "send this Content-Type, such as text/html, without changing the body"),
), _build)
