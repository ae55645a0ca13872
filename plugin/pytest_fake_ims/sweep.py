"""Runs the sweep: repeats a test, each time with another failure; imported on demand."""

from __future__ import annotations

import shlex
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from fake_ims.errors import UsageError
from fake_ims.server.realtime import monotonic
from fake_ims.server.watching import watched_by
from fake_ims.sweeping import files
from fake_ims.sweeping import report as reports
from fake_ims.sweeping.case import CLEAN, Case
from fake_ims.sweeping.compressed import CompressedTime
from fake_ims.sweeping.options import Settings
from fake_ims.sweeping.report import terminal
from fake_ims.sweeping.sweep import Ran, Sweep, problem
from fake_ims.sweeping.verdict import BAD, Verdict
from fake_ims.sweeping.watch import Watch

from .sweep_parts import can_split, part_of, split
from .sweep_run import Run, interrupt, renew_server, watched
from .sweep_settings import MARK, Given, from_config, of_test

NAME = "fake_ims_sweep"
_PROPERTY = "fake_ims_sweep"
# Requests that a client may still send after its run has been given up.
_AFTERWARDS = 50


class Sweeper:
    """Sweeps tests. Each process has one."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._run: Run | None = None
        self._parts: list[reports.Swept] = []
        self.given: Given = from_config(config)
        self._known = files.known(self.given)

    # Which tests, and in how many parts

    def _is_asked(self, item: pytest.Item) -> bool:
        return item.get_closest_marker(MARK) is not None

    def _may_use_fakes(self, item: pytest.Item) -> bool:
        return self._is_asked(item) or any(
            name.startswith("fake_ims") for name in getattr(item, "fixturenames", ()))

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Split each swept test into parts for the workers of pytest-xdist."""
        workers = getattr(self._config, "workerinput", {}).get("workercount", 1)
        if workers < 2 or self.given.case:
            return
        found: list[pytest.Item] = []
        for item in items:
            if self._splits(item):
                found += split(item, workers)
            else:
                found.append(item)
        items[:] = found

    def _splits(self, item: pytest.Item) -> bool:
        if not can_split(item) or not (
            self._is_asked(item) or (self.given.everywhere and self._may_use_fakes(item))
        ):
            return False
        try:
            return of_test(item, self.given).can_be_split
        except UsageError:  # the test says so when it runs
            return False

    # One test

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> object:
        if not (self.given.everywhere or self._is_asked(item)):
            return None
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        for report in self._reports(item, nextitem):
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def _reports(self, item: pytest.Item, nextitem: pytest.Item | None) -> list[pytest.TestReport]:
        try:
            settings = of_test(item, self.given)
        except UsageError as error:
            refused = str(error)
            run = self._once(item, nextitem, CLEAN, Settings(real_time=True))
            return _failing(run.reports, f"fake_ims: {refused}")
        if not self._may_use_fakes(item):
            # It may start fakes of its own. If it does not, it has run as always.
            run = self._once(item, nextitem, CLEAN, Settings(real_time=True))
            if not run.watch.steps:
                return run.reports
        return self._swept(item, nextitem, settings)

    def _swept(
        self, item: pytest.Item, nextitem: pytest.Item | None, settings: Settings
    ) -> list[pytest.TestReport]:
        started = monotonic()
        number, parts, test = part_of(item)
        last: Run | None = None

        def once(case: Case) -> Ran:
            nonlocal last
            # With the parent as next item, pytest keeps fixtures that other tests share.
            last = self._once(item, item.parent, case, settings)
            return last.ran()

        clean = once(CLEAN)
        assert last is not None
        told = last.reports
        sweep = Sweep(test, settings, once, lambda case: self._command(test, case),
                      self._known.get(test, {}), (number, parts), self._progress(test))
        swept = sweep.begin(clean)
        why = ""
        if any(report.failed or report.skipped for report in told):
            swept["note"] = "not swept: the test does not pass without failures"
        else:
            try:
                why = self._cases(sweep, clean, swept, settings, self._is_asked(item))
            except KeyboardInterrupt:
                swept["note"] = "interrupted"
                self._end(swept, started, told)
                self._parts.append(swept)
                raise
            if self.given.case and last.watch.case is not CLEAN:
                told = _of_case(last.reports, swept)
        again = self._once(item, nextitem, CLEAN, settings)
        if clean.outcome.left != again.ran().outcome.left and not swept["note"]:
            swept["note"] = ("the test is not repeatable: its second clean run left different "
                             "images, so the verdicts are unreliable")
        told = [report for report in told if report.when != "teardown"]
        told += [report for report in again.reports if report.when == "teardown"]
        self._end(swept, started, told)
        return _failing(told, f"fake_ims: {why}") if why else told

    def _cases(
        self, sweep: Sweep, clean: Ran, swept: reports.Swept, settings: Settings, asked: bool
    ) -> str:
        """Run the cases. Return why the test fails, or an empty string."""
        if not self.given.case:
            sweep.all(clean, swept)
            known = self.given.update and any(map(reports.is_bad, swept["results"]))
            return "" if known else problem(swept, settings, asked)
        try:
            verdict, _ = sweep.named(self.given.case, clean, swept)
        except UsageError as error:
            return str(error)
        if verdict.word == "not reached" and not settings.may_be_empty:
            return f"this case was not reached: {verdict.why}"
        if verdict.word not in BAD:
            return ""
        reason = swept["results"][-1]["known"]
        return _said(verdict) + (f" (in the baseline: {reason})" if reason else "")

    def _end(
        self, swept: reports.Swept, started: float, told: list[pytest.TestReport]
    ) -> None:
        swept["seconds"] = monotonic() - started
        if swept["requests"] or swept["note"]:
            told[-1].user_properties.append((_PROPERTY, dict(swept)))

    def _command(self, test: str, case: Case) -> str:
        seed = self._config.getoption("fake_ims_seed")
        words = ["pytest", test, f"--fake-ims-sweep-case={case.id}"]
        if seed is not None:
            words.append(f"--fake-ims-seed={seed}")
        return shlex.join(words)

    def _progress(self, test: str) -> Any:
        """Return a function that shows how far a sweep is, on a terminal only."""
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        if terminal is None or not getattr(terminal, "isatty", False) or (
                terminal.verbosity < 0 or hasattr(self._config, "workerinput")):
            return None
        started = monotonic()

        def show(done: int, left: int, bad: int) -> None:
            seconds = (monotonic() - started) / done * left
            wrong = f", {bad} wrong" if bad else ""
            text = f"{test}: {done} of {done + left} runs{wrong}, about {seconds:.0f} s left"
            terminal.rewrite(text if left else "", erase=True)

        return show

    def _once(
        self, item: pytest.Item, nextitem: Any, case: Case, settings: Settings
    ) -> Run:
        """Run the test once. pytest keeps the fixtures that ``nextitem`` shares with it."""
        thread = threading.get_ident()

        def hanging() -> None:
            if watch.ignored >= _AFTERWARDS and run.busy:
                interrupt(thread)

        time = None if settings.real_time else CompressedTime(
            patience=settings.wait, stuck=lambda text: watch.give_up(text))
        before = list(item.user_properties)
        renew_server(item)
        with time or nullcontext():
            watch = Watch(
                case, time=time, patience=settings.wait,
                states=settings.choice.continues(case), on_hang=hanging)
            run = self._run = Run(item, watch)
            try:
                with watched_by(watch), watched(run, case), self._without_pdb(case):
                    run.reports = runtestprotocol(item, nextitem=nextitem, log=False)
            finally:
                self._run = None
                # Properties of one run do not belong to the others.
                item.user_properties[:] = before
        return run

    @contextmanager
    def _without_pdb(self, case: Case) -> Iterator[None]:
        """Let ``--pdb`` stop in the clean run and in a case that was asked for only."""
        manager = self._config.pluginmanager
        pdb = manager.get_plugin("pdbinvoke")
        if pdb is None or case is CLEAN or self.given.case:
            yield
            return
        manager.unregister(pdb)
        try:
            yield
        finally:
            manager.register(pdb, "pdbinvoke")

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        run = self._run
        # Only now: for a TestCase, pytest fills in the exception in this hook.
        if run is not None and item is run.item and (
            call.when == "call" or (call.excinfo is not None and not report.skipped)
        ):
            run.end(None if call.excinfo is None else call.excinfo.value)
        return report

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, None, None]:
        with self._busy(item):
            yield

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        with self._busy(item):
            yield

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, None, None]:
        with self._busy(item):
            yield

    @contextmanager
    def _busy(self, item: pytest.Item) -> Iterator[None]:
        """Mark the time in which a run may be interrupted: pytest's own work must not be."""
        run = self._run
        if run is None or run.item is not item:
            yield
            return
        run.busy = True
        try:
            yield
        finally:
            run.busy = False

    # All tests

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for name, value in report.user_properties:
            if name == _PROPERTY and isinstance(value, dict):
                self._parts.append(reports.parsed(value))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self._nothing() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _nothing(self) -> str:
        """Return why the whole sweep is worth nothing; empty if it is not."""
        if not self.given.everywhere or hasattr(self._config, "workerinput") or (
                self.given.settings.may_be_empty or any(one["results"] for one in self._parts)):
            return ""
        return ("the sweep tried nothing: no test that ran sent a request to a fake. If that is "
                "fine, pass --fake-ims-sweep-allow=empty")

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        tests = reports.merged(self._parts)
        nothing = self._nothing()
        if not tests and not nothing:
            return
        seed = self._config.getoption("fake_ims_seed") or 0
        terminalreporter.section(f"fake_ims sweep, seed {seed}")
        writer = terminalreporter._tw  # it knows the width, and whether to use colours
        if tests:
            for line in terminal.lines(
                tests, width=writer.fullwidth, whole=bool(self.given.case),
                verbose=self._config.get_verbosity() > 0, paint=writer.markup,
            ):
                terminalreporter.write_line(line)
        if self.given.annotate:
            for line in files.error_lines(
                tests, (self._config.invocation_params.dir, self._config.rootpath)
            ):
                terminalreporter.write_line(line)
        if nothing:
            terminalreporter.write_line(f"fake_ims: {nothing}", red=True)
        for line in files.written(self.given, tests, seed):
            terminalreporter.write_line(line)


