"""A slow delete."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ....domain.durations import Due
from ...kinds import Kind, Setting
from ...view import terms
from .. import Effect, Work
from .sorts import DELETES, Sort
from .values import DURATION, some_due

if TYPE_CHECKING:
    from ....api.call import Call
    from ....profiles.answer import Answer


@dataclass(frozen=True)
class DeletesIn(Effect):
    """Responds at once, and keeps the image ``pending_delete`` for a while."""

    due: Due
    wraps: ClassVar[bool] = True
    sort: ClassVar[Sort | None] = DELETES

    async def work(self, call: Call, do: Work) -> Answer:
        terms(call).deleting = self.due
        return await do()

    def __str__(self) -> str:
        return f"keeps the image pending_delete ({self.due})"


KIND = Kind("effect", (
    Setting("deleting", DURATION,
            'how long the image stays pending_delete: seconds, "1m", "polls(3)" or "by hand"'),
), lambda values, scope: DeletesIn(some_due("deleting", values["deleting"])))
