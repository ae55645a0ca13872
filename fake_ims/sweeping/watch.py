"""One run of a sweep: sees every request of every fake, and lets those of the case fail.

The failures are not faults of ``fake.faults``: ``reset()``, ``load()``, ``faults.clear()`` and a
second fake do not remove them.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NoReturn, Protocol

from ..api.connection import ConnectionCut, cut_transport
from ..domain.durations import told
from ..domain.handle import Handle
from ..server.realtime import monotonic
from .alike import Alike, state
from .case import CLEAN, Case
from .failures import Failure
from .planting import Planting
from .snapshot import Snapshot
from .step import Place, Somewhere, Step

if TYPE_CHECKING:
    from ..api.call import Call
    from ..faults.strike import Strike
    from ..journal import Draft, Exchange
    from ..server.state import Service


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


class Timing(Protocol):
    """The time of a run; ``CompressedTime`` is one."""

    @property
    def elapsed(self) -> float:
        """Seconds since some instant."""

    def touch(self) -> None:
        """Take note that a request has arrived or ended."""

    def add_fake(self, port: int) -> None:
        """Take note of the port of a fake."""

    def site(self, port: int) -> Place | None:
        """Return the place that sends from a local port; None if it is not known."""


class RealTime:
    """Time that passes as it does. It knows no places.

    Attributes:
        touched: when a request arrived or ended last; the beginning, if none has.
    """

    def __init__(self) -> None:
        self.touched = monotonic()

    @property
    def elapsed(self) -> float:
        """Real seconds since some instant."""
        return monotonic()

    def touch(self) -> None:
        """Take note that a request has arrived or ended."""
        self.touched = monotonic()

    def add_fake(self, port: int) -> None:
        """Do nothing."""

    def site(self, port: int) -> Place | None:
        """Return None."""
        return None


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
        time: the time of the run.
        patience: seconds of it that a client may wait for a response, and may go on after
            the first failure.
        allowance: seconds more that it may go on after the first failure: a multiple of what the
            clean run took, in real time.
        slow: seconds more for a client that sends few requests after the first failure: it pauses
            between its tries, and may give up later.
        few: how many requests are few.
        limit: number of requests after which the client counts as never ending.
        states: whether to note the state before and after every request.
        on_hang: called at each request after the run has been given up, in the service's loop.

    Attributes:
        steps: the requests, in order of arrival.
        hang: why the run counts as hanging; empty if it does not.
        ignored: number of requests after the run has been given up; they get no response.
        told: what ``fake.sweep`` returns.
    """

    def __init__(
        self, case: Case = CLEAN, *, time: Timing | None = None,
        patience: float = 30.0, allowance: float = 0.0, slow: float = 0.0, few: int = 0,
        limit: int = 1000, states: bool = True, on_hang: Callable[[], object] | None = None,
    ) -> None:
        self.case = case
        self.steps: list[Step] = []
        self.hang = ""
        self.ignored = 0
        self.told = SweepRun(case)
        self._time = time or RealTime()
        self._start = self._time.elapsed
        self._patience = patience
        self._longest = patience + allowance
        self._slow = slow
        self._few = few
        self._limit = limit
        self._states = states
        self._on_hang = on_hang
        self._planting = Planting(case)
        self._ports: set[int] = set()
        self._lock = threading.RLock()
        self._counts: Counter[str] = Counter()
        self._open: dict[Draft, Step] = {}
        self._waiting: dict[Draft, _Waiting] = {}
        self._live: dict[Service, None] = {}
        self._closed: dict[tuple[Service, int], Snapshot] = {}
        self._first_failure: float | None = None
        self._before_failure = 0

    # What a service calls, in its loop

    def opened(self, port: int) -> None:
        """Take note of the port of a fake."""
        if port not in self._ports:
            self._ports.add(port)
            self._time.add_fake(port)

    async def strike(self, call: Call) -> Strike | None:
        """Number a request, and let it fail if the case says so.

        Raises:
            ConnectionCut: the run hangs, and ends now.
        """
        service = call.service
        self._time.touch()
        with self._lock:
            self._check_end()
            if self.hang:
                self._ignore()
            step = self._begin(call)
            found = () if call.operation is None else self._planting.on(
                service, step, self._time.elapsed)
            for failure, _ in found:
                self._fire(step, failure, call)
        planted = [fault for _, fault in found]
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
        self._time.touch()
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
        self._planting.remove()
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

    @property
    def is_busy(self) -> bool:
        """Whether a request has not ended, except those that get no response."""
        with self._lock:
            return any(draft not in self._waiting for draft in self._open)

    @property
    def elapsed(self) -> float:
        """Seconds since the start of the run, on its clock."""
        return self._time.elapsed - self._start

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
        if transport is None:
            return Somewhere()
        here = transport.get_extra_info("sockname")
        if isinstance(here, tuple):  # a fake within another server opens no port of its own
            self.opened(here[1])
        peer = transport.get_extra_info("peername")
        return (self._time.site(peer[1]) if isinstance(peer, tuple) else None) or Somewhere()

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
            self.hang = (f"the client still sends requests {told(round(longest))} after the "
                         "failure, and does not give up")

    def _ignore(self) -> NoReturn:
        self.ignored += 1
        if self._on_hang is not None:
            self._on_hang()
        raise ConnectionCut

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
            self.give_up(f"the client waited {told(self._patience)} for the response to "
                         f"{exchange.method} {exchange.path} and did not give up: it has no "
                         "time-out, or a longer one")
