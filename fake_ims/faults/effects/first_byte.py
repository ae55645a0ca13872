"""Handle the request at once, but send the response, or only its body, late."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from ...errors import UsageError
from ..delivery import delivered
from ..kinds import Kind, Scope, Setting, Values
from ..values import duration
from . import Effect

if TYPE_CHECKING:
    from ...api.call import Call
    from ...profiles.answer import Answer


@dataclass(frozen=True)
class FirstByte(Effect):
    """Waits before the headers and before the body. The journal already has the exchange.

    Attributes:
        head: real seconds before the first byte of the headers.
        body: real seconds between the headers and the first byte of the body.
    """

    head: float
    body: float
    shapes: ClassVar[int] = 3

    @property
    def decides(self) -> frozenset[str]:
        return frozenset({"when the first byte is sent"})

    async def after(self, call: Call, answer: Answer) -> Answer | None:
        return delivered(call, answer, lambda how: replace(
            how, wait_head=self.head, wait_body=self.body))

    def __str__(self) -> str:
        if not self.body:
            return f"sends the first byte of the response after {self.head:g}s"
        if not self.head:
            return f"sends the response body {self.body:g}s after the headers"
        return (f"sends the first byte of the response after {self.head:g}s, "
                f"and the body {self.body:g}s after the headers")


def _build(values: Values, scope: Scope) -> FirstByte:
    given = values["first_byte"]
    if not isinstance(given, Mapping):
        return FirstByte(duration("first_byte", given), 0)
    if not given or set(given) - {"head", "body"}:
        raise UsageError(f"first_byte={dict(given)!r}: expected a duration, or a mapping with "
                         "'head', 'body' or both")
    return FirstByte(duration("first_byte", given.get("head", 0)),
                     duration("first_byte", given.get("body", 0)))


_DURATION = {"type": ["number", "string"]}
KIND = Kind("effect", (
    Setting("first_byte", {
        "anyOf": [_DURATION, {"type": "object", "additionalProperties": False,
                              "properties": {"head": _DURATION, "body": _DURATION}}],
        "title": "a duration, or {head: duration, body: duration}"},
        'handle the request at once, but wait in real time before the response: seconds or "2s"; '
        '{"body": "2s"} sends the headers at once and waits before the body'),
), _build)
