"""Runs of a small program under a case of a sweep, without pytest around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wire import Wire

from fake_ims import FakeIMS
from fake_ims.server.watching import watched_by
from fake_ims.sweeping.case import CLEAN, Case
from fake_ims.sweeping.explore import named
from fake_ims.sweeping.outcome import Demands, Outcome
from fake_ims.sweeping.step import Place
from fake_ims.sweeping.sweep import outcome_of
from fake_ims.sweeping.verdict import Verdict, judge
from fake_ims.sweeping.watch import RealTime, Watch

Program = Callable[[FakeIMS, Wire], object]


class Clock(RealTime):
    """A time that only the program moves, and that knows places."""

    def __init__(self, site: Callable[[int], Place | None] = lambda port: None) -> None:
        super().__init__()
        self.seconds = 0.0
        self._site = site

    @property
    def elapsed(self) -> float:
        return self.seconds

    def site(self, port: int) -> Place | None:
        return self._site(port)


def run(program: Program, case: Case = CLEAN, *, settings: dict[str, Any] | None = None,
        **options: Any) -> Outcome:
    """Run a program with a fake of its own, and the failures of a case."""
    watch = Watch(case, **options)
    error: BaseException | None = None
    with watched_by(watch), FakeIMS(**settings or {}) as fake:
        try:
            program(fake, Wire(fake.url, fake.headers))
        except Exception as raised:
            error = raised
        outcome = outcome_of(watch, error)
    watch.finish()
    outcome.hang = watch.hang
    return outcome


def case_of(clean: Outcome, *names: str) -> Case:
    """Return the case with these failures, all at requests of the clean run."""
    case = CLEAN
    for name in names:
        case = named(clean.steps, name, case)
    return case


def verdict(program: Program, *names: str, settings: dict[str, Any] | None = None,
            **demands: Any) -> Verdict:
    """Judge a run of a program with these failures."""
    clean = run(program, settings=settings)
    assert clean.passed, clean.error
    outcome = run(program, case_of(clean, *names), settings=settings)
    return judge(outcome, clean, Demands(**demands))
