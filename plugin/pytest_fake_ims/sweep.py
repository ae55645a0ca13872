"""Runs the sweep: repeats a test, each time with another failure; imported on demand."""

from __future__ import annotations

import contextlib
import shlex
import signal
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import pytest
from _pytest.runner import runtestprotocol

from fake_ims import Exchange, FakeIMS, FakeImsError
from fake_ims.errors import UsageError
from fake_ims.server.realtime import monotonic
from fake_ims.sweeping import report as reports
from fake_ims.sweeping.compressed import CompressedTime
from fake_ims.sweeping.plan import Case, cases_of, named, points_of
from fake_ims.sweeping.snapshot import Snapshot
from fake_ims.sweeping.verdict import Outcome, Verdict, judge

from .report import reporter
from .sweep_settings import MARK, SweepSettings, from_config, of_test

if TYPE_CHECKING:
    from fake_ims import Fault

NAME = "fake_ims_sweep"
_PROPERTY = "fake_ims_sweep"
_SHARD = "fake_ims_sweep_shard"
_FIXTURES = frozenset({"fake_ims", "fake_ims_client", "fake_ims_factory"})
_SHARDS_A_WORKER = 4


class Hanging(BaseException):
    """Raised in a test that takes too long. Not an ``Exception``, so that no client catches it."""


class Run:
    """One run of a test: its fake, and its outcome."""

    def __init__(self, case: Case | None, patience: float, limit: int) -> None:
        self.case = case
        self.fake: FakeIMS | None = None
        self.error: BaseException | None = None
        self.left: Snapshot | None = None
        self.exchanges: list[Exchange] = []
        self.hang = ""
        self._patience = patience
        self._limit = limit
        self._faults: list[Fault] = []
        self._count = 0

    def meet(self, fake: FakeIMS) -> None:
        """Add the faults to the first fake of the test."""
        if self.fake is not None:
            return
        self.fake = fake
        if self.case is not None:
            self._faults = [point.plant(fake, self._patience) for point in self.case.points]
            fake.requests.listener = self._guard

    def _guard(self, exchange: Exchange) -> None:
        """Stop a client that sends requests forever. Called in the loop's thread."""
        self._count += 1
        if self._count == self._limit and self.fake is not None:
            self.hang = f"the client sent {self._limit} requests and did not give up"
            self.fake.faults.set({"reset_connection": "before"})

    def end(self, error: BaseException | None) -> None:
        """Record the outcome, after the test function and before the teardown of its fixtures."""
        self.error = error
        fake = self.fake
        if fake is None:
            return
        fake.requests.listener = None
        with contextlib.suppress(FakeImsError):
            self.left = Snapshot.of(fake)
            self.exchanges = list(fake.requests)
        if isinstance(error, Hanging):
            self.hang = self.hang or str(error)
        for exchange in self.exchanges:
            if self._waits(exchange) and not exchange.left:
                self.hang = self.hang or (
                    f"the client waited {self._patience:g} s for the response to "
                    f"{exchange.method} {exchange.path} and did not give up")

    def _waits(self, exchange: Exchange) -> bool:
        return self.case is not None and exchange.status == 0 and any(
            point.failure.hangs and point.operation == exchange.operation
            for point in self.case.points) and exchange.seconds >= self._patience

    @property
    def reached(self) -> bool:
        """Whether every fault fired."""
        return all(fault.hits for fault in self._faults)


