"""Slow down the request body, the response body, or both."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ...errors import UsageError
from ..delivery import STEP, delivered
from ..kinds import Kind, Scope, Setting, Values
from . import Effect

if TYPE_CHECKING:
    from ...api.call import Call
    from ...profiles.answer import Answer


@dataclass(frozen=True)
class Dribble(Effect):
    """Reads the request body, sends the response body, or both, at a limited rate.

    Attributes:
        up: bytes per second of the request body; None for no limit.
        down: bytes per second of the response body; None for no limit.
    """

    up: float | None
    down: float | None

    @property
    def shapes(self) -> int:  # type: ignore[override]  # with up only, no response to shape
        return 0 if self.down is None else 3

    @property
    def decides(self) -> frozenset[str]:
        return frozenset({f"the {way} rate" for way, rate in (("up", self.up), ("down", self.down))
                          if rate is not None})

    async def before(self, call: Call) -> Answer | None:
        if self.up is not None:
            rate = self.up

            async def slowly(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
                size = max(1, int(rate * STEP))
                async for chunk in chunks:
                    for start in range(0, len(chunk), size):
                        piece = chunk[start:start + size]
                        await call.pause(len(piece) / rate)
                        yield piece

            call.hold.taps.append(slowly)
        return None

    async def after(self, call: Call, answer: Answer) -> Answer | None:
        if self.down is None:
            return None
        return delivered(call, answer, lambda how: replace(how, rate=self.down))

    def __str__(self) -> str:
        parts = [] if self.up is None else [f"the request body to {self.up:g} bytes/s"]
        if self.down is not None:
            parts.append(f"the response body to {self.down:g} bytes/s")
        return f"limits {' and '.join(parts)}"


def _build(values: Values, scope: Scope) -> Dribble:
    given = values["dribble"]
    if not isinstance(given, Mapping):
        rate = _rate(given)
        return Dribble(rate, rate)
    if not given or set(given) - {"up", "down"}:
        raise UsageError(f"dribble={dict(given)!r}: expected a number of bytes per second, or a "
                         "mapping with 'up', 'down' or both")
    return Dribble(*(_rate(given[way]) if way in given else None for way in ("up", "down")))


def _rate(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not (
            0 < value < float("inf")):
        raise UsageError(f"dribble: {value!r}: expected a number of bytes per second, greater "
                         "than 0")
    return float(value)


_RATE = {"type": "number"}
KIND = Kind("effect", (
    Setting("dribble", {
        "anyOf": [_RATE, {"type": "object", "additionalProperties": False,
                          "properties": {"up": _RATE, "down": _RATE}}],
        "title": "bytes per second, or {up: bytes per second, down: bytes per second}"},
        "limit the bytes per second of both bodies, or only of the request body (up) or of the "
        "response body (down)"),
), _build)
