"""The cases of a sweep: which exchanges fail in which way, in which run."""

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
    """One exchange of the clean run that is to fail.

    Attributes:
        position: its place among the exchanges, from 1.
        operation: id of its operation.
        nth: its place among those of the operation, from 1: a run with a failure finds it by this.
        failure: how it fails.
    """

    position: int
    operation: str
    nth: int
    failure: Failure

    @property
    def id(self) -> str:
        """``2:images.upload:reset-after``."""
        return f"{self.position}:{self.operation}:{self.failure.name}"

    def plant(self, fake: FakeIMS, patience: float) -> Fault:
        """Set the fault in a fake.

        Args:
            fake: the fake, clean.
            patience: real seconds that a client may wait before it counts as hanging.
        """
        settings: dict[str, Any] = dict(self.failure.settings)
        if self.failure.hangs:
            settings |= {"delay": patience, "reset_connection": "before"}
        return fake.faults.set(
            {"operation": self.operation, "after": self.nth - 1, "times": 1, **settings})


@dataclass(frozen=True)
class Case:
    """One run: one failure, or several in one run."""

    points: tuple[Point, ...]

    @property
    def id(self) -> str:
        """``2:images.upload:reset-after``, with ``+`` between several."""
        return "+".join(point.id for point in self.points)


def points_of(exchanges: Iterable[Exchange], kinds: frozenset[Kind]) -> list[Point]:
    """Every failure of every exchange; those of one rank for all exchanges before the next rank,
    so that what a budget cuts off is the rarest for all, and not the end of the test."""
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
    """The cases: each failure by itself, then (``depth=2``) each pair at two exchanges, ..."""
    found: list[Case] = []
    for size in range(1, depth + 1):
        for chosen in combinations(points, size):
            if len({point.position for point in chosen}) == size:
                found.append(Case(tuple(sorted(chosen, key=lambda point: point.position))))
    return found


def named(exchanges: Sequence[Exchange], case_id: str) -> Case:
    """The case of an id, for a run by itself.

    Raises:
        UsageError: the test has no such case; the text says what it has at that place.
    """
    points = {point.id: point for point in points_of(exchanges, frozenset(KINDS))}
    chosen = []
    for one in case_id.split("+"):
        if one not in points:
            position = one.partition(":")[0]
            close = [name for name in points if name.startswith(f"{position}:")] or list(points)
            raise UsageError(f"this test has no case {one!r}; it has {', '.join(close[:40])}")
        chosen.append(points[one])
    return Case(tuple(chosen))
