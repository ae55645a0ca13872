"""Lose the connection: before the work, in the middle of the request's body, or after the work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ...api.connection import ConnectionCut
from ..kinds import Kind, Setting
from ..moment import moment_of
from .ending import Ending

if TYPE_CHECKING:
    from ...api.call import Call
    from ...profiles.answer import Answer


@dataclass(frozen=True, eq=False)
class ResetConnection(Ending):
    """Resets the connection (TCP RST); after the work, so that the answer is lost."""

    answers: ClassVar[bool] = False

    async def end(self, call: Call) -> Answer:
        raise ConnectionCut(str(self))

    def __str__(self) -> str:
        return {"before": "resets the connection before its work",
                "middle": "resets the connection in the middle of the request's body",
                "after": "does its work and loses the answer"}[self.moment]


KIND = Kind("effect", (
    Setting("reset_connection", {"enum": ["before", "middle", "after"]},
            "reset the connection before the work, in the middle of the request's body, or after "
            "the work, so that the answer is lost"),
), lambda values, scope: ResetConnection(moment_of(values, "reset_connection")))
