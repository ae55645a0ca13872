"""Uploads and imports that are slow, or whose image is killed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from ....domain.durations import Due
from ....errors import UsageError
from ...kinds import Kind, Scope, Setting, Values
from ...view import terms
from .. import Effect, Work
from .sorts import FILLS, Sort
from .values import DURATION, some_due

if TYPE_CHECKING:
    from ....api.call import Call
    from ....profiles.answer import Answer
    from ...fault import Fault


@dataclass(frozen=True)
class Fills(Effect):
    """Accepts the data, keeps the image ``saving`` for a while, or kills it at the end."""

    due: Due | None
    reason: str | None
    fault: Fault | None = None
    wraps: ClassVar[bool] = True
    sort: ClassVar[Sort | None] = FILLS

    def aimed(self, fault: Fault) -> Fills:
        return replace(self, fault=fault)

    async def work(self, call: Call, do: Work) -> Answer:
        meets = terms(call)
        if self.due is not None:
            meets.saving = self.due
        if self.reason is not None:
            meets.kill_reason = self.reason
        answer = await do()
        if self.fault is not None and not meets.filled:
            self.fault.missed(call)  # the service has taken no data, so there is nothing to change
        return answer

    def __str__(self) -> str:
        said = []
        if self.due is not None:
            said.append(f"keeps the image saving ({self.due})")
        if self.reason is not None:
            said.append(f"kills the image at the end: {self.reason}")
        return ", and ".join(said)


def _build(values: Values, scope: Scope) -> Fills:
    reason = values.get("kill")
    if reason is not None and (not isinstance(reason, str) or not reason):
        raise UsageError(f"kill={reason!r}: expected the reason, a string such as 'disk full'")
    due = some_due("saving", values["saving"]) if "saving" in values else None
    return Fills(due, reason)


KIND = Kind("effect", (
    Setting("saving", DURATION,
            'how long the image stays saving: seconds, "1m", "polls(3)" or "by hand"'),
    Setting("kill", {"type": "string", "minLength": 1},
            "the image is killed after its data has arrived, for this reason"),
), _build, calls=("saving", "kill"))
