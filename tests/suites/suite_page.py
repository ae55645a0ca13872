"""The tables: on the terminal, and between the markers of docs/clients.md."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from suite_results import Report, Status

PAGE = Path(__file__).resolve().parents[2] / "docs" / "clients.md"
BEGIN, END = "<!-- suites -->", "<!-- end suites -->"
HEAD = """\
## Suites that others wrote

Made by `python tests/suites --venv DIR --write`, which runs them as they come from PyPI, unpatched,
at `FakeIMS(profile="openstack")`: they log in at its `/v3` and find the rest in the catalog.
CI runs them with `--check`, and fails if a count or a name here is another.
"""
# Measured with the same command and ``--auth-url`` at what tests/conformance/real_glance.py starts,
# its metadata definitions loaded, behind a Keystone that gives its tokens.
REAL = """
A real Glance 33.0.0 with one file store, asked by the same command: 68 passed, 2 failed (that
machine had no web server and no second store), 32 skipped of tempest 47.0.0; 23 passed of
openstacksdk 4.22.0.
"""
STATUSES: tuple[Status, ...] = ("passed", "failed", "skipped")
# A suite's row of the first table: distribution, version, counts, seconds.
_ROW = re.compile(r"^\| (\S+) (\S+) \|(?: \d+ \|){3} (\d+) \|$", re.M)


def text(report: Report) -> list[str]:
    """A report as lines of Markdown."""
    package = _common(report.cases)
    rows = [(f"`{case[len(package):]}`",
             *(str(report.count(status, case) or "") for status in STATUSES))
            for case in report.cases]
    rows.append(("all", *(str(report.count(status)) for status in STATUSES)))
    lines = [f"### {report.distribution} {report.version}: `{package.rstrip('.')}`", "",
             *_table(("class", *STATUSES), rows)]
    for status in STATUSES[1:]:
        if report.count(status):
            lines += ["", f"{status.capitalize()}:", "", *_reasons(report, status)]
    return [*lines, "", f"It took {report.seconds:.0f} s."]


def _reasons(report: Report, status: Status) -> list[str]:
    """Each reason once, with the tests that it holds for; a class stands for all of its tests."""
    gathered: dict[str, dict[str, list[str]]] = {}
    for outcome in report.outcomes:
        if outcome.status == status:
            cases = gathered.setdefault(outcome.known or outcome.reason, {})
            cases.setdefault(outcome.case, []).append(outcome.method)
    lines = []
    for reason, cases in gathered.items():
        names = []
        for case, methods in cases.items():
            name = case.rpartition(".")[2]
            if len(methods) == sum(outcome.case == case for outcome in report.outcomes):
                names.append(f"`{name}`")
            else:
                names += [f"`{name}.{method}`" for method in methods]
        lines.append(f"- {', '.join(names)}: {reason}")
    return lines


def _common(cases: Sequence[str]) -> str:
    """The packages that all classes are in, with the dot behind them."""
    parts = [case.split(".")[:-2] for case in cases]
    shared = []
    for names in zip(*parts, strict=False):
        if len(set(names)) > 1:
            break
        shared.append(names[0])
    return "".join(f"{name}." for name in shared)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    return [f"| {' | '.join(head)} |", f"|---|{'---:|' * (len(head) - 1)}",
            *(f"| {' | '.join(row)} |" for row in rows)]


def section(reports: Sequence[Report]) -> str:
    """What stands between the markers."""
    summary = _table(("suite", *STATUSES, "seconds"), [
        (f"{report.distribution} {report.version}",
         *(str(report.count(status)) for status in STATUSES), f"{report.seconds:.0f}")
        for report in reports])
    parts = [HEAD, "\n".join(summary) + "\n" + REAL,
             *("\n".join(text(report)[:-2]) + "\n" for report in reports)]
    return f"{BEGIN}\n" + "\n".join(parts) + f"{END}\n"


def replaced(page: str, new: str) -> str:
    """The page with a new section in the place of the old one, or at its end."""
    before, begin, rest = page.partition(BEGIN)
    if not begin:
        return f"{page.rstrip()}\n\n{new}" if page.strip() else f"# Clients\n\n{new}"
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"the page has {BEGIN} without {END}")
    return before + new.rstrip("\n") + after


def write(reports: Sequence[Report], page: Path = PAGE) -> None:
    """Bring the page up to date."""
    old = page.read_text(encoding="utf-8") if page.exists() else ""
    page.write_text(replaced(old, section(reports)), encoding="utf-8")


def versions(page: str) -> dict[str, str]:
    """Which release of each suite the page tells of."""
    return {name: version for name, version, _ in _ROW.findall(_section_of(page))}


def differences(reports: Sequence[Report], page: str) -> list[str]:
    """What the page says otherwise than the reports: ``- `` the page's lines, ``+ `` theirs.

    How long it took and which release it was are not compared.
    """
    old = _section_of(page)
    rows = {name: (version, seconds) for name, version, seconds in _ROW.findall(old)}
    alike = []
    for report in reports:
        version, seconds = rows.get(report.distribution, (report.version, report.seconds))
        alike.append(replace(report, version=version, seconds=float(seconds)))
    return [line for line in difflib.ndiff(old.splitlines(), section(alike).splitlines())
            if line.startswith(("- ", "+ ")) and line[2:]]


def newer(reports: Sequence[Report], page: str) -> list[str]:
    """The suites that were run in another release than the page tells of."""
    told = versions(page)
    return [f"{report.distribution} {report.version} was run, and the page tells of "
            f"{told.get(report.distribution, 'none')}" for report in reports
            if told.get(report.distribution) != report.version]


def _section_of(page: str) -> str:
    _, begin, rest = page.partition(BEGIN)
    return begin + rest.partition(END)[0] + END + "\n"
