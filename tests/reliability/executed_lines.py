"""Which tests execute which line of the fake, measured by coverage.py, and how long each takes.

The servers of the tests run in threads of the process that runs the tests, so a line which a
request executes belongs to the test that sends the request. Lines that run while modules are
imported and tests are collected have the context ``IMPORTED``; those between tests have none.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from coverage import Coverage

#: What no mutant is tried with: other processes do the work there, or the tests are about files.
LEFT_OUT = ("benchmarks", "clients", "plugin", "reliability", "suites", "sweep", "typing")


#: The context of what runs before the first test.
IMPORTED = "import"


def import_everything() -> None:
    """Import all modules of the fake, so that none is first imported by some test."""
    import fake_ims

    for module in pkgutil.walk_packages(fake_ims.__path__, "fake_ims."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


class Contexts:
    """The pytest plugin that tells coverage.py which test runs."""

    def __init__(self, coverage: Coverage) -> None:
        self.coverage = coverage
        self.seconds: dict[str, float] = {}
        self.failed: set[str] = set()

    def pytest_collection_finish(self) -> None:
        self.coverage.switch_context("")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.coverage.switch_context(item.nodeid)
        try:
            return (yield)
        finally:
            self.coverage.switch_context("")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration
        if report.outcome != "passed":
            self.failed.add(report.nodeid)


def measure(root: Path, folder: Path, packages: list[str]) -> None:
    """Run the tests once; leave the lines and the durations in ``folder``."""
    from coverage import Coverage

    coverage = Coverage(data_file=str(folder / "lines"), config_file=False,
                        include=[str(root / package) for package in packages])
    coverage.set_option("run:concurrency", ["thread"])
    coverage.start()
    coverage.switch_context(IMPORTED)
    import_everything()
    plugin = Contexts(coverage)
    pytest.main([*pytest_options(root), "--continue-on-collection-errors"], plugins=[plugin])
    coverage.stop()
    coverage.save()
    (folder / "tests.json").write_text(json.dumps(
        {name: took for name, took in plugin.seconds.items() if name not in plugin.failed}))


def pytest_options(root: Path) -> list[str]:
    return ["-q", "-s", "-p", "no:randomly", "-p", "no:cacheprovider", "--rootdir", str(root),
            *(f"--ignore={root / 'tests' / name}" for name in LEFT_OUT), str(root / "tests")]


if __name__ == "__main__":
    measure(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
