"""Runs the suites that others wrote: ``python tests/suites --venv DIR [tempest|sdk]``.

It starts a fake (profile ``openstack``), writes the configuration that each suite wants into a
temporary directory, runs the suite as it comes from PyPI in a virtual environment of its own,
which is made if there is none, and prints what passed. ``--write`` puts that into docs/clients.md.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import suite_page
from suite_cloud import Cloud
from suite_results import Report
from suite_runs import SUITES, Suite, ensure_venv, run

from fake_ims import FakeIMS


def main() -> int:
    """The command line; the exit status is 0 if all went as expected, 2 if it could not go."""
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
    parser.add_argument("--write", action="store_true",
                        help=f"write the tables into {suite_page.PAGE.name}")
    given = parser.parse_args()
    for name in given.suite:
        if name not in SUITES:
            parser.error(f"there is no suite {name!r}; there are {', '.join(SUITES)}")
    if given.write and (given.suite or given.match or given.auth_url):
        parser.error("--write takes a run of everything at the fake")
    python = ensure_venv(given.venv)
    reports = []
    with contextlib.ExitStack() as stack:
        work = given.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        try:
            for name in given.suite or SUITES:
                reports.append(_run(SUITES[name], python, work / name, given.auth_url,
                                    given.match))
        except (RuntimeError, OSError) as error:
            sys.stderr.write(f"{parser.prog}: {error}\n")
            return 2
    if given.write:
        suite_page.write(reports)
    return 1 if any(report.surprises for report in reports) else 0


def _run(suite: Suite, python: Path, work: Path, auth_url: str | None, match: str) -> Report:
    work.mkdir(parents=True, exist_ok=True)
    with _at(auth_url) as where:
        report = run(suite, python, work, Cloud.log_in(where), match)
    sys.stdout.write("\n".join(suite_page.text(report)) + "\n")
    for line in report.surprises:
        sys.stdout.write(f"NOT AS EXPECTED: {line}\n")
    sys.stdout.flush()
    return report


@contextlib.contextmanager
def _at(auth_url: str | None) -> Iterator[str]:
    if auth_url is not None:
        yield auth_url
        return
    with FakeIMS(profile="openstack") as fake:
        yield f"{fake.url}/v3"
        broken = [exchange for exchange in fake.requests if exchange.status == 500]
    for exchange in broken:
        sys.stdout.write(f"500 FROM THE FAKE: {exchange.line()}\n")


if __name__ == "__main__":
    sys.exit(main())
