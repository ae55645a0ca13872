"""The faults that are set: adding, removing, and finding those of a request."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from ..contract.model import Profile
from ..domain.clock import Clock
from ..domain.handle import Handle
from ..errors import UsageError
from .fault import Fault
from .index import Index
from .runner import Runner, directly
from .strike import Strike

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..api.call import Call
    from ..domain.durations import DurationLike
    from ..server.port import Gate
    from ..server.state import Service
    from .effects import Effect
    from .plan import Plan
    from .settings import Settings
    from .weather import Weather

T = TypeVar("T")


class Faults(Handle):
    """Failures that the test asks for, behind ``fake.faults``.

    They are data of the server's loop. Every public method gets there through ``run`` or ``look``,
    which the facade replaces; ``any``, ``matching`` and ``strike`` are the pipeline's and run in
    the loop.

    Args:
        clock: the fake's clock.

    Attributes:
        seed: where the chance of faults that have no seed of their own comes from; the same seed
            and the same faults give the same failures.
        any: whether a fault may fire at all.
        chance: whether a fault with chance has been set since the last ``clear``.
        profile: the profile whose operations a fault may name; None for any.
        gate: the port that the fake listens on; None if it does not yet, or another server does.
        service: where its effects begin what lasts; None in a store by itself.
        run: how a call that adds or clears gets to the loop's thread.
        look: the same for reading and removing, which are harmless after the fake has stopped;
            goes through ``run`` until it is replaced.
    """

    seed: int | str
    any: bool
    chance: bool
    profile: Profile | None
    gate: Gate | None
    service: Service | None
    run: Runner
    look: Runner
    _INTERNAL: ClassVar[frozenset[str]] = frozenset({
        "any", "chance", "discard", "forget", "gate", "holds", "look", "matching", "place",
        "profile", "run", "service", "strike"})

    def __init__(self, clock: Clock) -> None:
        self.seed = 0
        self.any = False
        self.chance = False
        self.profile = None
        self.gate = None
        self.service = None
        self.run = directly
        self.look = self._look
        self._clock = clock
        self._added = 0
        self._faults: dict[Fault, None] = {}
        self._index = Index()

    def add(self, operation: str | None = None, **settings: Unpack[Settings]) -> Fault:
        """Set a fault; it acts from now on.

        Some matches say which requests it is about, some schedules when it fires among them, and
        at least one effect what happens then.

        Args:
            operation: an operation (``images.create``) or a glob (``images.*``); without one, or
                with ``*``, every request, also one that no route matches.
            settings: what else is said of it, such as ``status=503, times=2``. All of them, with
                what they take, stand in the chapter *Faults* of the documents, and are printed by
                ``fake-ims faults``. One that is None counts as left out.

        Raises:
            UsageError: a name or value is unknown, or the settings contradict each other.
        """
        return self.set({"operation": operation, **settings})

    def set(self, settings: Mapping[str, object]) -> Fault:
        """``add`` for settings from data, such as a file: ``{"operation": "images.create", ...}``.

        Raises:
            UsageError: as ``add``.
        """
        from .plan import plan  # brings every kind in

        return self.place([plan(settings, self.profile)])[0]

    def weather(self, name: str, *, seed: int | str | None = None) -> Weather:
        """Set the faults of a weather, such as ``flaky``; as a context manager, for a block.

        Args:
            name: flaky, throttled, brownout, az-outage or slow-disk; the documents and
                ``fake-ims faults`` tell what each consists of.
            seed: of its chance; by default the fake's.

        Raises:
            UsageError: there is no weather of that name.
        """
        from .weather import set_weather

        return set_weather(self, name, seed)

    def place(self, plans: Sequence[Plan]) -> tuple[Fault, ...]:
        """Set faults that are planned already, all at once.

        Raises:
            UsageError: one cannot be set; then none is.
        """
        def work() -> tuple[Fault, ...]:
            faults: list[Fault] = []
            try:
                for one in plans:
                    faults.append(self._set(one))
            except UsageError:
                for fault in faults:
                    self.discard(fault)
                raise
            for fault in faults:
                fault.company = tuple(faults)
            return tuple(faults)

        return self.run(work)

    def outage(
        self,
        chapter: str | None = None,
        *,
        lasting: DurationLike = "1m",
        status: int | None = 503,
        recovery: DurationLike | None = None,
        **settings: Any,
    ) -> Fault:
        """Let everything fail for a while: ``add`` with the words for it.

        Args:
            chapter: a face (``ims``), or a page of the reference; by default everything fails.
            lasting: how long, on the fake's clock.
            status: the answer; None if ``settings`` say what happens
                (``reset_connection="before"``).
            recovery: how long the failures take to thin out afterwards.
            settings: more of what ``add`` takes.

        Raises:
            UsageError: as ``add``.
        """
        return self.set({"chapter": chapter, "lasting": lasting, "status": status,
                         "recovery": recovery, **settings})

    def clear(self) -> None:
        """Remove every fault, and start the common chance anew."""
        self.run(self.forget)

    def unused(self) -> list[Fault]:
        """The faults that have been set, were not removed, and have never fired.

        Those of a weather count together: one that has fired stands for all of them.
        """
        return self.look(lambda: [fault for fault in self._faults
                                  if all(one.idle() for one in fault.company)])

    def __iter__(self) -> Iterator[Fault]:
        """The faults in order of adding, used-up ones included."""
        return iter(self.look(lambda: list(self._faults)))

    def __len__(self) -> int:
        return self.look(lambda: len(self._faults))

    def __bool__(self) -> bool:
        # An empty store is still a store: ``faults or Faults(...)`` must not replace it.
        return True

    def __str__(self) -> str:
        return "\n".join(map(str, self)) or "no faults"

    def _told(self) -> str:
        faults = list(self._faults)
        unused = sum(fault.idle() for fault in faults)
        return f"{len(faults)} set" + (f", {unused} never fired" if unused else "")

    # What follows belongs to the server's loop.

    def matching(self, call: Call) -> tuple[Fault, ...]:
        """The faults that are looked up for the request, in order of adding."""
        return self._index.of(call)

    async def strike(self, call: Call) -> Strike | None:
        """Decide which faults fire at this request, and note them in its exchange.

        Of those that decide the same, such as how the request ends, only the first to fire counts;
        the others are not asked.
        """
        document: object = None
        if any(fault.reads_body for fault in self.matching(call)):
            document = await _document(call)
        fired: list[Fault] = []
        effects: list[Effect] = []
        decided: set[str] = set()
        # No await from here on: the requests of one loop are counted one after another.
        for fault in self.matching(call):
            if not decided.isdisjoint(fault.decides) or not fault.meets(call, document):
                continue
            if fault.fires(call):
                fired.append(fault)
                struck = fault.struck(call)
                effects += struck
                decided.update(*(effect.decides for effect in struck))
            if fault.spent():
                fault.retire()
                self._unindex(fault)
        if not fired:
            return None
        call.exchange.faults += tuple(map(str, fired))
        if document is None:
            # Whatever becomes of the request, the journal knows what it was, so that an attempt
            # that a fault answered is known to be the same as the one that came through.
            await _document(call)
        return Strike(call, tuple(fired), effects)

    def holds(self, fault: Fault) -> bool:
        """Whether it is set."""
        return fault in self._faults

    def discard(self, fault: Fault) -> None:
        """Remove a fault; one that is not here any more is left alone."""
        if fault in self._faults:
            del self._faults[fault]
            fault.retire()
            self._unindex(fault)
            for effect in fault.effects:
                effect.lifted(fault)

    def _look(self, work: Callable[[], T], /) -> T:
        return self.run(work)

    def _set(self, checked: Plan) -> Fault:
        self._added += 1
        own = checked.settings.get("seed")
        random = Random(f"{self.seed}:{self._added}" if own is None else own)
        fault = Fault(self, self._added, checked, random, self._clock)
        for effect in fault.effects:
            effect.placed(fault)
        self._faults[fault] = None
        if fault.live:
            self._index.add(fault)
            self.any = True
        self.chance = self.chance or checked.by_chance
        return fault

    def forget(self) -> None:
        """``clear`` for who is in the loop already."""
        for fault in self._faults:
            fault.retire()
            for effect in fault.effects:
                effect.lifted(fault)
        if self._added:
            self._faults.clear()
            self._index.clear()
            self._added = 0
            self.any = self.chance = False

    def _unindex(self, fault: Fault) -> None:
        self._index.discard(fault)
        self.any = bool(self._index)


async def _document(call: Call) -> object:
    """The JSON body of an operation that takes one; None if it cannot be read as such."""
    if call.operation is None or call.operation.body not in ("json", "patch") or (
            not call.has_body):
        return None
    try:
        document: object = json.loads(await call.read())
    except Exception:
        # No JSON, or a client that went away: the handler meets the same, and says it properly.
        return None
    return document
