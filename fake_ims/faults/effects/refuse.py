"""Close the port, so that connections are refused."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ...api.connection import ConnectionCut
from ...errors import UsageError
from ..kinds import Kind, Scope, Setting, Values
from ..values import duration
from .ending import Ending

if TYPE_CHECKING:
    from ...api.call import Call
    from ...profiles.answer import Answer
    from ..fault import Fault


@dataclass(frozen=True, eq=False)
class Refuse(Ending):
    """Closes the port and cuts every open connection.

    Without matches and schedules, the port closes as soon as the fault is added. Otherwise it
    closes when the fault fires on a request.

    Attributes:
        seconds: real seconds until the port opens again; None until the fault is removed.
        fault: the fault that this effect belongs to.
    """

    seconds: float | None
    fault: Fault | None = None
    answers: ClassVar[bool] = False

    def placed(self, fault: Fault) -> None:
        if fault.plan.matches or fault.plan.schedules:
            return
        if fault.gate is None:
            raise UsageError("refuse= closes the port at once, but the fake has no open port yet: "
                             "start the fake first, or pass an operation, such as "
                             "'images.create', to close the port at that request. A fake inside "
                             "another server (fake.app) has no port of its own")
        fault.gate.shut(fault, self.seconds)
        fault.fire_at_once()

    def lifted(self, fault: Fault) -> None:
        if fault.gate is not None:
            fault.gate.open(fault)

    def aimed(self, fault: Fault) -> Refuse:
        return Refuse(self.moment, self.seconds, fault)

    async def end(self, call: Call) -> Answer:
        if self.fault is not None and self.fault.gate is not None and self.fault.present:
            with suppress(UsageError):  # not possible on this system: cut only this request
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
        raise UsageError("refuse=False: expected a duration, or true to close the port until the "
                         "fault is removed")
    return Refuse("before", duration("refuse", given))


KIND = Kind("effect", (
    Setting("refuse", {"type": ["number", "string", "boolean"]},
            'close the port, so that connections are refused, for a duration in real time ("2s") '
            "or until the fault is removed (true); open connections are cut"),
), _build)
