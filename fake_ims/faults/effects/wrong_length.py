"""Tell a wrong Content-Length: the client waits for more, or takes the rest for another answer."""

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
    """Sends the whole body under a Content-Length that is too large or too small.

    The connection stays open: too large, and the client waits for what does not come; too small,
    and it meets the rest of the body where it expects its next answer.
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
        return (f"tells a Content-Length that is {abs(self.more)} too "
                f"{'large' if self.more > 0 else 'small'}")


def _build(values: Values, scope: Scope) -> WrongLength:
    given = values["wrong_length"]
    if isinstance(given, bool) or not isinstance(given, int) or not given:
        raise UsageError(f"wrong_length={given!r}: it is the number of bytes by which "
                         "Content-Length is too large (10) or too small (-10)")
    return WrongLength(int(given))


KIND = Kind("effect", (
    Setting("wrong_length", {"type": "integer"},
            "tell a Content-Length that is so many bytes too large, or too small if negative; the "
            "connection stays open, and an answer without a body stays as it is"),
), _build)
