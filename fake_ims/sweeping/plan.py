"""The cases of a sweep: which requests fail, and how, in each run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from ..contract.operations import BY_ID
from ..errors import UsageError
from .failures import KINDS, Failure, Kind, failures_of

if TYPE_CHECKING:
    from ..fake.fake_ims import FakeIMS
    from ..faults import Fault
    from ..journal import Exchange


@dataclass(frozen=True)
class Point:
    """One request of the clean run, and one way in which it fails.

    Attributes:
        position: position among all requests of the test, from 1.
        operation: id of its operation.
        nth: position among the requests of this operation, from 1. A later run identifies the
            request by this number.
        failure: how it fails.
    """

    position: int
    operation: str
    nth: int
    failure: Failure

    @property
    def id(self) -> str:
        """Such as ``2:images.upload:reset-after``."""
        return f"{self.position}:{self.operation}:{self.failure.name}"

    def plant(self, fake: FakeIMS, patience: float) -> Fault:
        """Add the fault to a fake that has just been reset.

        Args:
            fake: the fake.
            patience: real seconds that a client may wait before it counts as hanging.
        """
        settings: dict[str, Any] = dict(self.failure.settings)
        if self.failure.hangs:
            settings |= {"delay": patience, "reset_connection": "before"}
        return fake.faults.set(
            {"operation": self.operation, "after": self.nth - 1, "times": 1, **settings})


@dataclass(frozen=True)
class Case:
    """The failures of one run: usually one."""

    points: tuple[Point, ...]

    @property
    def id(self) -> str:
        """Such as ``2:images.upload:reset-after``; ``+`` joins several failures."""
        return "+".join(point.id for point in self.points)


def points_of(exchanges: Iterable[Exchange], kinds: frozenset[Kind]) -> list[Point]:
    """Return every failure of every request.

    The first failure of each request comes first, then the second of each, and so on. So a budget
    leaves out the rarest failures of all requests, and not the last requests of the test.
    """
    counts: Counter[str] = Counter()
    ranked: list[tuple[int, int, Point]] = []
    for position, exchange in enumerate(exchanges, 1):
        operation = BY_ID.get(exchange.operation)
        if operation is None:
            continue
        counts[operation.id] += 1
        for rank, failure in enumerate(failures_of(operation, kinds)):
            ranked.append((rank, position,
                           Point(position, operation.id, counts[operation.id], failure)))
    ranked.sort(key=lambda entry: entry[:2])
    return [point for _, _, point in ranked]


def cases_of(points: Sequence[Point], depth: int) -> list[Case]:
    """Return the cases: each failure alone, then with ``depth=2`` each pair at two requests."""
    found: list[Case] = []
    for size in range(1, depth + 1):
        for chosen in combinations(points, size):
            if len({point.position for point in chosen}) == size:
                found.append(Case(tuple(sorted(chosen, key=lambda point: point.position))))
    return found


def named(exchanges: Sequence[Exchange], case_id: str) -> Case:
    """Return the case of an id.

    Raises:
        UsageError: the test has no such case; the text lists the cases of the same request.
    """
    points = {point.id: point for point in points_of(exchanges, frozenset(KINDS))}
    chosen = []
    for one in case_id.split("+"):
        if one not in points:
            position = one.partition(":")[0]
            close = [name for name in points if name.startswith(f"{position}:")] or list(points)
            raise UsageError(f"this test has no case {one!r}; use one of {', '.join(close[:40])}")
        chosen.append(points[one])
    return Case(tuple(chosen))
