"""Answer as an old server does: HTTP/1.0, without a length, the body ends with the connection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from ..delivery import delivered
from ..kinds import Kind, Scope, Setting, Values
from ..values import flag
from . import Effect

if TYPE_CHECKING:
    from ...api.call import Call
    from ...profiles.answer import Answer


@dataclass(frozen=True)
class Http10(Effect):
    """Speaks HTTP/1.0 and closes the connection after the answer."""

    shapes: ClassVar[int] = 2

    @property
    def decides(self) -> frozenset[str]:
        return frozenset({"how the body is framed"})

    async def after(self, call: Call, answer: Answer) -> Answer | None:
        return delivered(call, answer, lambda how: replace(
            how, framing=_as_it_is, version="1.0", closes=True, length=None))

    def __str__(self) -> str:
        return "answers in HTTP/1.0 without Content-Length and closes the connection"


def _as_it_is(chunks: Iterator[bytes]) -> Iterator[bytes]:
    return chunks


def _build(values: Values, scope: Scope) -> Http10:
    flag("http10", values["http10"])
    return Http10()


KIND = Kind("effect", (
    Setting("http10", {"type": "boolean"},
            "answer in HTTP/1.0, without keep-alive and Content-Length: the body ends with the "
            "connection"),
), _build)
