"""Sweeps one test or command: runs its cases one after another, and judges each."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ..server.realtime import monotonic
from .case import CLEAN, Case
from .explore import Explorer, named
from .options import Settings
from .report import Request, Result, Swept
from .verdict import BAD, Outcome, Verdict, judge
from .watch import Step, Watch

#: Called after each run: number of runs so far, number of runs to come, number of bad ones.
Progress = Callable[[int, int, int], object]


@dataclass
class Ran:
    """One run, and what a report shows of it.

    Attributes:
        outcome: what happened.
        traceback: the traceback of the test, or the output of the command; empty if it passed.
        broken: why the test could not be judged, such as a fixture that failed; else empty.
    """

    outcome: Outcome
    traceback: str = ""
    broken: str = ""


@dataclass
class Sweep:
    """The sweep of one test.

    Attributes:
        test: its name in reports.
        settings: its settings.
        run: runs the test once with the failures of a case.
        command: returns the command that repeats a case.
        known: the reasons of its known cases, by key; see ``baseline``.
        part: which part of the cases to run, of how many: ``(0, 1)`` for all.
        progress: called after each run.
    """

    test: str
    settings: Settings
    run: Callable[[Case], Ran]
    command: Callable[[Case], str]
    known: Mapping[str, str] = field(default_factory=dict)
    part: tuple[int, int] = (0, 1)
    progress: Progress | None = None

    def begin(self, clean: Ran) -> Swept:
        """Return the report of a sweep that has not run any case yet."""
        return Swept(
            test=self.test,
            requests=[Request(operation=step.name, line=_line(step), site=step.site.line)
                      for step in clean.outcome.steps],
            results=[], left_out=[], equal=0, gone=[], seconds=0.0, note="")

    def all(self, clean: Ran, swept: Swept) -> None:
        """Run all cases, and add the results to a report. An interrupt leaves it valid."""
        explorer = Explorer(self.settings.choice)
        number, parts = self.part
        cases = deque(explorer.first(clean.outcome.steps)[number::parts])
        started = monotonic()
        runs = self.settings.runs
        if runs is not None:
            runs = max(1, runs // parts)
        try:
            while cases:
                if (runs is not None and len(swept["results"]) >= runs) or (
                    self.settings.seconds is not None
                    and monotonic() - started > self.settings.seconds
                ):
                    break
                case = cases.popleft()
                verdict, ran = self.one(case, clean, swept)
                if verdict.rule != "hang" and verdict.word != "not reached":
                    cases += explorer.further(case, ran.outcome.steps)
                if self.progress is not None:
                    self.progress(len(swept["results"]), len(cases), len(_bad(swept)))
        finally:
            swept["left_out"] += [one.id for one in cases]
            swept["equal"] = explorer.equal
        ran_keys = {result["key"] for result in swept["results"] if result["word"] in BAD}
        tried = {result["key"] for result in swept["results"]} | {
            key for key in self.known if not cases}
        swept["gone"] = sorted(key for key in self.known if key in tried and key not in ran_keys)

    def named(self, text: str, clean: Ran, swept: Swept) -> tuple[Verdict, Ran]:
        """Run one case by its id. The runs that lead to its last failure are not reported.

        Raises:
            UsageError: the test has no such case.
        """
        case, ran = CLEAN, clean
        for part in text.split("+"):
            if len(case):
                ran = self.run(case)
            case = named(ran.outcome.steps, part, case)
        return self.one(case, clean, swept)

    def one(self, case: Case, clean: Ran, swept: Swept) -> tuple[Verdict, Ran]:
        """Run one case, judge it, and add the result to a report."""
        ran = self.run(case)
        if ran.broken:
            verdict = Verdict("wrong", ran.broken, "crash")
        else:
            verdict = judge(ran.outcome, clean.outcome, self.settings.demands)
        last = case.points[-1]
        wrong = verdict.word in BAD
        step = next((step for step in ran.outcome.steps
                     if (step.operation, step.nth) == (last.operation, last.nth)), None)
        swept["results"].append(Result(
            case=case.id, key=case.key, word=verdict.word, rule=verdict.rule, why=verdict.why,
            position=last.position, operation=last.operation, failure=last.failure.name,
            site="" if step is None else step.site.line, again=self.command(case),
            requests=[_line(one) for one in ran.outcome.steps] if wrong else [],
            traceback=ran.traceback if wrong else "",
            known=self.known.get(case.key, "") if wrong else ""))
        return verdict, ran


def problem(swept: Swept, settings: Settings, asked: bool) -> str:
    """Return why a sweep fails its test; empty if it does not.

    Args:
        swept: its report.
        settings: its settings.
        asked: whether this test was asked for by name or decorator; then it must try something.
    """
    news = _bad(swept)
    results = swept["results"]
    if news:
        return (f"{len(news)} of {len(results)} runs with failures went wrong; the section "
                "'fake_ims sweep' below lists them, with the command to repeat each")
    if settings.may_be_empty or swept["note"]:
        return ""
    if results and all(result["word"] == "not reached" for result in results):
        return (f"none of its {len(results)} runs with failures reached its failure. If that is "
                "fine, pass allow='empty'")
    if not results and asked:
        return ("the sweep had nothing to try: the test sent no request that may fail. If that is "
                "fine, pass allow='empty'")
    return ""


def outcome_of(
    watch: Watch, error: BaseException | None = None, told: str = ""
) -> Outcome:
    """Return the outcome of a run that has just ended, before its fixtures clean up."""
    left = watch.left()
    return Outcome(watch.case, watch.steps, watch.hang, error, told, left, left, watch.elapsed)


def _bad(swept: Swept) -> list[Result]:
    return [result for result in swept["results"]
            if result["word"] in BAD and not result["known"]]


def _line(step: Step) -> str:
    return step.name if step.exchange is None else step.exchange.line()
