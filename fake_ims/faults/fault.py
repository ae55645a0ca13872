"""One fault: what it is about, when it fires, what it does, and how often it has."""

from __future__ import annotations

from random import Random
from types import TracebackType
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
    """A failure that a test has asked for; made by ``Faults.add``.

    Used as a context manager it is removed at the end of the block. ``str(fault)`` says what it
    does: ``images.create answers 503, 2 times``.

    Attributes:
        plan: what it consists of.
        company: the faults that were set together, itself among them: those of one weather.
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
        """How often it has fired."""
        return self._owner.look(lambda: self._hits)

    @property
    def matched(self) -> int:
        """How many requests it was about, fired at or spared.

        A request that an earlier fault has already answered does not count.
        """
        return self._owner.look(lambda: self._matched)

    @property
    def active(self) -> bool:
        """Whether it may still fire: neither removed, nor used up, nor is its time over."""
        return self._owner.look(lambda: self._live and not self.spent())

    def remove(self) -> None:
        """Let it fire no more, and end what lasts of it: a job that it holds up goes on.

        A request that it is delaying goes on all the same.
        """
        self._owner.look(lambda: self._owner.discard(self))

    def __enter__(self) -> Fault:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.remove()

    def __str__(self) -> str:
        return self._text

    def _told(self) -> str:
        return self._text

    # What follows belongs to the server's loop.

    @property
    def effects(self) -> tuple[Effect, ...]:
        """All that it may do."""
        return (*self.plan.effects, *self.plan.brought)

    @property
    def gate(self) -> Gate | None:
        """The port that the fake listens on; None if that is another server's, or not yet open."""
        return self._owner.gate

    @property
    def service(self) -> Service | None:
        """The service whose requests it strikes; None in a store of faults by itself."""
        return self._owner.service

    @property
    def present(self) -> bool:
        """Whether it is set: neither removed nor cleared; one that is used up still is."""
        return self._owner.holds(self)

    def fire_at_once(self) -> None:
        """It strikes as it is set, at no request, and never again."""
        self._hits += 1
        self._live = False

    def struck(self, call: Call) -> tuple[Effect, ...]:
        """What it does to the request that it has just fired at."""
        brought = (stage.struck(turn, call) for stage, turn in self._stages)
        effects = (*self.plan.effects, *(effect for effects in brought for effect in effects))
        return tuple(effect.aimed(self) for effect in effects
                     if effect.sort is None or effect.sort.includes(call.operation))

    def meets(self, call: Call, document: object) -> bool:
        """Whether it is about this request."""
        for matches in self._asked:  # noqa: SIM110 - a generator costs as much as what it asks
            if not matches(call, document):
                return False
        return True

    def fires(self, call: Call) -> bool:
        """Whether it strikes this request, which it is about; counts it."""
        self._matched += 1
        for schedule, turn in self._stages:
            turn.count += 1
            if not schedule.due(turn, call):
                return False
        self._hits += 1
        return True

    def spent(self) -> bool:
        """Whether it will never fire again."""
        return any(schedule.spent(turn) for schedule, turn in self._stages)

    @property
    def live(self) -> bool:
        """Whether it may still fire."""
        return self._live

    def retire(self) -> None:
        """Mark it as removed or used up."""
        self._live = False

    def idle(self) -> bool:
        """Whether it has never fired."""
        return self._hits == 0
