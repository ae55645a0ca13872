"""Read images as they were a while ago, as from a lagging replica."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ....domain.replica import Replica
from ...kinds import Kind, Setting
from ...view import terms
from .. import Effect, Work
from .sorts import READS, Sort
from .values import DURATION, length, some_time

if TYPE_CHECKING:
    from ....api.call import Call
    from ....domain.image import Image
    from ....profiles.answer import Answer
    from ...fault import Fault


@dataclass(eq=False)
class Stale(Effect):
    """Lets reads see the images as they were some seconds ago on the fake's clock.

    Changes from before the fault was added are visible. Reading an old status still counts as a
    poll for ``polls(N)``: the service itself keeps going.

    Attributes:
        lag: in seconds.
        seeded_is_old: whether an image that the test adds is visible at once.
        replica: the images that reads see.
    """

    lag: float
    seeded_is_old: bool = False
    replica: Replica | None = None
    wraps: ClassVar[bool] = True
    sort: ClassVar[Sort | None] = READS

    def placed(self, fault: Fault) -> None:
        service = fault.service
        if service is None:
            return
        service.transitions.settle()
        old = service.images.seeded if self.seeded_is_old else frozenset()
        self.replica = Replica(service.store, service.clock, self.lag, old)

    def lifted(self, fault: Fault) -> None:
        if self.replica is not None:
            self.replica.close()
            self.replica = None

    async def work(self, call: Call, do: Work) -> Answer:
        if self.replica is not None:
            service = call.service
            service.transitions.settle()

            def looks(image: Image) -> None:
                now = service.store.get(image.id)
                if now is not None:
                    service.transitions.look(now)

            meets = terms(call)
            meets.store, meets.looks = self.replica.store, looks
        return await do()

    def __str__(self) -> str:
        return f"reads images as they were {length(self.lag)} ago"


KIND = Kind("effect", (
    Setting("stale", DURATION,
            'read images as they were this long ago on the fake\'s clock: seconds or "5s"'),
), lambda values, scope: Stale(some_time("stale", values["stale"])))
