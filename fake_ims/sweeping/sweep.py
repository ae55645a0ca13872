"""Sweeps one test or command: runs its cases one after another, and judges each."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass, field

from ..server.realtime import monotonic
from .case import CLEAN, Case
from .explore import Explorer, named
from .options import Settings
from .outcome import Outcome
from .report import Result, Swept, bad, shown
from .step import Step
from .verdict import BAD, Verdict, judge
from .watch import Watch

#: Called after each run: number of runs so far, number of runs to come, number of bad ones.
Progress = Callable[[int, int, int], object]
_LOOK = 0.5  # real seconds between two looks at runs at once


@dataclass
class Ran:
    """One run, and what a report shows of it.

    Attributes:
        outcome: what happened.
        traceback: the traceback of the test, or the output of the command; empty if it passed.
        broken: why the test could not be judged, such as a fixture that failed; else empty.
        seconds: real seconds that it took.
    """

    outcome: Outcome
    traceback: str = ""
    broken: str = ""
    seconds: float = 0.0


@dataclass
class Sweep:
    """The sweep of one test.

    Attributes:
        test: its name in reports.
        settings: its settings.
        run: runs the test once with the failures of a case.
        repeats: see ``Explorer``.
        start: starts such a run beside others; None if runs are one after another.
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
    repeats: bool = False
    start: Callable[[Case], Future[Ran]] | None = None
    _helpers: frozenset[str] = frozenset()

    def begin(self, clean: Ran) -> Swept:
        """Return the report of a sweep that has not run any case yet."""
        self._helpers = _shared(clean.outcome.steps)
        self._set_lines(clean)
        return Swept(
            test=self.test,
            requests=shown.requests(clean.outcome.steps, bodies=True),
            results=[], left_out=[], equal=0, gone=[], seconds=0.0, note="")

    def all(self, clean: Ran, swept: Swept) -> None:
        """Run all cases, and add the results to a report. An interrupt leaves it valid.

        The results of runs at once are taken in the order in which the runs were started. So the
        same cases are run as one after another.
        """
        explorer = Explorer(self.settings.choice, self.repeats)
        number, parts = self.part
        cases = deque(explorer.first(clean.outcome.steps)[number::parts])
        begun: deque[tuple[Case, Future[Ran]]] = deque()
        started = monotonic()
        runs = self.settings.runs

        def is_over() -> bool:
            return self.settings.seconds is not None and (
                monotonic() - started > self.settings.seconds)

        try:
            while cases or begun:
                while cases and not is_over() and (self.start is not None or not begun) and (
                    runs is None or len(swept["results"]) + len(begun) < runs
                ):
                    begun.append((cases[0], self._begun(cases[0])))
                    cases.popleft()
                if not begun:
                    break
                case, run = begun[0]
                while not run.done() and not wait([run], _LOOK).done:
                    self._tell(swept, cases, begun)
                    if is_over():
                        for _, one in begun:
                            one.cancel()
                begun.popleft()
                if run.cancelled():
                    swept["left_out"].append(case.id)
                    continue
                verdict = self._judged(case, run.result(), clean, swept)
                outcome = run.result().outcome
                explorer.learn(case, outcome.steps,
                               (verdict.word, verdict.rule, repr(outcome.left.images)),
                               ends=verdict.rule == "hang" or verdict.word == "not reached")
                if not cases and not begun:
                    cases += explorer.further()
                self._tell(swept, cases, begun)
        finally:
            for case, run in begun:
                if not run.cancel() and run.done() and run.exception() is None:
                    self._judged(case, run.result(), clean, swept)
                else:
                    swept["left_out"].append(case.id)
            swept["left_out"] += [one.id for one in cases]
            swept["equal"] = explorer.equal
        tried = {result["key"] for result in swept["results"]}
        wrong = {result["key"] for result in swept["results"] if result["word"] in BAD}
        swept["gone"] = sorted(key for key in self.known if key not in wrong and (
            key in tried or not swept["left_out"]))

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
        ran = self._ran(case)
        return self._judged(case, ran, clean, swept), ran

    def _begun(self, case: Case) -> Future[Ran]:
        if self.start is not None:
            return self.start(case)
        run: Future[Ran] = Future()
        run.set_result(self._ran(case))
        return run

    def _ran(self, case: Case) -> Ran:
        started = monotonic()
        ran = self.run(case)
        ran.seconds = monotonic() - started
        return ran

    def _tell(
        self, swept: Swept, cases: deque[Case], begun: deque[tuple[Case, Future[Ran]]]
    ) -> None:
        if self.progress is not None:
            done = sum(run.done() for _, run in begun)
            self.progress(len(swept["results"]) + done, len(cases) + len(begun) - done,
                          len(bad(swept)))

    def _set_lines(self, ran: Ran) -> None:
        for step in ran.outcome.steps:
            lines = step.site.lines  # made from frames each time
            own = (line for line in lines if line not in self._helpers)
            step.line = next(own, lines[0] if lines else "")

    def _judged(self, case: Case, ran: Ran, clean: Ran, swept: Swept) -> Verdict:
        self._set_lines(ran)
        if ran.broken:
            verdict = Verdict("wrong", ran.broken, "crash")
        else:
            verdict = judge(ran.outcome, clean.outcome, self.settings.demands)
        last = case.points[-1]
        wrong = verdict.word in BAD
        steps = ran.outcome.steps
        step = last.among(steps)
        hider = shown.Hider(steps)
        swept["results"].append(Result(
            case=case.id, key=case.key, word=verdict.word, rule=verdict.rule,
            why=hider.text(verdict.why), position=last.position, operation=last.operation,
            failure=last.failure.name, kind=last.failure.kind,
            site="" if step is None else shown.valid(step.line), again=self.command(case),
            sent=len(steps),
            requests=shown.requests(shown.around(steps, last.position), bodies=wrong),
            traceback=hider.text(ran.traceback) if wrong else "",
            known=self.known.get(case.key, "") if wrong else "", seconds=ran.seconds))
        return verdict


