"""Cut the response body: Content-Length is right, but the connection closes too early."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from ...errors import UsageError
from ..delivery import delivered
from ..kinds import Kind, Scope, Setting, Values
from . import Effect

if TYPE_CHECKING:
    from ...api.call import Call
    from ...profiles.answer import Answer

_SHARE = re.compile(r"(\d{1,2}(?:\.\d+)?) ?%")


@dataclass(frozen=True)
class Truncate(Effect):
    """Sends the beginning of the body and closes the connection.

    Attributes:
        size: number of bytes to send. Of a shorter body, all but the last byte are sent.
        share: share of the body to send, if ``size`` is None.
    """

    size: int | None
    share: float
    shapes: ClassVar[int] = 2

    @property
    def decides(self) -> frozenset[str]:
        return frozenset({"where the body ends"})

    async def after(self, call: Call, answer: Answer) -> Answer | None:
        length = len(answer.body) if answer.stream is None else answer.length
        if not length:
            return None
        size = int(length * self.share) if self.size is None else min(self.size, length - 1)
        # A body that ends with the connection has no Content-Length.
        changed = delivered(call, answer, lambda how: replace(
            how, closes=True, length=length if how.framing is None else None))
        changed.body, changed.length = answer.body[:size], size
        if answer.stream is not None:
            changed.stream = _beginning(answer.stream, size)
        return changed

    def __str__(self) -> str:
        if self.size is not None:
            return f"cuts the response after {self.size} bytes of the body"
        return f"cuts the response after {self.share * 100:g}% of the body"


def _beginning(chunks: Iterator[bytes], size: int) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk[:size]
        size -= len(chunk)
        if size <= 0:
            return


def _build(values: Values, scope: Scope) -> Truncate:
    given = values["truncate"]
    if isinstance(given, str):
        match = _SHARE.fullmatch(given.strip())
        if match is not None:
            return Truncate(None, float(match[1]) / 100)
    elif isinstance(given, int) and not isinstance(given, bool) and given >= 0:
        return Truncate(int(given), 0)
    raise UsageError(f"truncate={given!r}: expected the number of bytes to send, or a share of the "
                     "body, such as '50%'")


KIND = Kind("effect", (
    Setting("truncate", {"anyOf": [{"type": "integer", "minimum": 0},
                                   {"type": "string", "pattern": r"^\d{1,2}(\.\d+)? ?%$"}],
                         "title": "a number of bytes, or a share such as 50%"},
            'send only this many bytes of the response body, or this share ("50%"), with the right '
            "Content-Length, and close the connection; a response without a body does not change"),
), _build)