class Sweeper:
    """Sweeps tests. Each process has one."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._run: Run | None = None
        self._parts: list[reports.Swept] = []
        self.given = from_config(config)
        reporter(config).on_fake = self.meet

    def meet(self, fake: FakeIMS) -> None:
        """Take the fake that a fixture has created or reset for the current test."""
        if self._run is not None:
            self._run.meet(fake)

    # Which tests, and in how many parts

    def _is_swept(self, node: pytest.Item) -> bool:
        if _FIXTURES.isdisjoint(getattr(node, "fixturenames", ())):
            return False
        return self.given.everywhere or node.get_closest_marker(MARK) is not None

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        workers = getattr(self._config, "workerinput", {}).get("workercount", 1)
        marked = metafunc.definition.get_closest_marker(MARK) is not None
        if workers < 2 or self.given.case or _FIXTURES.isdisjoint(metafunc.fixturenames) or not (
            self.given.everywhere or marked
        ):
            return
        shards = workers * _SHARDS_A_WORKER
        metafunc.fixturenames.append(_SHARD)
        metafunc.parametrize(_SHARD, [(number, shards) for number in range(shards)],
                             ids=[f"part{number + 1}of{shards}" for number in range(shards)],
                             indirect=True)

    @pytest.fixture(name=_SHARD)
    def _shard(self, request: pytest.FixtureRequest) -> object:
        """The part of a sweep that this worker does."""
        return request.param

    # One test

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> object:
        if not self._is_swept(item):
            return None
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        for report in self._sweep(item, nextitem):
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def _sweep(self, item: pytest.Item, nextitem: pytest.Item | None) -> list[pytest.TestReport]:
        started = monotonic()
        test = item.nodeid
        number, shards = 0, 1
        callspec = getattr(item, "callspec", None)
        if callspec is not None and _SHARD in callspec.params:
            number, shards = callspec.params[_SHARD]
            test = _without_part(test, shards)
        try:
            asked = of_test(item, self.given)
        except UsageError as error:
            refused = str(error)
            told, _ = self._once(item, nextitem, None, 60.0, 0, real_time=True)
            return _failing(told, f"fake_ims: {refused}")
        # With the parent as next item, pytest keeps fixtures that other tests share.
        told, clean = self._once(item, item.parent, None, asked.patience, 0,
                                 real_time=asked.real_time)
        swept = reports.Swept(test=test, exchanges=[_named(one) for one in clean.exchanges],
                              results=[], left_out=[], seconds=0.0, note="")
        problem = ""
        if any(report.failed or report.skipped for report in told) or clean.left is None:
            swept["note"] = "not swept: the test does not pass without faults, or uses no fake"
        else:
            try:
                cases = self._cases(clean, asked)[number::shards]
            except UsageError as error:
                problem, cases = f"fake_ims: {error}", []
            self._run_cases(item, cases, clean, asked, swept, shards)
        last, again = self._once(item, nextitem, None, asked.patience, 0,
                                 real_time=asked.real_time)
        if clean.left != again.left and not swept["note"]:
            swept["note"] = ("the test is not repeatable: its second clean run left different "
                             "images, so the verdicts are unreliable")
        swept["seconds"] = monotonic() - started
        wrong = [one for one in swept["results"] if one["word"] == "wrong"]
        if wrong and not problem:
            problem = (f"fake_ims: {len(wrong)} of {len(swept['results'])} runs with failures went "
                       "wrong; the section 'fake_ims sweep' below lists them, with the command to "
                       "repeat each")
        told = [report for report in told if report.when != "teardown"]
        told += [report for report in last if report.when == "teardown"]
        if swept["exchanges"] or swept["note"]:
            told[-1].user_properties.append((_PROPERTY, dict(swept)))
        return _failing(told, problem) if problem else told

    def _cases(self, clean: Run, asked: SweepSettings) -> list[Case]:
        if asked.case:
            return [named(clean.exchanges, asked.case)]
        return cases_of(points_of(clean.exchanges, asked.kinds), asked.depth)

    def _run_cases(
        self, item: pytest.Item, cases: list[Case], clean: Run, asked: SweepSettings,
        swept: reports.Swept, shards: int,
    ) -> None:
        limit = max(50, 10 * len(clean.exchanges))
        runs = None if asked.runs is None else max(1, asked.runs // shards)
        deadline = None
        if asked.seconds is not None:
            # Each worker does its parts of a test one after another.
            deadline = monotonic() + asked.seconds / (1 if shards == 1 else _SHARDS_A_WORKER)
        for done, case in enumerate(cases):
            if (runs is not None and done >= runs) or (
                deadline is not None and monotonic() > deadline
            ):
                swept["left_out"] += [one.id for one in cases[done:]]
                return
            told, run = self._once(item, item.parent, case, asked.patience, limit,
                                   real_time=asked.real_time)
            verdict = self._verdict(told, run, clean, asked)
            swept["results"].append(reports.Result(
                case=case.id, word=verdict.word, why=verdict.why,
                again=self._command(swept["test"], case)))

    def _verdict(
        self, told: list[pytest.TestReport], run: Run, clean: Run, asked: SweepSettings
    ) -> Verdict:
        assert clean.left is not None
        if run.left is None:
            for report in told:
                if report.failed:
                    return Verdict("wrong", f"the {report.when} of the test failed: "
                                   f"{report.longreprtext.strip().splitlines()[-1]}")
            return Verdict("not reached", "the test used no fake in this run")
        verdict = judge(Outcome(run.error, run.hang, run.reached, run.left), clean.left,
                        expect=asked.expect, allow=asked.allow)
        ended = next((report for report in told if report.when == "teardown" and report.failed),
                     None)
        if ended is not None and verdict.word in ("survived", "failed well"):
            return Verdict("wrong", "the teardown of the test failed: "
                           f"{ended.longreprtext.strip().splitlines()[-1]}")
        return verdict

    def _command(self, test: str, case: Case) -> str:
        seed = self._config.getoption("fake_ims_seed")
        words = ["pytest", test, f"--fake-ims-sweep-case={case.id}"]
        if seed is not None:
            words.append(f"--fake-ims-seed={seed}")
        return shlex.join(words)

    def _once(
        self, item: pytest.Item, nextitem: Any, case: Case | None, patience: float, limit: int,
        *, real_time: bool,
    ) -> tuple[list[pytest.TestReport], Run]:
        """Run the test once. pytest keeps the fixtures that ``nextitem`` shares with it."""
        run = self._run = Run(case, patience, limit)
        before = list(item.user_properties)
        try:
            time = nullcontext() if real_time else CompressedTime(stuck=_ignore)
            with time, _watched(case, patience):
                told = runtestprotocol(item, nextitem=nextitem, log=False)
        finally:
            self._run = None
            item.user_properties[:] = before  # properties of one run do not belong to the others
        return told, run

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        if self._run is not None and call.when == "call":
            self._run.end(None if call.excinfo is None else call.excinfo.value)
        return (yield)

    # All tests

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for name, value in report.user_properties:
            if name == _PROPERTY and isinstance(value, dict):
                self._parts.append(reports.parsed(value))

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        tests = reports.merged(self._parts)
        if not tests:
            return
        seed = self._config.getoption("fake_ims_seed") or 0
        terminalreporter.section(f"fake_ims sweep, seed {seed}")
        for swept in tests:
            for line in reports.lines(swept):
                terminalreporter.write_line(line)
        for path in self.given.reports:
            _write(path, tests, seed)
            terminalreporter.write_line(f"wrote {path}")


def _write(path: Path, tests: list[reports.Swept], seed: object) -> None:
    text = (reports.as_json if path.suffix == ".json" else reports.as_page)(tests, seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _ignore(text: str) -> None:
    """Let a client wait: the fault ends its wait, or the watch."""


def _named(exchange: Exchange) -> str:
    return exchange.operation or f"{exchange.method} {exchange.path}"


def _without_part(nodeid: str, shards: int) -> str:
    """Return the node id of the whole test, from that of one part."""
    head, _, parameters = nodeid.rpartition("[")
    kept = [one for one in parameters[:-1].split("-") if not one.endswith(f"of{shards}")]
    return f"{head}[{'-'.join(kept)}]" if kept else head


def _failing(told: list[pytest.TestReport], text: str) -> list[pytest.TestReport]:
    for report in told:
        if report.when == "call" and report.passed:
            report.outcome = "failed"
            report.longrepr = text
    return told


@contextmanager
def _watched(case: Case | None, patience: float) -> Iterator[None]:
    """Interrupt a run that takes too long, on systems with SIGALRM."""
    if case is None or not hasattr(signal, "SIGALRM") or (
        threading.current_thread() is not threading.main_thread()
    ):
        yield
        return
    limit = 10 + 3 * patience

    def ring(number: int, frame: FrameType | None) -> None:
        raise Hanging(f"the run did not end within {limit:g} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, limit)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def register(config: pytest.Config) -> Sweeper:
    """Return the sweeper of this process. The first call creates it.

    Raises:
        pytest.UsageError: an option of the sweep is invalid.
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
