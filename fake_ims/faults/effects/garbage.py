"""Send bytes that are not HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...errors import UsageError
from ...profiles.answer import Answer
from ..delivery import Delivery
from ..kinds import Kind, Scope, Setting, Values
from ..moment import MOMENT, moment_of
from .changes import TYPE
from .ending import Ending

if TYPE_CHECKING:
    from ...api.call import Call

_BYTES = b"\x16\x03\x01\x02\x00 this is no HTTP \x00\xff\xfe\r\n"


@dataclass(frozen=True, eq=False)
class Garbage(Ending):
    """Sends bytes without a status line and headers, and closes the connection."""

    data: bytes

    @property
    def decides(self) -> frozenset[str]:
        return super().decides | TYPE | {"where the body ends", "how the body is framed"}

    async def end(self, call: Call) -> Answer:
        return Answer(0, self.data, sender=Delivery(call, head=False, closes=True))

    def __str__(self) -> str:
        return f"sends {len(self.data)} bytes that are not HTTP{self.when()}"


def _build(values: Values, scope: Scope) -> Garbage:
    given = values["garbage"]
    moment = moment_of(values)
    if given is True:
        return Garbage(moment, _BYTES)
    data = given.encode() if isinstance(given, str) else given
    if not isinstance(data, bytes) or not data:
        raise UsageError(f"garbage={given!r}: expected true, or the string or bytes to send")
    return Garbage(moment, data)


KIND = Kind("effect", (
    Setting("garbage", {"type": ["boolean", "string"]},
            "send bytes that are not HTTP (true), or send this string instead of HTTP, and close "
            "the connection"),
    MOMENT,
), _build)
