"""Keep the client waiting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...domain.durations import seconds
from ..kinds import Kind, Setting
from . import Effect

if TYPE_CHECKING:
    from ...api.answer import Answer
    from ...api.call import Call


@dataclass(frozen=True)
class Delay(Effect):
    """Waits so many real seconds before the work, then lets the request go on."""

    seconds: float

    async def before(self, call: Call) -> Answer | None:
        await call.pause(self.seconds)
        return None

    def __str__(self) -> str:
        return f"waits {self.seconds:g}s"


KIND = Kind("effect", (
    Setting("delay", {"type": ["number", "string"]},
            'wait so long before the work, in real time: seconds or "2s"'),
), lambda values, scope: Delay(seconds(values["delay"])))
