"""Respond with the times of a wrong clock."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import TYPE_CHECKING

from ....errors import UsageError
from ...kinds import Kind, Scope, Setting, Values
from .. import Effect
from .values import DURATION, length, signed

if TYPE_CHECKING:
    from ....api.call import Call
    from ....profiles.answer import Answer

_INSTANT = rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)"
# The names of times in responses: created_at, expires_at, begin_time, ...
_FIELD = re.compile(rb'("\w*(?:_at|_time)"\s*:\s*")' + _INSTANT)
_HEADER = re.compile(r".*_at\Z", re.I)
_FORMAT = "%Y-%m-%dT%H:%M:%S"
_MOST = 366 * 86400.0


@dataclass(frozen=True)
class Skew(Effect):
    """Shifts the ``Date`` header and every time in the response; the fake's clock stays."""

    seconds: float

    async def after(self, call: Call, answer: Answer) -> Answer | None:
        now = datetime.fromtimestamp(call.service.clock.now() + self.seconds, timezone.utc)
        answer.headers["Date"] = format_datetime(now, usegmt=True)
        for name, value in answer.headers.items():
            if _HEADER.match(name):
                answer.headers[name] = self._shifted(value[:19]) + value[19:]
        if answer.stream is None and "json" in (answer.content_type or ""):
            answer.body = _FIELD.sub(
                lambda found: found[1] + self._shifted(found[2].decode()).encode(), answer.body)
        return answer

    def _shifted(self, text: str) -> str:
        try:
            moment = datetime.strptime(text, _FORMAT) + timedelta(seconds=self.seconds)
        except (ValueError, OverflowError):
            return text  # not a time, or one outside the range of datetime
        return moment.strftime(_FORMAT).rjust(19, "0")

    def __str__(self) -> str:
        way = "behind" if self.seconds < 0 else "ahead"
        return f"responds with a clock that is {length(abs(self.seconds))} {way}"


def _build(values: Values, scope: Scope) -> Skew:
    skew = signed("skew", values["skew"])
    if abs(skew) > _MOST:
        raise UsageError(f"skew={values['skew']!r}: expected at most one year (366 days)")
    return Skew(skew)


KIND = Kind("effect", (
    Setting("skew", DURATION,
            'shift the Date header and every time in the response: seconds, "-5m", "2h"'),
), _build)
