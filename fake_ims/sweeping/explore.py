"""Which cases a sweep runs: every failure of every request, and what it may leave out.

Depth 1: each failure at each request of the clean run. Two requests count as one if the same place
in the code sends them, with the same operation and the same shape: of a polling loop, the first
poll fails. The code of a command is not known: its requests count as one if they and their
responses follow each other unchanged.

Depth 2: a run with one failure has requests of its own, such as retries and clean-up. Each failure
at each of them that comes after the first failure makes a case. A case is left out if a case before
it has had the same failure at the same request, in the same state of the service: what follows is
then the same. Deeper cases are made alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from ..contract.operations import BY_ID
from ..errors import UsageError
from .case import CLEAN, Case, Point
from .failures import KINDS, Failure, Kind, failures_of

if TYPE_CHECKING:
    from .step import Step


@dataclass(frozen=True)
class Choice:
    """Which failures a sweep tries.

    Attributes:
        kinds: kinds of failures.
        skip: globs of failures to leave out: ``page-*``, or ``images.list:stale``.
        operations: globs of operations to try; ``!`` before one excludes. Empty: all.
        depth: largest number of failures in one run.
        full: whether to run cases that count as equal to another one.
    """

    kinds: frozenset[Kind] = frozenset(KINDS)
    skip: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    depth: int = 1
    full: bool = False

    def includes(self, operation: str) -> bool:
        """Return whether requests of an operation may fail."""
        wanted = [one for one in self.operations if not one.startswith("!")]
        return (not wanted or any(fnmatchcase(operation, one) for one in wanted)) and not any(
            fnmatchcase(operation, one[1:]) for one in self.operations if one.startswith("!"))

    def skips(self, operation: str, failure: Failure) -> bool:
        """Return whether a failure is left out."""
        return any(matches(one, operation, failure) for one in self.skip)


def matches(glob: str, operation: str, failure: Failure) -> bool:
    """Return whether a glob names a failure: by its name, its kind, or as OPERATION:FAILURE."""
    wanted, colon, name = glob.rpartition(":")
    if colon and not fnmatchcase(operation, wanted):
        return False
    return fnmatchcase(failure.name, name) or failure.kind == name


@dataclass
class Explorer:
    """Makes the cases of one test, in the order in which they are run.

    Attributes:
        choice: which failures to try.
        repeats: whether requests without a known place, such as the polls of a command, count as
            one. They and their responses must follow each other unchanged.
        equal: number of cases that were left out because they are equal to another one.
    """

    choice: Choice
    repeats: bool = False
    equal: int = 0
    _met: set[object] = field(default_factory=set)

    def first(self, clean: Sequence[Step]) -> list[Case]:
        """Return the cases with one failure, from the steps of the clean run.

        The first failure of each request comes first, then the second of each, and so on. So a
        budget leaves out the rarest failures of all requests, not the last requests of the test.
        """
        return [Case((point,)) for point in self._points(CLEAN, clean, by_site=True)]

    def further(self, case: Case, steps: Sequence[Step]) -> list[Case]:
        """Return the cases with one failure more, from the steps of the run of a case."""
        if len(case) >= self.choice.depth:
            return []
        last = case.points[-1].among(steps)
        later = () if last is None else steps[last.position:]
        return [Case((*case.points, point))
                for point in self._points(case, later, by_site=False)]

    def _points(
        self, case: Case, steps: Sequence[Step], *, by_site: bool
    ) -> list[Point]:
        ranked: list[tuple[int, int, Point]] = []
        alike: set[object] = set()
        places = self._places(steps)
        for step in steps:
            operation = BY_ID.get(step.operation)
            if operation is None or not self.choice.includes(step.operation):
                continue
            site = (places[step], step.operation, _shape(step))
            state = (step.site.key, step.request, step.before, step.tries)
            for rank, failure in enumerate(
                failures_of(operation, self.choice.kinds, step.profile)
            ):
                if self.choice.skips(step.operation, failure):
                    continue
                met = (state, failure.name)
                if not self.choice.full and (
                    (site, failure.name) in alike if by_site else met in self._met
                ):
                    self.equal += 1
                    continue
                alike.add((site, failure.name))
                self._met.add(met)
                ranked.append((rank, step.position,
                               Point(step.position, step.operation, step.nth, failure)))
        ranked.sort(key=lambda entry: entry[:2])
        return [point for _, _, point in ranked]

    def _places(self, steps: Sequence[Step]) -> dict[Step, object]:
        """Return the place that sends each request. Unknown places are different."""
        found: dict[Step, object] = {}
        last: Step | None = None
        for step in steps:
            if self.repeats and last is not None and not step.site.key and (
                (step.request, step.response) == (last.request, last.response)
            ):
                found[step] = found[last]
            else:
                found[step] = step.site.key or (step.position,)
            last = step
        return found


def _shape(step: Step) -> object:
    """Return what makes requests of one place different: names in the query, and the result."""
    exchange = step.exchange
    names = "" if exchange is None else exchange.query
    return (frozenset(part.partition("=")[0] for part in names.split("&")), step.status)


def named(steps: Sequence[Step], text: str, before: Case = CLEAN) -> Case:
    """Return the case ``before`` with one failure more, by the id of that failure.

    Args:
        steps: the steps of the run of ``before``.
        text: such as ``2:images.upload:503``.
        before: the failures before it.

    Raises:
        UsageError: there is no such case; the text lists those of the same request.
    """
    points = {point.id: point for point in _every(steps)}
    if text not in points:
        position = text.partition(":")[0]
        close = [name for name in points if name.startswith(f"{position}:")] or list(points)
        shown = ", ".join(close[:40])
        raise UsageError(f"there is no case {text!r}; use one of {shown}" if shown else
                         f"there is no case {text!r}: the clean run sends no request that can fail")
    return Case((*before.points, points[text]))


def _every(steps: Sequence[Step]) -> Iterator[Point]:
    for step in steps:
        operation = BY_ID.get(step.operation)
        if operation is not None:
            for failure in failures_of(operation, frozenset(KINDS), step.profile):
                yield Point(step.position, step.operation, step.nth, failure)
