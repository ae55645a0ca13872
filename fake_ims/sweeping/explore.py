"""Which cases a sweep runs: every failure of every request, and what it may leave out.

Depth 1: each failure at each request of the clean run. Two requests count as one if the same place
in the code sends them, with the same operation and the same shape: of a polling loop, the first
poll fails. The code of a command is not known: its requests count as one if they and their
responses follow each other unchanged.

Depth 2: a run with one failure has requests of its own, such as retries and clean-up. Each request
that comes after the first failure may fail too. ``reduction.py`` says which of these cases show
nothing new. It needs to know how the client behaves, so cases come in rounds. At a place that is
new, one request meets every failure, and the others wait for the next round. Deeper cases are made
alike.
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
from .reduction import Classes, Meeting, meetings

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

    def continues(self, case: Case) -> bool:
        """Return whether there may be cases with one failure more."""
        return len(case) < self.depth

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
    _known: set[object] = field(default_factory=set)
    _learning: set[str] = field(default_factory=set)
    _classes: Classes = field(default_factory=Classes)
    _waiting: list[Meeting] = field(default_factory=list)

    def first(self, clean: Sequence[Step]) -> list[Case]:
        """Return the cases with one failure, from the steps of the clean run.

        The first failure of each request comes first, then the second of each, and so on. So a
        budget leaves out the rarest failures of all requests, not the last requests of the test.
        """
        places = self._places(clean)
        alike: set[object] = set()
        found: list[tuple[int, Case]] = []
        for meeting in meetings(CLEAN, clean):
            step = meeting.step
            failures = self._failures(step)
            site = (places[step], step.operation, _shape(step))
            if site in alike and not self.choice.full:
                self.equal += len(failures)
                continue
            alike.add(site)
            self._met.add(meeting.alike)
            self._known.add(meeting.place)
            found += self._every(meeting, failures)
        return _ranked(found)

    def learn(self, case: Case, steps: Sequence[Step], end: object, *, ends: bool = False) -> None:
        """Take note of the run of a case: what the client does, and what else may fail.

        Args:
            case: the case.
            steps: the steps of its run.
            end: how it ended; equal for runs that show the same.
            ends: whether its run has no further failures, because it hangs or missed its own.
        """
        last = case.points[-1].among(steps)
        if last is None:
            return
        if case.id in self._learning:
            self._learning.discard(case.id)
            self._classes.learn(last, case.points[-1].failure, steps[last.position:], end)
        if not ends and self.choice.continues(case):
            self._waiting += meetings(case, steps)

    def further(self) -> list[Case]:
        """Return the cases with one failure more, from all runs so far; empty at the end.

        Call it after the runs of all cases before.
        """
        found: list[tuple[int, Case]] = []
        waiting: list[Meeting] = []
        new: set[object] = set()
        for meeting in self._waiting:
            failures = self._failures(meeting.step)
            if self.choice.full:
                found += self._every(meeting, failures)
            elif meeting.alike in self._met:
                self.equal += len(failures)
            elif meeting.place in new:
                waiting.append(meeting)
            elif meeting.place in self._known:
                self._met.add(meeting.alike)
                different = self._classes.different(meeting.place, failures)
                self.equal += len(failures) - len(different)
                found += self._with(meeting, failures, different)
            else:
                new.add(meeting.place)
                self._met.add(meeting.alike)
                found += self._every(meeting, failures)
        self._known |= new
        self._waiting = waiting
        return _ranked(found)

    def _failures(self, step: Step) -> list[Failure]:
        operation = BY_ID.get(step.operation)
        if operation is None or not self.choice.includes(step.operation):
            return []
        return [failure for failure in failures_of(operation, self.choice.kinds, step.profile)
                if not self.choice.skips(step.operation, failure)]

    def _every(self, meeting: Meeting, failures: Sequence[Failure]) -> list[tuple[int, Case]]:
        """Return a case for every failure. Their runs show which failures are alike."""
        found = self._with(meeting, failures, failures)
        if self.choice.depth > 1:
            self._learning.update(case.id for _, case in found)
        return found

    def _with(
        self, meeting: Meeting, failures: Sequence[Failure], some: Sequence[Failure]
    ) -> list[tuple[int, Case]]:
        """Return the cases with some of the failures, each with its rank among all of them."""
        step = meeting.step
        return [(rank, Case((*meeting.case.points,
                             Point(step.position, step.operation, step.nth, failure))))
                for rank, failure in enumerate(failures) if failure in some]

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


def _ranked(found: Sequence[tuple[int, Case]]) -> list[Case]:
    """Return the cases in the order of their failures; those of one failure stay as they are."""
    return [case for _, case in sorted(found, key=lambda entry: entry[0])]


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
