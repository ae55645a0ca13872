"""The faults that are set: adding, removing, and finding those of a request."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import TYPE_CHECKING, Literal, TypeVar

from ..contract.model import Profile
from ..domain.clock import Clock
from ..domain.durations import DurationLike
from .effects.changes import Body
from .fault import Fault
from .plan import NO_OPERATION, Plan, plan
from .runner import Runner, directly
from .settings import Settings
from .strike import Strike

if TYPE_CHECKING:
    from ..api.call import Call

T = TypeVar("T")


class Faults:
    """Failures that the test asks for, behind ``fake.faults``.

    They are data of the server's loop. Every public method gets there through ``run`` or ``look``,
    which the facade replaces; ``any``, ``matching`` and ``strike`` are the pipeline's and run in
    the loop.

    Args:
        clock: the fake's clock.
        seed: where the chance of faults with ``probability`` and no seed of their own comes from;
            the same seed and the same faults give the same failures.

    Attributes:
        any: whether a fault may fire at all.
        profile: the profile whose operations a fault may name; None for any.
        run: how a call that adds or clears gets to the loop's thread.
        look: the same for reading and removing, which are harmless after the fake has stopped;
            goes through ``run`` until it is replaced.
    """

    def __init__(self, clock: Clock, seed: int | str = 0) -> None:
        self.any = False
        self.profile: Profile | None = None
        self.run: Runner = directly
        self.look: Runner = self._look
        self._clock = clock
        self._seed = seed
        self._added = 0
        self._faults: dict[Fault, None] = {}
        self._index: dict[str, dict[Fault, None]] = {}

    def add(
        self,
        target: str | None = None,
        *,
        status: int | None = None,
        error: str | None = None,
        times: int | None = None,
        after: int = 0,
        every: int = 1,
        probability: float | None = None,
        seed: int | str | None = None,
        method: str | None = None,
        path: str | None = None,
        tenant: str | None = None,
        image: str | None = None,
        retry_after: float | str | None = None,
        delay: DurationLike | None = None,
        reset: Literal["before", "after"] | None = None,
        body: Body | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Fault:
        """Set a fault; it acts from now on.

        Args:
            target: an operation (``images.create``) or a glob (``images.*``); without one, or with
                ``*``, every request, also one that no route matches.
            status: answer this error status, in the body that the service has for it.
            error: answer this error code (``IMG.0144``), with its status and message.
            times: fire at most so many times.
            after: let so many matching requests pass first.
            every: fire at each Nth matching request only.
            probability: fire by chance, from 0 to 1.
            seed: of that chance.
            method: only requests by this HTTP method.
            path: only requests to this path: a template (``/v2/images/{image_id}``), a path, or a
                glob (``/v2/images/*``).
            tenant: only requests of this project id.
            image: only requests about this image, by id or name.
            retry_after: value of ``Retry-After``, in seconds or as a text; with 413, 429 and 503.
            delay: wait so long before the work, in real time: seconds, ``"2s"`` or a timedelta.
                Alone it delays and lets the request through.
            reset: reset the connection ``before`` the work, or ``after`` it.
            body: another body: bytes, a text, or what to send as JSON. Without ``status`` or
                ``error`` it replaces the body of the answer to the work done.
            headers: further headers of the answer; each replaces the service's of that name.

        Raises:
            UsageError: a name or value is unknown, or the settings contradict each other.
        """
        checked = plan(Settings(
            target=target, status=status, error=error, times=times, after=after, every=every,
            probability=probability, seed=seed, method=method, path=path, tenant=tenant,
            image=image, retry_after=retry_after, delay=delay, reset=reset, body=body,
            headers=headers,
        ), self.profile)
        return self.run(lambda: self._set(checked, seed))

    def clear(self) -> None:
        """Remove every fault, and start the common chance anew."""
        self.run(self._clear)

    def unused(self) -> list[Fault]:
        """The faults that have been set, were not removed, and have never fired."""
        return self.look(lambda: [fault for fault in self._faults if fault.idle()])

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

    # What follows belongs to the server's loop.

    def matching(self, call: Call) -> tuple[Fault, ...]:
        """The faults that are looked up under the request's operation, in order of adding."""
        return tuple(self._index.get(call.operation.id if call.operation else NO_OPERATION, ()))

    async def strike(self, call: Call) -> Strike | None:
        """Decide which faults fire at this request, and note them in its exchange.

        Of those that end a request only the first to fire counts; the others are not asked.
        """
        document: object = None
        if any(fault.reads_body for fault in self.matching(call)):
            document = await _document(call)
        fired: list[Fault] = []
        ended = False
        # No await from here on: the requests of one loop are counted one after another.
        for fault in self.matching(call):
            if (ended and fault.terminal) or not fault.fires(call, document):
                continue
            fired.append(fault)
            ended = ended or fault.terminal
            if fault.spent():
                fault.retire()
                self._unindex(fault)
        if not fired:
            return None
        call.exchange.faults += tuple(map(str, fired))
        return Strike(call, tuple(fired))

    def discard(self, fault: Fault) -> None:
        """Remove a fault; one that is not here any more is left alone."""
        if fault in self._faults:
            del self._faults[fault]
            fault.retire()
            self._unindex(fault)

    def _look(self, work: Callable[[], T], /) -> T:
        return self.run(work)

    def _set(self, checked: Plan, seed: int | str | None) -> Fault:
        self._added += 1
        random = Random(f"{self._seed}:{self._added}" if seed is None else seed)
        fault = Fault(self, checked, random, self._clock)
        self._faults[fault] = None
        for key in checked.keys:
            self._index.setdefault(key, {})[fault] = None
        self.any = True
        return fault

    def _clear(self) -> None:
        for fault in self._faults:
            fault.retire()
        self._faults.clear()
        self._index.clear()
        self._added = 0
        self.any = False

    def _unindex(self, fault: Fault) -> None:
        for key in fault.plan.keys:
            held = self._index.get(key)
            if held is not None:
                held.pop(fault, None)
                if not held:
                    del self._index[key]
        self.any = bool(self._index)


async def _document(call: Call) -> object:
    """The JSON body of an operation that takes one; None if it cannot be read as such."""
    if call.operation is None or call.operation.body != "json" or not call.has_body:
        return None
    try:
        document: object = json.loads(await call.read())
    except Exception:
        # No JSON, or a client that went away: the handler meets the same, and says it properly.
        return None
    return document
