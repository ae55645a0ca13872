"""What a sweep writes: its section on the terminal, its baseline and its reports."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fake_ims.sweeping import baseline
from fake_ims.sweeping.report import Swept, document, github, junit, page, terminal
from fake_ims.sweeping.verdict import BAD

from .sweep_settings import Given

_WRITERS: dict[str, Callable[[list[Swept], object], str]] = {
    ".json": document.as_json,
    ".html": page.as_page,
    ".xml": junit.as_junit,
}


def known(given: Given) -> baseline.Known:
    """Return the known cases of the baseline; none if there is no file, or it is to be written.

    Raises:
        UsageError: the file cannot be read, or is not a baseline.
    """
    if given.baseline is None or (given.update and not given.baseline.exists()):
        return {}
    return baseline.read(given.baseline)


def section(
    given: Given, tests: list[Swept], config: pytest.Config, writer: Any
) -> Iterator[str]:
    """Yield the lines of the section on the terminal.

    Args:
        given: the settings.
        tests: the tests.
        config: the configuration of the run.
        writer: the terminal writer of pytest; it knows the width, and whether to use colours.
    """
    yield from terminal.lines(tests, width=writer.fullwidth, whole=bool(given.case),
                              verbose=config.get_verbosity() > 0, paint=writer.markup)
    if given.annotate:
        base = Path(os.environ.get("GITHUB_WORKSPACE") or config.invocation_params.dir)
        yield from github.error_lines(tests, base, (config.invocation_params.dir, config.rootpath))


def written(given: Given, tests: list[Swept], seed: object) -> Iterator[str]:
    """Write the files, and yield a line about each."""
    if given.update and given.baseline is not None:
        found = _updated(known(given), tests)
        count = sum(map(len, found.values()))
        told = _write(given.baseline, baseline.text(found))
        yield f"{told}: {count} known case{'s' * (count != 1)}"
    for path in given.reports:
        yield _write(path, _WRITERS[path.suffix](tests, seed))


def _updated(before: baseline.Known, tests: list[Swept]) -> baseline.Known:
    """Return a baseline with the present cases. Tests that did not run keep theirs."""
    found = dict(before)
    for swept in tests:
        old = before.get(swept["test"], {})
        cases = {key: old[key] for key in old if key not in swept["gone"]}
        for result in swept["results"]:
            if result["word"] in BAD:
                cases[result["key"]] = old.get(result["key"]) or (
                    f"{result['rule'] or result['word']}: {result['why']}")
        found[swept["test"]] = cases
    return found


def _write(path: Path, text: str) -> str:
    """Write a file. Return a line about it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Names of tests and files can contain lone surrogates.
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        return f"cannot write {path}: {error.strerror}"
    return f"wrote {path}"
