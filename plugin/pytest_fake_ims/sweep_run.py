"""One run of a swept test: what it ends with, and how it is ended if it hangs."""

from __future__ import annotations

import ctypes
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import pytest

from fake_ims.sweeping.case import CLEAN, Case
from fake_ims.sweeping.outcome import Outcome
from fake_ims.sweeping.sweep import Ran, outcome_of
from fake_ims.sweeping.watch import Watch

# Real seconds after which a run is interrupted, where signals can be had.
_LONGEST = 20.0


class Hanging(BaseException):
    """Raised in a test that takes too long. Not an ``Exception``, so that no client catches it."""


class Run:
    """One run of a test: its watch, its reports and its outcome."""

    def __init__(self, item: pytest.Item, watch: Watch) -> None:
        self.item = item
        self.watch = watch
        self.outcome: Outcome | None = None
        self.busy = False  # the test or one of its fixtures runs
        self.reports: list[pytest.TestReport] = []

    def end(self, error: BaseException | None) -> None:
        """Note the outcome of the test, before its fixtures clean up."""
        if isinstance(error, Hanging):
            self.watch.give_up(str(error))
        if self.outcome is None:
            self.outcome = outcome_of(self.watch, error)
        elif self.outcome.error is None:  # a fixture fails while it cleans up
            self.outcome.error = error

    def ran(self) -> Ran:
        """Return the run, after its fixtures have cleaned up."""
        self.watch.finish()
        failed = [report for report in self.reports if report.failed]
        traceback = failed[0].longreprtext if failed else ""
        outcome = self.outcome
        if outcome is None:  # the test was skipped, or a hook of somebody else ended it
            return Ran(outcome_of(self.watch, None), traceback,
                       "the test was not run with this failure")
        outcome.left = self.watch.left()
        outcome.hang = self.watch.hang
        return Ran(outcome, traceback)


def renew_server(item: pytest.Item) -> None:
    """End the session-wide fake before a run of a test that uses it directly: ``fake_ims`` would
    reset it, and nothing else does."""
    names = getattr(item, "fixturenames", ())
    if "fake_ims_server" not in names or "fake_ims" in names or not isinstance(
            item, pytest.Function):
        return
    item._initrequest()
    for definition in item._fixtureinfo.name2fixturedefs.get("fake_ims_server", ()):
        definition.finish(item._request)  # type: ignore[arg-type]  # it only asks for the node


def interrupt(thread: int) -> None:
    """Raise ``Hanging`` in a thread, at its next line of Python."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(Hanging))


@contextmanager
def watched(run: Run, case: Case) -> Iterator[None]:
    """Interrupt a run that neither asks nor ends, on systems with SIGALRM."""
    if case is CLEAN or not hasattr(signal, "SIGALRM") or (
        threading.current_thread() is not threading.main_thread()
    ):
        yield
        return

    asked = 0

    def ring(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        seen, asked = asked, len(run.watch.steps)
        # On a slow machine, pytest can be at its report, or a busy client in the midst of work.
        if not run.busy or asked > seen:
            signal.setitimer(signal.ITIMER_REAL, _LONGEST)
            return
        raise Hanging(f"the run did not go on within {_LONGEST:g} s of real time")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, _LONGEST)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
