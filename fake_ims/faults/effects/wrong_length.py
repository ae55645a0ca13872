"""Send a wrong Content-Length: the client waits for more bytes, or reads too few."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from ...errors import UsageError
from ..delivery import delivered
from ..kinds import Kind, Scope, Setting, Values
from . import Effect

if TYPE_CHECKING:
    from ...api.call import Call
    from ...profiles.answer import Answer


@dataclass(frozen=True)
class WrongLength(Effect):
    """Sends the whole body with a Content-Length that is too large or too small.

    The connection stays open. If the length is too large, the client waits for bytes that never
    come. If it is too small, the client finds the rest of the body before its next response.
    """

    more: int
    shapes: ClassVar[int] = 2

    @property
    def decides(self) -> frozenset[str]:
        return frozenset({"where the body ends", "how the body is framed"})

    async def after(self, call: Call, answer: Answer) -> Answer | None:
        length = len(answer.body) if answer.stream is None else answer.length
        if not length:
            return None
        return delivered(call, answer, lambda how: replace(
            how, length=max(0, length + self.more)))

    def __str__(self) -> str:
        return (f"sends a Content-Length that is {abs(self.more)} too "
                f"{'large' if self.more > 0 else 'small'}")


def _build(values: Values, scope: Scope) -> WrongLength:
    given = values["wrong_length"]
    if isinstance(given, bool) or not isinstance(given, int) or not given:
        raise UsageError(f"wrong_length={given!r}: expected the number of bytes by which "
                         "Content-Length is too large (10) or too small (-10)")
    return WrongLength(int(given))


KIND = Kind("effect", (
    Setting("wrong_length", {"type": "integer"},
            "send a Content-Length that is this many bytes too large (10) or too small (-10); the "
            "connection stays open, and a response without a body does not change"),
), _build)
