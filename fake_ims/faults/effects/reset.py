"""Lose the connection, before the work or after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from ...errors import UsageError
from ..connection import ConnectionCut
from ..kinds import Kind, Scope, Setting, Values
from . import Effect

if TYPE_CHECKING:
    from ...api.answer import Answer
    from ...api.call import Call


@dataclass(frozen=True)
class Reset(Effect):
    """Resets the connection: ``before`` the work, or ``after`` it, so that the answer is lost."""

    moment: Literal["before", "after"]
    terminal: ClassVar[bool] = True

    async def before(self, call: Call) -> Answer | None:
        if self.moment == "before":
            raise ConnectionCut(str(self))
        return None

    async def after(self, call: Call, answer: Answer) -> Answer | None:
        if self.moment == "after":
            raise ConnectionCut(str(self))
        return None

    def __str__(self) -> str:
        if self.moment == "before":
            return "resets the connection before its work"
        return "does its work and loses the answer"


def _build(values: Values, scope: Scope) -> Reset:
    moment = values["reset"]
    if moment not in ("before", "after"):
        raise UsageError(f"reset={moment!r}: it is 'before' (the work) or 'after' (it)")
    return Reset(moment)


KIND = Kind("effect", (
    Setting("reset", {"enum": ["before", "after"]},
            "reset the connection before the work, or after it, so that the answer is lost"),
), _build)
