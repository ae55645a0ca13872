"""One fault: which requests it matches, when it fires, what it does, and how often it fired."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, ClassVar

from ..domain.clock import Clock
from ..domain.handle import Handle
from .effects import Effect
from .schedules import Turn

if TYPE_CHECKING:
    from ..api.call import Call
    from ..server.port import Gate
    from ..server.state import Service
    from .plan import Plan
    from .store import Faults


class Fault(Handle):
    """A failure that a test injects. ``Faults.add`` returns it.

    Use it as a context manager to remove it at the end of the block. ``str(fault)`` describes it:
    ``images.create returns 503, 2 times``.

    Attributes:
        plan: its matches, schedules and effects.
        company: the faults that were added together with it, itself included (one weather).
    """

    __slots__ = ("_asked", "_hits", "_live", "_matched", "_number", "_owner", "_stages", "_text",
                 "company", "decides", "plan", "random", "reads_body")
    _INTERNAL: ClassVar[frozenset[str]] = frozenset({
        "company", "decides", "effects", "fire_at_once", "fires", "gate", "idle", "live", "meets",
        "plan", "present", "random", "reads_body", "retire", "service", "spent", "struck"})

    def __init__(
        self, owner: Faults, number: int, plan: Plan, random: Random, clock: Clock
    ) -> None:
        self._number = number
        self.plan = plan
        self.reads_body = any(match.reads_body for match in plan.matches) or any(
            schedule.reads_body for schedule in plan.schedules)
        self._asked = tuple(match.matches for match in plan.matches if not match.exact)
        self.decides = frozenset[str]().union(*(effect.decides for effect in self.effects))
        self.random = random
        self._owner = owner
        self._stages = tuple((stage, Turn(random, clock, clock.now())) for stage in plan.schedules)
        self._text = str(plan)
        self.company: tuple[Fault, ...] = (self,)
        self._live = True
        self._hits = 0
        self._matched = 0

    @property
    def number(self) -> int:
        """Its place in order of adding, from 1; its id for the control API."""
        return self._number

    @property
    def hits(self) -> int:
        """Number of requests on which it fired."""
        return self._owner.look(lambda: self._hits)

    @property
    def matched(self) -> int:
        """Number of requests that it matched, whether it fired or not.

        A request is not counted if an earlier fault already decided its outcome.
        """
        return self._owner.look(lambda: self._matched)

    @property
    def active(self) -> bool:
        """Whether it can still fire: it is not removed, used up or expired."""
        return self._owner.look(lambda: self._live and not self.spent())

    def remove(self) -> None:
        """Remove the fault and end its lasting effects: a job that hangs continues.

        A request that is being delayed still completes.
        """
        self._owner.look(lambda: self._owner.discard(self))

    def __enter__(self) -> Fault:
        return self

    def __exit__(self, *error: object) -> None:
        self.remove()

    def __str__(self) -> str:
        return self._text

    def _told(self) -> str:
        return self._text

    # The rest runs in the server's loop.

    @property
    def effects(self) -> tuple[Effect, ...]:
        """Every effect that it can have."""
        return (*self.plan.effects, *self.plan.brought)

    @property
    def gate(self) -> Gate | None:
        """The fake's port; None if it is not open yet or belongs to another server."""
        return self._owner.gate

    @property
    def service(self) -> Service | None:
        """The service that it affects; None if its ``Faults`` belongs to no service."""
        return self._owner.service

    @property
    def present(self) -> bool:
        """Whether it has not been removed. A used-up fault is still present."""
        return self._owner.holds(self)

    def fire_at_once(self) -> None:
        """Count one hit now, without a request, and never fire again."""
        self._hits += 1
        self._live = False

    def struck(self, call: Call) -> tuple[Effect, ...]:
        """Return its effects on the request on which it just fired."""
        brought = (stage.struck(turn, call) for stage, turn in self._stages)
        effects = (*self.plan.effects, *(effect for effects in brought for effect in effects))
        return tuple(effect.aimed(self) for effect in effects
                     if effect.sort is None or effect.sort.includes(call.operation))

    def meets(self, call: Call, document: object) -> bool:
        """Return whether it matches this request."""
        for matches in self._asked:  # noqa: SIM110 - a generator costs as much as what it asks
            if not matches(call, document):
                return False
        return True

    def fires(self, call: Call) -> bool:
        """Count a matching request and return whether the fault fires on it."""
        self._matched += 1
        for schedule, turn in self._stages:
            turn.count += 1
            if not schedule.due(turn, call):
                return False
        self._hits += 1
        return True

    def missed(self, call: Call) -> None:
        """Take back that it fired on a request, because it changed nothing there.

        A fault with other effects has changed something all the same.
        """
        if len(self.effects) > 1 or not self._hits:
            return
        self._hits -= 1
        for schedule, turn in self._stages:
            schedule.missed(turn)
        faults = list(call.exchange.faults)
        if self._text in faults:
            faults.remove(self._text)
            call.exchange.faults = tuple(faults)
        if not self._live and self.present and not self.spent():
            self._live = True
            self._owner.revive(self)

    def spent(self) -> bool:
        """Return whether it will never fire again."""
        return any(schedule.spent(turn) for schedule, turn in self._stages)

    @property
    def live(self) -> bool:
        """Whether it can still fire."""
        return self._live

    def retire(self) -> None:
        """Mark it as removed or used up."""
        self._live = False

    def idle(self) -> bool:
        """Return whether it has never fired."""
        return self._hits == 0
