"""The section ``fake_ims`` in the report of a failing test.

It lists exchanges: requests, each with its response.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import pytest

from fake_ims import Exchange, FakeIMS, FakeImsError

from .fault_lines import fault_lines

LINES = 50
UNUSED = "fake_ims_unused"
_NAME = "fake_ims_report"


@dataclass(slots=True)
class _Watched:
    fixture: str
    fake: FakeIMS
    last: Exchange | None  # the last exchange before this test
    always: bool  # lives longer than one test; reported only if it received requests


class Reporter:
    """Adds the requests of a failing test to its report."""

    def __init__(self) -> None:
        self._watched: list[_Watched] = []
        self._unused: list[tuple[str, str]] = []

    def watch(self, fixture: str, fake: FakeIMS, *, always: bool = False) -> None:
        """Report the requests that the fake receives from now on.

        Args:
            fixture: name of the fixture, for the report.
            fake: the fake.
            always: whether to report them for later tests as well.
        """
        self._watched.append(_Watched(fixture, fake, _last(fake), always))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect the faults that never fired, from this process and from xdist workers."""
        if report.when == "teardown":
            self._unused += [(report.nodeid, str(value))
                             for name, value in report.user_properties if name == UNUSED]

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if not self._unused:
            return
        terminalreporter.section("fake_ims: faults that never fired")
        for nodeid, fault in self._unused[:LINES]:
            terminalreporter.write_line(f"{nodeid}: {fault}")
        if len(self._unused) > LINES:
            terminalreporter.write_line(f"... and {len(self._unused) - LINES} more")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self) -> None:
        self._watched = [one for one in self._watched if one.always]
        for one in self._watched:
            one.last = _last(one.fake)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self,
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if report.failed:
            text = "\n".join(self._lines())
            if text:
                report.sections.append(("fake_ims", text))
        return report

    def _lines(self) -> list[str]:
        lines: list[str] = []
        shown: set[int] = set()
        # The session-wide fake is watched twice if the test uses fake_ims. Show it once.
        for one in sorted(self._watched, key=lambda one: one.always):
            if id(one.fake) not in shown:
                shown.add(id(one.fake))
                found = _exchanges(one)
                lines += [*found, *(fault_lines(one.fake) if found else ())]
        return lines


def reporter(config: pytest.Config) -> Reporter:
    """Return the reporter of this run. The first call creates it."""
    found = config.pluginmanager.get_plugin(_NAME)
    if found is None:
        found = Reporter()
        config.pluginmanager.register(found, _NAME)
    assert isinstance(found, Reporter)
    return found


def _last(fake: FakeIMS) -> Exchange | None:
    try:
        return fake.requests[-1]
    except (IndexError, FakeImsError):
        return None


def _exchanges(one: _Watched) -> list[str]:
    try:
        exchanges = list(one.fake.requests)
    except FakeImsError as error:  # a report must not break the run
        return [f"{one.fixture}: cannot read its requests: {error}"]
    for index, exchange in enumerate(exchanges):
        if exchange is one.last:
            del exchanges[: index + 1]
            break
    if not exchanges:
        return [] if one.always else [f"{one.fixture}: received no request"]
    head = f"{one.fixture}: received {len(exchanges)} request{'s' * (len(exchanges) != 1)}"
    if len(exchanges) > LINES:
        head += f", showing the last {LINES}"
    dropped = one.fake.requests.dropped
    if dropped:
        head += (f"; {dropped} earlier ones were dropped (raise keep_exchanges= or keep_total= "
                 "to keep more)")
    return [head] + [
        f"{'!' if exchange.faults else ' '} {exchange.line()}" for exchange in exchanges[-LINES:]
    ]
