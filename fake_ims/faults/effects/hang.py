"""Never respond: the client waits until it gives up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ...api.connection import ConnectionCut
from ..departure import Departure
from ..kinds import Kind, Scope, Setting, Values
from ..moment import MOMENT, arriving, moment_of
from ..values import flag
from .ending import Ending

if TYPE_CHECKING:
    from ...api.call import Call
    from ...profiles.answer import Answer


@dataclass(frozen=True, eq=False)
class Hang(Ending):
    """Reads the request and never responds.

    It ends when the client disconnects, at a reset, or when the fake stops.

    Attributes:
        ends_writing: whether to close the service's side of the connection (TCP FIN). The
            connection stays half open.
    """

    ends_writing: bool
    answers: ClassVar[bool] = False

    async def end(self, call: Call) -> Answer:
        # Read the body first, so that the client starts to wait and its disconnect is noticed.
        await _take_in(call)
        with Departure(call.request) as departure:
            transport = call.request.transport
            if self.ends_writing and transport is not None and transport.can_write_eof():
                transport.write_eof()
            await call.pause(None, until=departure.gone)
        raise ConnectionCut(str(self))

    def __str__(self) -> str:
        done = "is handled but " if self.moment == "after" else ""
        if self.ends_writing:
            return f"{done}gets a half-closed connection and no response"
        return f"{done}gets no response"


async def _take_in(call: Call) -> None:
    """Read the rest of the request body and give its beginning to the journal."""
    limit = call.service.journal.body_limit
    kept = bytearray()
    size = 0
    async for chunk in arriving(call):
        size += len(chunk)
        if len(kept) < limit:
            kept += chunk
    if size and not call.exchange.request_body:
        call.exchange.request_body = bytes(kept[:limit])
        call.exchange.request_size = size


def _build(values: Values, scope: Scope) -> Hang:
    flag("hang", values["hang"])
    return Hang(moment_of(values, allowed=("before", "after")), False)


KIND = Kind("effect", (
    Setting("hang", {"type": "boolean"},
            "read the request and never respond, until the client disconnects"),
    MOMENT,
), _build)
