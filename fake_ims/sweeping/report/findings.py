"""Findings: runs that break the same rule at the same place, of one test or of many.

A client without clean-up leaves an image behind after each of twenty failures, in every test that
uploads. That is one finding: it has one cause, and is mended at one place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..alike import ID
from ..failures import KINDS
from ..verdict import WORDS
from . import Result, Swept, failures, is_bad, is_known, number

#: The rules, the worst first. Work or data are lost; the client says nothing, or never ends. It
#: leaves something behind; it does less than was promised; it names the wrong error.
WORST = ("undone", "lost", "overwritten", "result", "assert", "hang", "duplicate", "orphan", "",
         "pace", "repeat", "misled", "hidden", "crash")
# Differs from run to run: ids, addresses, numbers.
_DIFFERS = re.compile(rf"{ID}|0x[0-9a-f]+|\d+")
# What the test raised is of no interest beside what it left.
_RAISED = re.compile(r"the test raised .*, and (?=left |deleted )", re.DOTALL)


@dataclass
class Finding:
    """Runs that go wrong in the same way at the same place.

    Attributes:
        rule: the rule that they break; empty if they should have survived.
        operation: the operation that fails.
        site: the place in the code that sends the request; empty if it is not known.
        runs: the runs, each with its test.
    """

    rule: str
    operation: str
    site: str
    runs: list[tuple[Swept, Result]] = field(default_factory=list)

    @property
    def what(self) -> str:
        """The rule, or "should have survived"."""
        return self.rule or self.first["word"]

    @property
    def first(self) -> Result:
        """The run to look at first: one with few failures, of a frequent kind."""
        kinds: tuple[str, ...] = KINDS
        return min((run for _, run in self.runs), key=lambda run: (
            run["case"].count("+"), kinds.index(run["kind"])))

    @property
    def tests(self) -> list[str]:
        """The tests in which it was found."""
        return list(dict.fromkeys(swept["test"] for swept, _ in self.runs))

    @property
    def place(self) -> str:
        """The place in the code, or the tests."""
        tests = self.tests
        there = "in " + (tests[0] if len(tests) == 1 else number(len(tests), "test"))
        if not self.site:
            return there
        return f"at {self.site}" + (f", {there}" if len(tests) > 1 else "")

    def texts(self) -> list[tuple[str, list[str]]]:
        """Return what is wrong, in words, each with the failures after which it is so.

        A failure is named once, even if the texts of several tests differ by the name of an image.
        """
        found: dict[str, tuple[str, list[str]]] = {}
        seen: set[str] = set()
        for _, run in self.runs:
            name, text = failures(run["case"]), _short(run)
            if name not in seen:
                seen.add(name)
                found.setdefault(_DIFFERS.sub("N", text), (text, []))[1].append(name)
        return list(found.values())


def found(tests: Iterable[Swept]) -> list[Finding]:
    """Return the findings of some tests: the worst rules first, then those with the most runs.

    Known cases are none. A run whose first failures alone break the same rule belongs to them: the
    last failure is not its cause.
    """
    groups: dict[tuple[str, str, str, str], Finding] = {}
    for swept in tests:
        runs = {run["case"]: run for run in swept["results"]}
        for run in swept["results"]:
            if is_bad(run):
                cause = _cause(run, runs)
                # Without a place, equal rules in two tests can have two causes.
                key = (cause["rule"], cause["operation"], cause["site"],
                       "" if cause["site"] else swept["test"])
                group = groups.setdefault(key, Finding(*key[:3]))
                group.runs.append((swept, run))
    return sorted(groups.values(), key=lambda one: (WORST.index(one.rule), -len(one.runs)))


def _cause(run: Result, runs: Mapping[str, Result]) -> Result:
    """Return the run with the fewest of its failures, the first ones, that breaks the same rule."""
    before = runs.get(run["case"].rpartition("+")[0])
    if before is None or (before["word"], before["rule"]) != (run["word"], run["rule"]):
        return run
    return _cause(before, runs)


def summary(tests: list[Swept]) -> str:
    """Return the numbers of some tests as a sentence."""
    results = [result for swept in tests for result in swept["results"]]
    seconds = sum(swept["seconds"] for swept in tests)
    words = Counter(result["word"] for result in results)
    news = sum(map(is_bad, results))
    known = sum(map(is_known, results))
    told = []
    if news:
        told.append(f"{number(len(found(tests)), 'finding')} in {number(news, 'wrong run')}")
    told += [f"{number(known, 'wrong run')} known"] if known else []
    told += [f"{words[word]} {word}" for word in WORDS
             if words[word] and word not in ("wrong", "should have survived")]
    return (f"{number(len(results), 'run')} in {seconds:.1f} s"
            + (f": {', '.join(told)}" if told else ""))


def _short(run: Result) -> str:
    text = _RAISED.sub("", run["why"], count=1)
    return text.removeprefix(f"{run['rule']}: ") if run["rule"] else text
