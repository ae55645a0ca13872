"""What became of a suite's tests, read from the lines that ``suite_worker.py`` writes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Status = Literal["passed", "failed", "skipped"]
_WHOLE_CLASS = re.compile(r"^(?:setUpClass|tearDownClass|setUpModule|tearDownModule) \((.*)\)$")
_TAG = re.compile(r"\[.*\]$")


@dataclass(frozen=True)
class Outcome:
    """What became of one test.

    Attributes:
        test: its name, with module and class.
        status: what became of it.
        reason: why it failed or was skipped, in a line.
        known: why it was expected to fail; empty if it was not.
    """

    test: str
    status: Status
    reason: str = ""
    known: str = ""

    @property
    def case(self) -> str:
        """Module and class."""
        return self.test.rpartition(".")[0]

    @property
    def method(self) -> str:
        """The test's own name."""
        return self.test.rpartition(".")[2]


@dataclass(frozen=True)
class Report:
    """A run of a suite.

    Attributes:
        suite: how the command line calls it.
        distribution, version: what was run.
        outcomes: one for each test, in the order of their names.
        seconds: how long it took.
        broken: exchanges in which the fake failed by itself.
    """

    suite: str
    distribution: str
    version: str
    outcomes: tuple[Outcome, ...]
    seconds: float
    broken: tuple[str, ...] = ()

    def count(self, status: Status, case: str | None = None) -> int:
        """How many tests ended so, of all or of one class."""
        return sum(outcome.status == status for outcome in self.outcomes
                   if case in (None, outcome.case))

    @property
    def cases(self) -> list[str]:
        """The classes, each once, in order."""
        return list(dict.fromkeys(outcome.case for outcome in self.outcomes))

    @property
    def surprises(self) -> list[str]:
        """Failures that were not expected, expected ones that did not happen, the fake's own."""
        found = [f"{outcome.test}: {outcome.reason}" for outcome in self.outcomes
                 if outcome.status == "failed" and not outcome.known]
        found += [f"{outcome.test} {outcome.status}, and was to fail: {outcome.known}"
                  for outcome in self.outcomes if outcome.known and outcome.status != "failed"]
        found += [f"500 from the fake: {line}" for line in self.broken]
        if not self.outcomes:
            found.append(f"{self.suite} has no tests")
        return found


def read(
    suite: str, lines: Iterable[dict[str, Any]], known: Mapping[str, str], seconds: float
) -> Report:
    """Read the lines of a run.

    A class that was skipped or failed as a whole has one line; all its tests share its outcome.
    """
    rest = iter(lines)
    head = next(rest)
    names = [clean(name) for name in head["tests"]]
    found: dict[str, Outcome] = {}
    for line in rest:
        name, status, reason = clean(line["id"]), line["status"], brief(line["reason"])
        whole = _WHOLE_CLASS.match(name)
        for test in ([test for test in names if test.startswith(f"{whole[1]}.")] if whole
                     else [name]):
            before = found.get(test)
            # The first failure says most: a teardown may fail, too, or a whole class at its end.
            if before is None or (status == "failed" and before.status != "failed"):
                found[test] = Outcome(test, status, reason, _known(test, known))
    for name in names:
        if name not in found:
            found[name] = Outcome(name, "failed", "it did not run", _known(name, known))
    outcomes = tuple(found[name] for name in sorted(found))
    return Report(suite, head["distribution"], head["version"], outcomes, seconds)


def clean(name: str) -> str:
    """A test's name without what tempest puts behind it (its id and tags)."""
    return _TAG.sub("", name)


def brief(reason: str, limit: int = 200) -> str:
    """A reason as one line of limited length: of a traceback, the error at its end."""
    _, found, last = reason.rpartition("Traceback (most recent call last):\n")
    if found:
        lines = last.splitlines()
        error = next((at for at, line in enumerate(lines) if not line.startswith(" ")), 0)
        reason = "\n".join(lines[error:])
    text = " ".join(reason.split())
    return text if len(text) <= limit else f"{text[:limit - 1]}…"


def _known(test: str, known: Mapping[str, str]) -> str:
    return next((why for end, why in known.items() if test.endswith(f".{end}")), "")
