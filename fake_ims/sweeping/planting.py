"""The faults of a case: which requests of a run fail.

A failure fires on the request that its point names. If it stays, it fires on later requests of the
operation, or of all operations, until its time is over. A failure of a point goes before one that
stays.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..faults import Fault, Faults
from ..faults.effects.semantic.stale import Stale
from ..faults.effects.semantic.unseen import Unseen
from ..faults.plan import Plan, plan
from .case import Case
from .failures import Failure
from .step import Step

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..faults.effects import Effect
    from ..server.state import Service


@dataclass(eq=False)
class _Staying:
    """A failure that stays after the request on which it fired."""

    failure: Failure
    operation: str
    until: float  # on the fake's clock
    until_run: float  # on the clock of the run, for a test that holds the fake's clock


class Planting:
    """The faults of a case in one run. All services of the run share it.

    Args:
        case: what fails.
    """

    def __init__(self, case: Case) -> None:
        self._case = case
        self._staying: list[_Staying] = []
        self._stores: dict[Service, tuple[int, Faults, dict[str, Fault]]] = {}

    def on(self, service: Service, step: Step, now_run: float) -> list[tuple[Failure, Fault]]:
        """Return the failures of a request, each with its fault. Call it in the service's loop.

        Args:
            service: the service that got the request.
            step: the request.
            now_run: the time on the clock of the run.
        """
        store, made = self._of(service)
        now = service.clock.now()
        found: list[tuple[Failure, Fault]] = []
        for point in self._case.points:
            if (point.operation, point.nth) == (step.operation, step.nth):
                failure = point.failure
                found.append((failure, made[_key(failure, step.operation)]))
                if failure.later is not None:
                    lasts = math.inf if failure.lasts is None else failure.lasts
                    self._staying.append(
                        _Staying(failure, step.operation, now + lasts, now_run + lasts))
        if found:
            return found
        for one in self._staying:
            later = one.failure.later
            if later is not None and (
                one.failure.everywhere or one.operation == step.operation
            ) and now < one.until and now_run < one.until_run:
                key = f"later {_key(one.failure, step.operation)}"
                if key not in made:
                    made[key] = _place(store, step.operation, later)
                return [(one.failure, made[key])]
        return []

    def remove(self) -> None:
        """Remove all faults, at the end of the run."""
        for service, (_, store, _) in self._stores.items():
            service.faults.look(store.forget)
        self._stores.clear()

    def _of(self, service: Service) -> tuple[Faults, dict[str, Fault]]:
        """Return the faults for a service. A reset makes new ones necessary."""
        epoch, store, made = self._stores.get(service, (-1, None, {}))
        if store is not None:
            if epoch == service.epoch:
                return store, made
            store.forget()
        store = Faults(service.clock)
        store.service, store.profile = service, service.profile.name
        store.gate = service.faults.gate
        made = {_key(point.failure, point.operation): _place(
            store, point.operation, point.failure.settings) for point in self._case.points}
        self._stores[service] = service.epoch, store, made
        return store, made


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