def _said(verdict: Verdict) -> str:
    return f"{verdict.word}: {verdict.why}"


def _of_case(told: list[pytest.TestReport], swept: reports.Swept) -> list[pytest.TestReport]:
    """Return the reports of the one case that was asked for: as of an ordinary test."""
    result = swept["results"][-1]
    for report in told:
        if report.failed:
            known = f" (in the baseline: {result['known']})" if result["known"] else ""
            report.sections.append(
                ("fake_ims sweep", f"{result['word']}: {result['why']}{known}"))
            if result["word"] not in BAD:
                report.outcome, report.longrepr = "passed", None
    return told


def _failing(told: list[pytest.TestReport], text: str) -> list[pytest.TestReport]:
    for report in told:
        if report.when == "call" and report.passed:
            report.outcome = "failed"
            report.longrepr = text
    return told


def register(config: pytest.Config) -> Sweeper:
    """Return the sweeper of this process. The first call creates it.

    Raises:
        pytest.UsageError: an option is invalid.
    """
    found = config.pluginmanager.get_plugin(NAME)
    if found is None:
        try:
            found = Sweeper(config)
        except UsageError as error:
            raise pytest.UsageError(str(error)) from None
        config.pluginmanager.register(found, NAME)
    assert isinstance(found, Sweeper)
    return found
