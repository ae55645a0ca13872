"""Fire during a time window of the fake's clock, and less and less often after it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from ...domain.clock import isotime
from ...domain.durations import told
from ...errors import UsageError
from ..chance import SEED
from ..kinds import Kind, Scope, Setting, Values
from ..values import duration
from . import Schedule, Turn

if TYPE_CHECKING:
    from ...api.call import Call


@dataclass(frozen=True)
class Window(Schedule):
    """Fires from one time of the fake's clock until just before another.

    During the recovery after it, the probability falls evenly from 1 to 0.

    Attributes:
        start: seconds since the fault was added, or seconds since the epoch.
        end: the same.
        start_is_instant: whether ``start`` counts from the epoch.
        end_is_instant: whether ``end`` counts from the epoch.
        recovery: seconds.
        by_chance: whether there is a recovery.
    """

    start: float
    end: float
    start_is_instant: bool
    end_is_instant: bool
    recovery: float

    @property
    def by_chance(self) -> bool:  # type: ignore[override]  # a property where others have a constant
        return self.recovery > 0

    def due(self, turn: Turn, call: Call) -> bool:
        now = turn.clock.now()
        if now < (self.start if self.start_is_instant else turn.set_at + self.start):
            return False
        over = now - self._end(turn)
        if over < 0:
            return True
        return over < self.recovery and turn.random.random() < 1 - over / self.recovery

    def spent(self, turn: Turn) -> bool:
        return turn.clock.now() >= self._end(turn) + self.recovery

    def _end(self, turn: Turn) -> float:
        return self.end if self.end_is_instant else turn.set_at + self.end

    def __str__(self) -> str:
        if self.start == 0 and not self.start_is_instant and not self.end_is_instant:
            during = f"for {told(self.end)}"
        else:
            first = isotime(self.start) if self.start_is_instant else told(self.start)
            last = isotime(self.end) if self.end_is_instant else told(self.end)
            during = f"between {first} and {last}"
        return during + (f", recovering over {told(self.recovery)}" if self.recovery else "")


def _build(values: Values, scope: Scope) -> Window:
    if "lasting" in values and "between" in values:
        raise UsageError("lasting= and between= both set the end; remove one of them")
    recovery = duration("recovery", values.get("recovery", 0))
    if "lasting" in values:
        return Window(0, duration("lasting", values["lasting"]), False, False, recovery)
    given = values["between"]
    if not isinstance(given, (list, tuple)) or len(given) != 2:
        raise UsageError(f"between={given!r}: expected a list of two, the start and the end")
    (start, fixed), (end, end_fixed) = map(_moment, given)
    if fixed == end_fixed and start >= end:
        raise UsageError(f"between={list(given)!r}: the end must be later than the start")
    return Window(start, end, fixed, end_fixed, recovery)


def _moment(value: object) -> tuple[float, bool]:
    """Parse a duration or a time; return seconds and whether they count from the epoch.

    Raises:
        UsageError: the value is neither.
    """
    if isinstance(value, str) and value[:4].isdigit() and value[4:5] == "-":
        try:
            value = datetime.fromisoformat(value.replace("Z", "+00:00"))
        except ValueError:
            raise UsageError(f"between: {value!r} is not a valid time; write it as "
                             "'2026-01-31T12:00:00Z'") from None
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=timezone.utc)).timestamp(), True
    found = duration("between", value)
    assert math.isfinite(found)
    return found, False


_DURATION = {"type": ["number", "string"]}
KIND = Kind("schedule", (
    Setting("lasting", _DURATION,
            'fire for this long on the fake\'s clock after the fault is added: seconds or "30s"'),
    Setting("between", {
        "title": "a list of two durations, or of two times (2026-01-31T12:00:00Z)",
        "type": "array", "items": _DURATION, "minItems": 2, "maxItems": 2},
        'fire between two times of the fake\'s clock: ["10s", "20s"] after the fault is added, or '
        "two ISO 8601 times; the end is exclusive"),
    Setting("recovery", _DURATION,
            "after lasting= or between=, keep firing at random for this long; the probability "
            "falls from 1 to 0"),
    SEED,
), _build, calls=("lasting", "between"))
