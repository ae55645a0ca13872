"""The fake's clock: wall time or freezegun's, plus what the test has moved it by."""

from __future__ import annotations

import math
import time
from datetime import datetime, timezone
from functools import lru_cache
from typing import ClassVar

from ..errors import UsageError
from .durations import DurationLike, seconds, told
from .handle import Handle


class Clock(Handle):
    """The only source of time of the domain.

    It reads ``time.time`` through its module at each call, so that freezegun's patch is seen, and
    adds the offset that ``advance`` has gathered. It never runs backwards by itself.
    """

    __slots__ = ("_offset",)
    _SURE: ClassVar[frozenset[str]] = frozenset({"now", "reset", "utcnow"})

    def __init__(self) -> None:
        self._offset = 0.0

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time() + self._offset

    def utcnow(self) -> datetime:
        """Now, as an aware datetime."""
        return datetime.fromtimestamp(self.now(), timezone.utc)

    def advance(self, duration: DurationLike) -> datetime:
        """Move the clock forward, by seconds, ``"10m"`` or a timedelta; gives the new time.

        Raises:
            UsageError: the duration cannot be read, is negative, or leads beyond the year 9999.
        """
        step = seconds(duration)
        try:
            moment = datetime.fromtimestamp(self.now() + step, timezone.utc)
        except (ValueError, OverflowError, OSError):
            raise UsageError(f"the clock cannot be advanced by {duration!r}: that is beyond the "
                             "year 9999") from None
        self._offset += step
        return moment

    def reset(self) -> None:
        """Back to wall time (or freezegun's)."""
        if self._offset:
            self._offset = 0.0

    def _told(self) -> str:
        ahead = f", {told(self._offset)} ahead" if self._offset else ""
        return f"{isotime(self.now())}{ahead}"


def isotime(instant: float) -> str:
    """An instant as the service prints it: ``2016-06-02T07:49:48Z``."""
    return _isotime(math.floor(instant))


@lru_cache(maxsize=256)
def _isotime(instant: int) -> str:
    moment = time.gmtime(instant)
    return (f"{moment.tm_year:04d}-{moment.tm_mon:02d}-{moment.tm_mday:02d}T"
            f"{moment.tm_hour:02d}:{moment.tm_min:02d}:{moment.tm_sec:02d}Z")
