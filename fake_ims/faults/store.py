"""The active faults: add and remove them, and find those that fire on a request."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
    """The faults that a test injects, available as ``fake.faults``.

    The server's loop owns the data. Public methods run there through ``run`` or ``look``, which
    ``FakeIMS`` replaces. The pipeline calls ``any``, ``matching`` and ``strike`` inside the loop.

    Args:
        clock: the fake's clock.

    Attributes:
        seed: seed for faults without a seed of their own. The same seed, the same faults and the
            same requests give the same failures.
        any: whether any fault can fire.
        chance: whether a fault with random choices was added since the last ``clear``.
        profile: the profile whose operations a fault may name; None for any.
        gate: the fake's port; None if it is not open yet or belongs to another server.
        service: the service that effects change; None in a store without a service.
        run: runs a call that adds or clears in the loop's thread.
        look: the same for calls that read or remove. These also work after the fake has stopped.
            Uses ``run`` until it is replaced.
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
        "profile", "revive", "run", "service", "strike"})

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
        """Add a fault and return it. It is active at once.

        Matches select requests, schedules decide when the fault fires among them, and effects say
        what happens. At least one effect is required. For example,
        ``add("images.create", status=503, times=2)`` fails the first two image creations.

        Args:
            operation: an operation (``images.create``) or a glob (``images.*``). None and ``*``
                match every request, including requests without a route.
            settings: matches, schedules and effects, such as ``status=503, times=2``. See the
                *Faults* page of the documentation or run ``fake-ims faults`` for the full list.
                None means not given.

        Raises:
            UsageError: a name or value is unknown, or the settings contradict each other.
        """
        return self.set({"operation": operation, **settings})

    def set(self, settings: Mapping[str, object]) -> Fault:
        """Add a fault from a mapping, such as ``{"operation": "images.create", "status": 503}``.

        Args:
            settings: the arguments of ``add``, by name.

        Raises:
            UsageError: as for ``add``.
        """
        from .plan import plan  # imports every kind

        return self.place([plan(settings, self.profile)])[0]

    def weather(self, name: str, *, seed: int | str | None = None) -> Weather:
        """Add the faults of a weather, a named set of faults such as ``flaky``.

        Use the result as a context manager to remove them at the end of the block.

        Args:
            name: ``flaky``, ``throttled``, ``brownout``, ``az-outage`` or ``slow-disk``. Run
                ``fake-ims faults`` to see the faults of each.
            seed: seed of their random choices; defaults to the fake's seed.

        Raises:
            UsageError: no weather has that name.
        """
        from .weather import set_weather

        return set_weather(self, name, seed)

    def place(self, plans: Sequence[Plan]) -> tuple[Fault, ...]:
        """Add several planned faults together.

        Raises:
            UsageError: one of them cannot be added. Then none is.
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
        """Add a fault that fails every request for a while.

        Args:
            chapter: a face of the API (``ims``) or the title of a page of the reference. Defaults
                to every request.
            lasting: duration of the outage on the fake's clock. Default: 1 minute.
            status: status to return. Pass None if ``settings`` has another effect, such as
                ``reset_connection="before"``. Default: 503.
            recovery: duration after the outage during which fewer and fewer requests fail.
                Default: none.
            settings: further arguments of ``add``.

        Raises:
            UsageError: as for ``add``.
        """
        return self.set({"chapter": chapter, "lasting": lasting, "status": status,
                         "recovery": recovery, **settings})

    def clear(self) -> None:
        """Remove every fault and restart the random choices from the seed."""
        self.run(self.forget)

    def unused(self) -> list[Fault]:
        """Return the faults that are present and have never fired.

        The faults of a weather count as one: if one of them has fired, none is returned.
        """
        return self.look(lambda: [fault for fault in self._faults
                                  if all(one.idle() for one in fault.company)])

    def __iter__(self) -> Iterator[Fault]:
        """Iterate over the faults in order of adding, including used-up ones."""
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

    # The rest runs in the server's loop.

    def matching(self, call: Call) -> tuple[Fault, ...]:
        """Return the faults that may match the request, in order of adding."""
        return self._index.of(call)

    async def strike(self, call: Call, planted: Iterable[Fault] = ()) -> Strike | None:
        """Decide which faults fire on this request and record them in its exchange.

        If several faults would decide the same thing, such as the outcome, the first to fire wins.
        The others are skipped and do not count the request.

        Args:
            call: the request.
            planted: faults of a sweep, which are not in this store: they fire, before all others.
        """
        document: object = None
        if any(fault.reads_body for fault in self.matching(call)):
            document = await _document(call)
        fired = list(planted)
        effects: list[Effect] = [effect for fault in fired for effect in fault.struck(call)]
        decided = {what for effect in effects for what in effect.decides}
        # No await from here on, so that requests are counted one after another.
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
            # The journal needs the body to recognize a retry, even if a fault ends this request.
            await _document(call)
        return Strike(call, tuple(fired), effects)

    def holds(self, fault: Fault) -> bool:
        """Return whether a fault is present."""
        return fault in self._faults

    def revive(self, fault: Fault) -> None:
        """Let a used-up fault fire again."""
        self._index.add(fault)
        self.any = True

    def discard(self, fault: Fault) -> None:
        """Remove a fault if it is present."""
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
    """Return the JSON body of the request; None if there is none or it is not valid JSON."""
    if call.operation is None or call.operation.body not in ("json", "patch") or (
            not call.has_body):
        return None
    try:
        document: object = json.loads(await call.read())
    except Exception:
        # Invalid JSON, or a client that disconnected: the handler meets the same and reports it.
        return None
    return document