def problem(swept: Swept, settings: Settings, asked: bool) -> str:
    """Return why a sweep fails its test; empty if it does not.

    Args:
        swept: its report.
        settings: its settings.
        asked: whether this test was asked for by name or decorator; then it must try something.
    """
    news = bad(swept)
    results = swept["results"]
    if news:
        return (f"{len(news)} of {len(results)} runs with failures went wrong; the section "
                "'fake_ims sweep' below lists them, with the command to repeat each")
    if settings.may_be_empty or swept["note"]:
        return ""
    return untried(swept, "test", "allow='empty'") if results or asked else ""


def untried(swept: Swept, subject: str, allow: str) -> str:
    """Return why a sweep is worth nothing: it has tried no failure; empty if it has.

    Args:
        swept: its report.
        subject: what was swept: ``test`` or ``command``.
        allow: what to pass if that is fine.
    """
    results = swept["results"]
    if not results:
        why = f"the sweep had nothing to try: the {subject} sent no request that may fail"
    elif all(result["word"] == "not reached" for result in results):
        why = f"none of its {len(results)} runs with failures reached its failure"
    else:
        return ""
    return f"{why}. If that is fine, pass {allow}"


def outcome_of(
    watch: Watch, error: BaseException | None = None, told: str = ""
) -> Outcome:
    """Return the outcome of a run that has just ended, before its fixtures clean up."""
    left = watch.left()
    return Outcome(watch.case, watch.steps, watch.hang, error, told, result=left, left=left,
                   ended=watch.elapsed)


def _shared(steps: Sequence[Step]) -> frozenset[str]:
    """Return the lines that send requests of several operations, such as that of a helper for all
    requests. They say little: reports show the line that calls them."""
    operations: dict[str, set[str]] = {}
    for step in steps:
        for line in step.site.lines:
            operations.setdefault(line, set()).add(step.operation)
    return frozenset(line for line, sent in operations.items() if len(sent) > 1)
