"""The report as text for a terminal: what is wrong, where, and how to repeat it."""

from __future__ import annotations

import os
import textwrap
from collections import Counter
from collections.abc import Callable
from typing import TextIO

from . import Swept, is_bad, is_known, number
from .findings import Finding, found, summary

#: Colours a text: gets the text and the names of its styles, such as ``red=True``.
Paint = Callable[..., str]
_FULL = 20  # if there are more findings, only the first ones of each rule are told in full
_FULL_EACH = 3
_TESTS = 10  # largest number of tests that are listed
_NAMED = 12  # largest number of failures or cases that are listed
_TEXTS = 3  # largest number of texts of one finding
_LINES = 3  # longer texts are cut
_NARROWEST = 40
_CODES = {"red": 31, "green": 32, "yellow": 33, "bold": 1, "light": 2}


def lines(
    tests: list[Swept], *, width: int = 100, whole: bool = False, verbose: bool = False,
    paint: Paint | None = None, options: str = "--fake-ims-sweep-",
) -> list[str]:
    """Return the sweep as lines: the numbers, and each finding once.

    Args:
        tests: the tests.
        width: width of the terminal. Longer texts are folded, but not commands.
        whole: whether to tell every run, whatever its verdict.
        verbose: whether to tell every finding and every test in full.
        paint: colours a text; None for no colours.
        options: how the names of options begin.
    """
    return _Writer(max(width, _NARROWEST), verbose, paint or _plain, options).lines(tests, whole)


def painter(stream: TextIO) -> Paint:
    """Return what colours texts for a stream: nothing unless it is a terminal and wants colours."""
    wants = stream.isatty() and not os.environ.get("NO_COLOR") and (
        os.environ.get("TERM") != "dumb")
    return _coloured if wants else _plain


def _plain(text: str, **styles: bool) -> str:
    return text


def _coloured(text: str, **styles: bool) -> str:
    codes = "".join(f"\x1b[{_CODES[name]}m" for name, wanted in styles.items() if wanted)
    return f"{codes}{text}\x1b[0m" if codes else text


class _Writer:
    def __init__(self, width: int, verbose: bool, paint: Paint, options: str) -> None:
        self._width = width
        self._verbose = verbose
        self._paint = paint
        self._options = options

    def lines(self, tests: list[Swept], whole: bool) -> list[str]:
        findings = found(tests)
        told = self._head(tests)
        told += self._tests(tests)
        if whole:
            for swept in tests:
                for run in swept["results"]:
                    told += self._folded(f"{run['word']} {run['case']}: {run['why']}", "  ")
        else:
            told += self._findings(findings)
        rest = [*self._gone(tests), *self._left_out(tests)]
        return [*told, *([""] if rest and findings and not whole else []), *rest]

    def _head(self, tests: list[Swept]) -> list[str]:
        bad = any(is_bad(run) for swept in tests for run in swept["results"])
        tried = any(swept["results"] for swept in tests)
        style = {"red": True} if bad else {"green": True} if tried else {}
        first, *others = self._folded(f"{number(len(tests), 'test')}, {summary(tests)}", "")
        return [self._paint(first, bold=True, **style), *others]

    def _tests(self, tests: list[Swept]) -> list[str]:
        """Return a line for each test in which something is wrong, and for each note."""
        told = []
        listed = [one for one in tests if any(map(is_bad, one["results"]))]
        listed.sort(key=lambda one: -sum(map(is_bad, one["results"])))
        more = max(0, len(listed) - _TESTS)
        if self._verbose or len(tests) == 1:
            listed, more = tests, 0
        for swept in listed[:len(listed) - more]:
            news = sum(map(is_bad, swept["results"]))
            known = sum(map(is_known, swept["results"]))
            told.append(
                f"  {swept['test']}: {number(len(swept['requests']), 'request')}, "
                f"{number(len(swept['results']), 'run')}"
                + (self._paint(f", {news} wrong", red=True) if news else "")
                + (f", {known} known" if known else ""))
        if more:
            told.append(f"  and {number(more, 'more test')} with wrong runs")
        notes: dict[str, list[str]] = {}
        for swept in tests:
            if swept["note"]:
                notes.setdefault(swept["note"], []).append(swept["test"])
        for note, names in notes.items():
            first, *others = self._folded(f"{note}: {self._named(names)}", "  ")
            told += [self._paint(first, yellow=True), *others]
        return told

    def _findings(self, findings: list[Finding]) -> list[str]:
        told: list[str] = []
        each: Counter[str] = Counter()
        for finding in findings:
            each[finding.rule] += 1
            full = self._verbose or len(findings) <= _FULL or each[finding.rule] <= _FULL_EACH
            if full or each[finding.rule] == _FULL_EACH + 1:
                told.append("")
            told += self._finding(finding, full=full)
        if len(findings) > _FULL and not self._verbose:
            told += ["", *self._folded(f"(to see all {len(findings)} findings in full, add "
                                       f"{self._options}report=sweep.html)", "")]
        return told

    def _finding(self, finding: Finding, *, full: bool) -> list[str]:
        texts = finding.texts()
        runs = number(len(finding.runs), "run")
        if not full:
            runs += f": {self._named([name for _, names in texts for name in names])}"
        first, *others = textwrap.wrap(
            f"{finding.operation} {finding.place} ({runs})", self._width - len(finding.what) - 1,
            subsequent_indent="  ", max_lines=None if full else 1, placeholder=" ...",
            break_on_hyphens=False)
        told = [f"{self._paint(finding.what, red=True, bold=True)} {first}", *others]
        if not full:
            return told
        for text, names in texts[:_TEXTS]:
            told += self._folded(f"{self._named(names)}: {text}", "  ")
        if len(texts) > _TEXTS:
            others = [name for _, names in texts[_TEXTS:] for name in names]
            told += self._folded(f"likewise after {self._named(others)}", "  ")
        return [*told, f"  {self._paint('repeat:', light=True)} {finding.first['again']}"]

    def _gone(self, tests: list[Swept]) -> list[str]:
        told = []
        for swept in tests:
            if swept["gone"]:
                told += self._folded(f"in the baseline, but no longer wrong: {swept['test']}: "
                                     f"{self._named(swept['gone'])}", "  ")
        if told:
            told += self._folded(f"{self._options}update-baseline removes them", "  ")
        return told

    def _left_out(self, tests: list[Swept]) -> list[str]:
        told = []
        cases = [case for swept in tests for case in swept["left_out"]]
        if cases:
            text = f"{number(len(cases), 'case')} left out by the budget"
            some = [one for one in tests if one["left_out"]]
            text += (f": {self._named(cases)}" if len(some) == 1 and len(tests) == 1 else
                     f", in {number(len(some), 'test')}")
            told += self._folded(text, "  ")
        equal = sum(swept["equal"] for swept in tests)
        if equal:
            told += self._folded(f"{number(equal, 'case')} not run because they are equal to "
                                 f"others ({self._options}full runs them)", "  ")
        return told

    def _named(self, names: list[str]) -> str:
        more = len(names) - _NAMED
        if more <= 0 or self._verbose:
            return ", ".join(names)
        return f"{', '.join(names[:_NAMED])} and {more} more"

    def _folded(self, text: str, indent: str) -> list[str]:
        return textwrap.wrap(
            text, self._width, initial_indent=indent, subsequent_indent=f"{indent}  ",
            max_lines=None if self._verbose else _LINES, placeholder=" ...",
            break_on_hyphens=False) or [indent]
