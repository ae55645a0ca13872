"""Reset the connection before, during or after the handling of a request."""

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
    """Resets the connection (TCP RST). After handling, this loses the response."""

    answers: ClassVar[bool] = False

    async def end(self, call: Call) -> Answer:
        raise ConnectionCut(str(self))

    def __str__(self) -> str:
        return {"before": "resets the connection before handling",
                "middle": "resets the connection in the middle of the request body",
                "after": "resets the connection after handling"}[self.moment]


KIND = Kind("effect", (
    Setting("reset_connection", {"enum": ["before", "middle", "after"]},
            "reset the connection before the request is handled, in the middle of the request "
            "body, or after the request is handled (the response is lost)"),
), lambda values, scope: ResetConnection(moment_of(values, "reset_connection")))
