"""The fake's clock: wall time or freezegun's time, plus an offset that the test sets."""

from __future__ import annotations

import math
import time
from datetime import datetime, timezone
from functools import lru_cache
from typing import ClassVar

from ..errors import UsageError
from .durations import DurationLike, seconds, told
from .handle import Handle
from .sound import LATEST


class Clock(Handle):
    """The only source of time in the domain.

    It looks up ``time.time`` at each call, so freezegun's patch takes effect. ``advance`` adds to
    an offset. The clock never runs backwards by itself.
    """

    __slots__ = ("_offset",)
    _SURE: ClassVar[frozenset[str]] = frozenset({"now", "reset", "utcnow"})

    def __init__(self) -> None:
        self._offset = 0.0

    def now(self) -> float:
        """Return the time in seconds since the epoch."""
        return time.time() + self._offset

    def utcnow(self) -> datetime:
        """Return the time as an aware datetime in UTC."""
        return datetime.fromtimestamp(self.now(), timezone.utc)

    def advance(self, duration: DurationLike) -> datetime:
        """Move the clock forward and return the new time.

        Args:
            duration: seconds, a text such as ``"10m"``, or a timedelta.

        Raises:
            UsageError: the duration is invalid, negative, longer than 100 years, or leads to where
                a token or a job could end after the year 9999.
        """
        step = seconds(duration)
        if self.now() + step > LATEST:
            raise UsageError(f"the clock cannot be advanced by {duration!r}: a token or a job that "
                             "lasts 100 years from there would end after the year 9999")
        self._offset += step
        return self.utcnow()

    def reset(self) -> None:
        """Return to wall time (or freezegun's time)."""
        if self._offset:
            self._offset = 0.0

    def _told(self) -> str:
        ahead = f", {told(self._offset)} ahead" if self._offset else ""
        return f"{isotime(self.now())}{ahead}"


def isotime(instant: float) -> str:
    """Format an instant as the service does: ``2016-06-02T07:49:48Z``."""
    return _isotime(math.floor(instant))


@lru_cache(maxsize=256)
def _isotime(instant: int) -> str:
    moment = time.gmtime(instant)
    return (f"{moment.tm_year:04d}-{moment.tm_mon:02d}-{moment.tm_mday:02d}T"
            f"{moment.tm_hour:02d}:{moment.tm_min:02d}:{moment.tm_sec:02d}Z")
