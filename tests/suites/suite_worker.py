"""Runs in a suite's own virtual environment: ``suite_worker.py DIST PACKAGE RESULTS [MATCH]``.

Runs the tests of a package and writes a line of JSON for each; it needs nothing but the standard
library. The first line says which version of the distribution it is.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import pkgutil
import sys
import unittest
from collections.abc import Iterator
from typing import Any, TextIO


class Lines(unittest.TestResult):
    """Writes what becomes of each test."""

    def __init__(self, output: TextIO) -> None:
        super().__init__()
        self._output = output

    def _write(self, test: Any, status: str, reason: str = "") -> None:
        line = {"id": test.id(), "status": status, "reason": reason}
        print(json.dumps(line), file=self._output, flush=True)

    def addSuccess(self, test: Any) -> None:
        super().addSuccess(test)
        self._write(test, "passed")

    def addSkip(self, test: Any, reason: str) -> None:
        super().addSkip(test, reason)
        self._write(test, "skipped", reason)

    def addError(self, test: Any, err: Any) -> None:
        super().addError(test, err)
        self._failed(test, err)

    def addFailure(self, test: Any, err: Any) -> None:
        super().addFailure(test, err)
        self._failed(test, err)

    def addExpectedFailure(self, test: Any, err: Any) -> None:
        super().addExpectedFailure(test, err)
        self._write(test, "passed")

    def addUnexpectedSuccess(self, test: Any) -> None:
        super().addUnexpectedSuccess(test)
        self._write(test, "failed", "was expected to fail")

    def _failed(self, test: Any, err: Any) -> None:
        print(self._exc_info_to_string(err, test), flush=True)  # type: ignore[attr-defined]
        kind, error, _ = err
        self._write(test, "failed", f"{kind.__name__}: {error}")


def tests(suite: unittest.TestSuite) -> Iterator[Any]:
    """The tests of a suite and of those in it."""
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from tests(test)
        else:
            yield test


def main(distribution: str, package: str, results: str, match: str = "") -> None:
    """Find the tests, name them all, run them."""
    loader = unittest.TestLoader()
    found = unittest.TestSuite()
    for name in package.split(","):
        root = importlib.import_module(name)
        if not hasattr(root, "__path__"):
            found.addTests(loader.loadTestsFromName(name))
        for module in pkgutil.walk_packages(getattr(root, "__path__", ()), f"{name}."):
            if not module.ispkg and module.name.rpartition(".")[2].startswith("test"):
                found.addTests(loader.loadTestsFromName(module.name))
    chosen = [test for test in tests(found) if match in test.id()]
    with open(results, "w", encoding="utf-8") as output:
        version = importlib.metadata.version(distribution)
        print(json.dumps({"distribution": distribution, "version": version,
                          "tests": [test.id() for test in chosen]}), file=output, flush=True)
        unittest.TestSuite(chosen).run(Lines(output))


if __name__ == "__main__":
    main(*sys.argv[1:])
