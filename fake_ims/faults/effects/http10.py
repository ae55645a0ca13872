"""Respond like an old server: HTTP/1.0 without Content-Length, closing the connection."""

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
    """Sends an HTTP/1.0 response and closes the connection."""

    shapes: ClassVar[int] = 2

    @property
    def decides(self) -> frozenset[str]:
        return frozenset({"how the body is framed"})

    async def after(self, call: Call, answer: Answer) -> Answer | None:
        return delivered(call, answer, lambda how: replace(
            how, framing=_as_it_is, version="1.0", closes=True, length=None))

    def __str__(self) -> str:
        return "responds with HTTP/1.0, without Content-Length, and closes the connection"


def _as_it_is(chunks: Iterator[bytes]) -> Iterator[bytes]:
    return chunks


def _build(values: Values, scope: Scope) -> Http10:
    flag("http10", values["http10"])
    return Http10()


KIND = Kind("effect", (
    Setting("http10", {"type": "boolean"},
            "respond with HTTP/1.0, without keep-alive and Content-Length; the body ends when the "
            "connection closes"),
), _build)
