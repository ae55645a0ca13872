"""One run of a sweep: sees every request of every fake, and lets those of the case fail.

The failures are not faults of ``fake.faults``: ``reset()``, ``load()``, ``faults.clear()`` and a
second fake do not remove them.
"""

from __future__ import annotations

import asyncio
import math
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, NoReturn, Protocol

from ..api.connection import ConnectionCut, cut_transport
from ..contract.model import Profile
from ..domain.handle import Handle
from ..faults import Fault, Faults
from ..faults.effects.semantic.stale import Stale
from ..faults.effects.semantic.unseen import Unseen
from ..faults.plan import Plan, plan
from ..server.realtime import monotonic
from .alike import Alike, state
from .case import CLEAN, Case, Point
from .failures import Failure
from .snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..api.call import Call
    from ..faults.effects import Effect
    from ..faults.strike import Strike
    from ..journal import Draft, Exchange
    from ..server.state import Service


class Place(Protocol):
    """A place in the code of the test or the client that sends a request.

    Attributes:
        key: the same for the same path of calls; empty if the place is not known.
        lines: the place, for people, and those that call it: ``tests/test_disk.py:31 in upload``.
    """

    @property
    def key(self) -> str: ...

    @property
    def lines(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Somewhere:
    """A place that is not known, or known by its names only."""

    key: str = ""
    lines: tuple[str, ...] = ()


@dataclass(eq=False)
class Step:
    """One request of a run.

    Attributes:
        position: position among all requests of the run, from 1.
        operation: id of its operation; empty if no route matched.
        nth: position among the requests of this operation, from 1.
        profile: the profile of its fake.
        site: where it was sent.
        line: the line of ``site`` that reports show; empty if it is not known.
        began: seconds since the start of the run, on the clock of the run.
        before: the state of the service when it arrived; None if nobody needs it.
        after: the state of the service at its end; None if nobody needs it.
        planted: the failures that fired on it.
        exchange: its exchange; None until it has ended, and for a request that a reset cut off.
        request: its form; see ``Alike``.
        response: the form of its response.
        tries: number of equal requests right before it that failed.
    """

    position: int
    operation: str
    nth: int
    profile: Profile
    site: Place
    began: float
    before: object = None
    after: object = None
    planted: tuple[Failure, ...] = ()
    exchange: Exchange | None = None
    request: tuple[object, ...] = ()
    response: tuple[object, ...] = ()
    tries: int = 0
    line: str = ""

    @property
    def status(self) -> int:
        """The status that the client got; 0 without a response."""
        return 0 if self.exchange is None else self.exchange.status

    @property
    def succeeded(self) -> bool:
        """Whether the client was told that the request succeeded."""
        return 0 < self.status < 400

    @property
    def worked(self) -> bool:
        """Whether the service did the work, whatever the client was told."""
        return self.exchange is not None and 0 < self.exchange.work < 400

    @property
    def name(self) -> str:
        """The operation; method and path of a request without one."""
        if self.operation or self.exchange is None:
            return self.operation
        return f"{self.exchange.method} {self.exchange.path}"


class SweepRun(Handle):
    """What ``fake.sweep`` tells a test: the failures of the present run.

    Attributes:
        case: id of the case, such as ``2:images.upload:503``; empty in the clean run.
        failures: names of the failures: ``("503",)``; empty in the clean run.
        operations: the operations on which they are planted: ``("images.upload",)``.
    """

    __slots__ = ("case", "failures", "operations")
    case: str
    failures: tuple[str, ...]
    operations: tuple[str, ...]

    def __init__(self, case: Case) -> None:
        self.case = case.id
        self.failures = tuple(point.failure.name for point in case.points)
        self.operations = tuple(point.operation for point in case.points)

    def _told(self) -> str:
        return self.case or "clean run"


@dataclass(eq=False)
class _Staying:
    """A failure that stays after the request on which it fired."""

    failure: Failure
    operation: str
    until: float  # on the fake's clock
    until_run: float  # on the clock of the run, for a test that holds the fake's clock


@dataclass(frozen=True)
class _Waiting:
    """A client that waits for a response that never comes."""

    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    timer: asyncio.TimerHandle


class Watch:
    """One run.

    Args:
        case: what fails.
        now: the clock of the run, in seconds.
        patience: seconds on that clock that a client may wait for a response, and may go on after
            the first failure.
        allowance: seconds more that it may go on after the first failure: a multiple of what the
            clean run took, in real time.
        slow: seconds more for a client that sends few requests after the first failure: it pauses
            between its tries, and may give up later.
        few: how many requests are few.
        limit: number of requests after which the client counts as never ending.
        site: returns the place that sends from a local port; None knows none.
        states: whether to note the state before and after every request.
        on_hang: called at each request after the run has been given up, in the service's loop.
        touch: called when a request arrives, and when it ends.
        opened: called with the port of each fake.

    Attributes:
        steps: the requests, in order of arrival.
        hang: why the run counts as hanging; empty if it does not.
        ignored: number of requests after the run has been given up; they get no response.
        told: what ``fake.sweep`` returns.
    """

    def __init__(
        self, case: Case = CLEAN, *, now: Callable[[], float] = monotonic,
        patience: float = 30.0, allowance: float = 0.0, slow: float = 0.0, few: int = 0,
        limit: int = 1000,
        site: Callable[[int], Place | None] | None = None, states: bool = True,
        on_hang: Callable[[], object] | None = None,
        touch: Callable[[], object] | None = None,
        opened: Callable[[int], object] | None = None,
    ) -> None:
        self.case = case
        self.steps: list[Step] = []
        self.hang = ""
        self.ignored = 0
        self.told = SweepRun(case)
        self._now = now
        self._start = now()
        self._patience = patience
        self._longest = patience + allowance
        self._slow = slow
        self._few = few
        self._limit = limit
        self._site = site
        self._states = states
        self._on_hang = on_hang
        self._touch = touch
        self._opened = opened
        self._ports: set[int] = set()
        self._lock = threading.RLock()
        self._counts: Counter[str] = Counter()
        self._open: dict[Draft, Step] = {}
        self._waiting: dict[Draft, _Waiting] = {}
        self._staying: list[_Staying] = []
        self._stores: dict[Service, tuple[int, Faults, dict[str, Fault]]] = {}
        self._live: dict[Service, None] = {}
        self._closed: dict[tuple[Service, int], Snapshot] = {}
        self._first_failure: float | None = None
        self._before_failure = 0

    # What a service calls, in its loop

    def opened(self, port: int) -> None:
        """Take note of the port of a fake."""
        if port not in self._ports:
            self._ports.add(port)
            if self._opened is not None:
                self._opened(port)

    async def strike(self, call: Call) -> Strike | None:
        """Number a request, and let it fail if the case says so.

        Raises:
            ConnectionCut: the run hangs, and ends now.
        """
        service = call.service
        if self._touch is not None:
            self._touch()
        with self._lock:
            self._check_end()
            if self.hang:
                self._ignore()
            step = self._begin(call)
            planted = [] if call.operation is None else self._planted(call, step)
        if not planted and not service.faults.any:
            return None
        return await service.faults.strike(call, planted)

    def recorded(self, service: Service, exchange: Exchange) -> None:
        """Complete the step of an exchange."""
        with self._lock:
            step = self._open.pop(exchange, None)
            waiting = self._waiting.pop(exchange, None)
        if waiting is not None:
            waiting.timer.cancel()
        if self._touch is not None:
            self._touch()
        if step is None:
            return
        step.exchange = exchange
        if self._states or step.planted:
            step.after = state(service)

    def closing(self, service: Service) -> None:
        """Take a snapshot of a service that ends or begins anew within the run."""
        if service in self._live:
            self._closed[service, service.epoch] = Snapshot.of(service)
        self._live[service] = None

    # What the sweep calls

    def left(self) -> Snapshot:
        """Return the images as they are now, those of stopped fakes included."""
        found = dict(self._closed)
        for service in self._live:
            key = service, service.epoch
            if key not in found:
                found[key] = service.faults.look(partial(Snapshot.of, service))
        return Snapshot.together(found.values())

    def give_up(self, why: str) -> None:
        """Let the run count as hanging. Its client gets no more responses."""
        with self._lock:
            if self.hang:
                return
            self.hang = why
            waiting = list(self._waiting.values())
        for one in waiting:
            one.loop.call_soon_threadsafe(cut_transport, one.transport)

    def finish(self) -> None:
        """Complete the steps, after the end of the run, and remove the failures."""
        for service, (_, store, _) in self._stores.items():
            service.faults.look(store.forget)
        self._stores.clear()
        alike = Alike()
        failed: Counter[tuple[object, ...]] = Counter()
        for step in self.steps:
            if step.exchange is None:
                continue
            step.request = (step.operation, *alike.request(step.exchange))
            step.response = alike.response(step.exchange)
            step.tries = failed[step.request]
            if step.succeeded:
                failed.clear()
            else:
                failed[step.request] += 1

    def at(self, point: Point) -> Step | None:
        """Return the step of a point; None if this run has not sent that request."""
        return next((step for step in self.steps
                     if step.operation == point.operation and step.nth == point.nth), None)

    @property
    def is_busy(self) -> bool:
        """Whether a request has not ended, except those that get no response."""
        with self._lock:
            return any(draft not in self._waiting for draft in self._open)

    @property
    def elapsed(self) -> float:
        """Seconds since the start of the run, on its clock."""
        return self._now() - self._start

    # The rest runs with the lock held

    def _begin(self, call: Call) -> Step:
        service, operation = call.service, call.operation
        self._live.setdefault(service)
        name = "" if operation is None else operation.id
        self._counts[name] += 1
        step = Step(len(self.steps) + 1, name, self._counts[name], service.profile.name,
                    self._place(call), self.elapsed)
        if self._states:
            step.before = state(service)
        self.steps.append(step)
        self._open[call.exchange] = step
        return step

    def _place(self, call: Call) -> Place:
        transport = call.request.transport
        if self._site is None or transport is None:
            return Somewhere()
        here = transport.get_extra_info("sockname")
        if isinstance(here, tuple):  # a fake within another server opens no port of its own
            self.opened(here[1])
        peer = transport.get_extra_info("peername")
        return (self._site(peer[1]) if isinstance(peer, tuple) else None) or Somewhere()

    def _check_end(self) -> None:
        if self._first_failure is None or self.hang:
            return
        passed = self.elapsed - self._first_failure
        longest = self._longest
        if len(self.steps) - self._before_failure <= self._few:
            longest += self._slow
        # Who polls once a second until a deadline of an hour goes on, but gives up.
        if len(self.steps) >= self._limit + passed:
            self.hang = f"the client sent {len(self.steps)} requests and did not give up"
        elif passed > longest:
            self.hang = (f"the client still sends requests {longest:.0f} s after the failure, and "
                         "does not give up")

    def _ignore(self) -> NoReturn:
        self.ignored += 1
        if self._on_hang is not None:
            self._on_hang()
        raise ConnectionCut

    def _planted(self, call: Call, step: Step) -> list[Fault]:
        faults = self._faults(call.service)
        now, now_run = call.service.clock.now(), self._now()
        found: list[Fault] = []
        for point in self.case.points:
            if (point.operation, point.nth) == (step.operation, step.nth):
                failure = point.failure
                self._fire(step, failure, call)
                found.append(faults[_key(failure, step.operation)])
                if failure.later is not None:
                    lasts = math.inf if failure.lasts is None else failure.lasts
                    self._staying.append(
                        _Staying(failure, step.operation, now + lasts, now_run + lasts))
        if found:
            return found
        for one in self._staying:
            if (one.failure.everywhere or one.operation == step.operation) and (
                now < one.until and now_run < one.until_run
            ):
                fault = self._later(call.service, one.failure, step.operation)
                if fault is not None:
                    self._fire(step, one.failure, call)
                    return [fault]
        return []

    def _fire(self, step: Step, failure: Failure, call: Call) -> None:
        step.planted += (failure,)
        if self._first_failure is None:
            self._first_failure = self.elapsed
            self._before_failure = len(self.steps)
        transport = call.request.transport
        if failure.waits and transport is not None:
            loop = asyncio.get_running_loop()
            timer = loop.call_later(self._patience, self._waited, call.exchange)
            self._waiting[call.exchange] = _Waiting(loop, transport, timer)

    def _waited(self, exchange: Draft) -> None:
        if exchange in self._waiting:
            self.give_up(f"the client waited {self._patience:g} s for the response to "
                         f"{exchange.method} {exchange.path} and did not give up")

    def _faults(self, service: Service) -> dict[str, Fault]:
        """Return the faults of the case for a service. A reset makes new ones necessary."""
        epoch, store, made = self._stores.get(service, (-1, None, {}))
        if epoch == service.epoch and store is not None:
            return made
        if store is not None:
            store.forget()
        store = Faults(service.clock)
        store.service, store.profile = service, service.profile.name
        store.gate = service.faults.gate
        made = {}
        for point in self.case.points:
            made[_key(point.failure, point.operation)] = _place(
                store, point.operation, point.failure.settings)
        self._stores[service] = service.epoch, store, made
        return made

    def _later(self, service: Service, failure: Failure, operation: str) -> Fault | None:
        _, store, made = self._stores[service]
        key = f"later {_key(failure, operation)}"
        if key not in made:
            assert failure.later is not None
            made[key] = _place(store, operation, failure.later)
        return made[key]


def _key(failure: Failure, operation: str) -> str:
    return f"{operation}:{failure.name}"


def _place(store: Faults, operation: str, settings: Mapping[str, Any]) -> Fault:
    made = plan({"operation": operation, **settings}, store.profile)
    return store.place([_with_old_seeds(made)])[0]


def _with_old_seeds(made: Plan) -> Plan:
    """Let the images that the test adds count as old, not as just created."""
    effects: list[Effect] = []
    for effect in made.effects:
        if isinstance(effect, (Stale, Unseen)):
            effect = replace(effect, seeded_is_old=True)
        effects.append(effect)
    return replace(made, effects=tuple(effects))
