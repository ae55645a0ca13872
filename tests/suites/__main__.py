"""Runs the suites that others wrote: ``python tests/suites --venv DIR [SUITE ...]``.

It starts a fake (profile ``openstack``), writes the configuration that each suite wants into a
temporary directory, runs the suite as it comes from PyPI in a virtual environment of its own,
which is made if there is none, and prints what passed. ``--write`` puts that into docs/clients.md,
``--check`` compares it with what stands there.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import suite_page
from suite_cloud import FLAVOR, GLANCE, QCOW2, WEB_IMAGE, Cloud
from suite_results import Report
from suite_runs import SUITES, Suite, ensure_venv, run

from fake_ims import FakeIMS


def main() -> int:
    """The command line; the exit status is 0 if all is as expected, 2 if it could not go."""
    parser = argparse.ArgumentParser(
        prog="python tests/suites", description="Run other people's tests of Glance at the fake.")
    parser.add_argument("suite", nargs="*", metavar="SUITE",
                        help=f"only some of them: {', '.join(SUITES)}")
    parser.add_argument("--venv", type=Path, required=True, metavar="DIR",
                        help="virtual environment with the suites; made if it is not there")
    parser.add_argument("--auth-url", metavar="URL",
                        help="run them at another cloud: its Keystone, ending in /v3 (users "
                        "admin, member, reader and alt must be able to log in there)")
    parser.add_argument("--match", default="", metavar="TEXT",
                        help="only tests whose name has this text")
    parser.add_argument("--keep", type=Path, metavar="DIR",
                        help="work in this directory, and leave configuration and logs there")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--write", action="store_true",
                      help=f"write the tables into {suite_page.PAGE.name}")
    what.add_argument("--check", action="store_true",
                      help=f"fail if {suite_page.PAGE.name} has other results")
    given = parser.parse_args()
    for name in given.suite:
        if name not in SUITES:
            parser.error(f"there is no suite {name!r}; there are {', '.join(SUITES)}")
    if (given.write or given.check) and (given.suite or given.match or given.auth_url):
        parser.error("--write and --check take a run of everything at the fake")
    python = ensure_venv(given.venv)
    reports = []
    with contextlib.ExitStack() as stack:
        work = given.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        try:
            # Each has its own process, and a fake of its own: two at a time, the slowest first.
            with ThreadPoolExecutor(1 if given.auth_url else 2) as pool:
                under_way = {name: pool.submit(_run, SUITES[name], python, work / name,
                                               given.auth_url, given.match)
                             for name in sorted(given.suite or SUITES, key=_slowest_first)}
            for name in given.suite or SUITES:
                reports.append(under_way[name].result())
                _tell(reports[-1])
        except (RuntimeError, OSError) as error:
            sys.stderr.write(f"{parser.prog}: {error}\n")
            return 2
    if given.write:
        suite_page.write(reports)
    as_told = not given.check or _check(reports)
    return 1 if any(report.surprises for report in reports) or not as_told else 0


def _check(reports: Sequence[Report]) -> bool:
    """Say what the page has otherwise; whether there is nothing."""
    page = suite_page.PAGE.read_text(encoding="utf-8")
    found = suite_page.differences(reports, page)
    name = f"docs/{suite_page.PAGE.name}"
    for line in suite_page.newer(reports, page):
        sys.stdout.write(f"ANOTHER RELEASE: {line}\n")
    if found:
        sys.stdout.write(f"NOT AS IN {name} (-); `--write` would write (+):\n")
        sys.stdout.write("".join(f"{line}\n" for line in found))
    else:
        sys.stdout.write(f"All is as {name} says.\n")
    return not found


def _run(suite: Suite, python: Path, work: Path, auth_url: str | None, match: str) -> Report:
    work.mkdir(parents=True, exist_ok=True)
    broken: list[str] = []
    with _at(auth_url, broken) as where:
        report = run(suite, python, work, Cloud.log_in(where), match)
    return replace(report, broken=tuple(broken))


def _slowest_first(name: str) -> bool:
    return not SUITES[name].is_slow


def _tell(report: Report) -> None:
    sys.stdout.write("\n".join(suite_page.text(report)) + "\n")
    for line in report.surprises:
        sys.stdout.write(f"NOT AS EXPECTED: {line}\n")
    sys.stdout.flush()


@contextlib.contextmanager
def _at(auth_url: str | None, broken: list[str]) -> Iterator[str]:
    """Where the suite is to log in; the fake's exchanges that ended with 500 are gathered."""
    if auth_url is not None:
        yield auth_url
        return
    with FakeIMS(profile="openstack", glance=GLANCE) as fake:
        fake.world.urls[WEB_IMAGE] = QCOW2
        fake.world.flavors.add(FLAVOR, ram=512)
        yield f"{fake.url}/v3"
        broken += [exchange.line() for exchange in fake.requests if exchange.status == 500]


if __name__ == "__main__":
    sys.exit(main())
