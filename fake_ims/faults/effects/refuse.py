"""Close the port: the client's connections are refused."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ...api.connection import ConnectionCut
from ...domain.durations import seconds
from ...errors import UsageError
from ..kinds import Kind, Scope, Setting, Values
from .ending import Ending

if TYPE_CHECKING:
    from ...api.call import Call
    from ...profiles.answer import Answer
    from ..fault import Fault


@dataclass(frozen=True, eq=False)
class Refuse(Ending):
    """Stops listening, and cuts every connection that there is.

    A fault that is about every request, at any time, does so as it is set: no request would come
    through. Another one waits for a request that it fires at.

    Attributes:
        seconds: for how long, in real time; None until the fault is removed.
        fault: whose effect it is.
    """

    seconds: float | None
    fault: Fault | None = None
    answers: ClassVar[bool] = False

    def placed(self, fault: Fault) -> None:
        if fault.plan.matches or fault.plan.schedules:
            return
        if fault.gate is None:
            raise UsageError("refuse= closes the port at once, and there is none yet: start the "
                             "fake first, or say at which request it is to close, such as "
                             "'images.create'. A fake inside another server (fake.app) has no "
                             "port of its own")
        fault.gate.shut(fault, self.seconds)
        fault.fire_at_once()

    def lifted(self, fault: Fault) -> None:
        if fault.gate is not None:
            fault.gate.open(fault)

    def aimed(self, fault: Fault) -> Refuse:
        return Refuse(self.moment, self.seconds, fault)

    async def end(self, call: Call) -> Answer:
        if self.fault is not None and self.fault.gate is not None and self.fault.present:
            with suppress(UsageError):  # this system cannot: then only this request is cut
                self.fault.gate.shut(self.fault, self.seconds)
        raise ConnectionCut(str(self))

    def __str__(self) -> str:
        if self.seconds is None:
            return "closes the port until the fault is removed"
        return f"closes the port for {self.seconds:g}s"


def _build(values: Values, scope: Scope) -> Refuse:
    given = values["refuse"]
    if given is True:
        return Refuse("before", None)
    if given is False:
        raise UsageError("refuse=False: it is a duration, or true for as long as the fault is set")
    return Refuse("before", seconds(given))


KIND = Kind("effect", (
    Setting("refuse", {"type": ["number", "string", "boolean"]},
            'close the port, so that connections are refused, for so long in real time ("2s"), or '
            "until the fault is removed (true); connections that there are get cut"),
), _build)
