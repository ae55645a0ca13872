"""The files of a sweep: its baseline and its reports; and its annotations for GitHub."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol

from . import baseline
from .alike import ID
from .report import Swept, document, github, junit, number, page
from .verdict import BAD

_WRITERS: dict[str, Callable[[list[Swept], object], str]] = {
    ".html": page.as_page,
    ".json": document.as_json,
    ".xml": junit.as_junit,
}
#: What stands for annotations in place of the name of a file.
GITHUB = "github"


class Given(Protocol):
    """The files that were given.

    Attributes:
        baseline: the file of the known cases; None for none.
        update: whether to write it.
        reports: files to write the report to.
    """

    @property
    def baseline(self) -> Path | None: ...

    @property
    def update(self) -> bool: ...

    @property
    def reports(self) -> tuple[Path, ...]: ...


def formats() -> tuple[str, ...]:
    """Return how the name of a report can end."""
    return tuple(_WRITERS)


def known(given: Given, options: str = "--fake-ims-sweep-") -> baseline.Known:
    """Return the known cases of the baseline; none if there is no file, or it is yet to be written.

    Args:
        given: the files.
        options: how the names of options begin.

    Raises:
        UsageError: the file cannot be read, or is not a baseline.
    """
    if given.baseline is None or (given.update and not given.baseline.exists()):
        return {}
    return baseline.read(given.baseline, options)


def written(given: Given, tests: list[Swept], seed: object) -> Iterator[str]:
    """Write the files, and yield a line about each."""
    if given.update and given.baseline is not None:
        found = _updated(known(given), tests)
        told = _write(given.baseline, baseline.text(found))
        yield f"{told}: {number(sum(map(len, found.values())), 'known case')}"
    for path in given.reports:
        yield _write(path, _WRITERS[path.suffix](tests, seed))


def error_lines(tests: list[Swept], folders: Iterable[Path]) -> list[str]:
    """Return the lines that GitHub Actions shows beside the code.

    Args:
        tests: the tests.
        folders: where the run was started, and other folders to which the names of files can be
            relative.
    """
    here, *others = folders
    checkout = os.environ.get("GITHUB_WORKSPACE")
    return github.error_lines(tests, Path(checkout) if checkout else here, [here, *others])


# Ids and ports. They would make each new file another one.
_DIFFERS = re.compile(rf"{ID}|0x[0-9a-f]+|(?<=port=)\d+|(?<=127\.0\.0\.1:)\d+")


def _updated(before: baseline.Known, tests: list[Swept]) -> baseline.Known:
    """Return a baseline with the present cases. Tests that did not run keep theirs."""
    found = dict(before)
    for swept in tests:
        old = before.get(swept["test"], {})
        cases = {key: old[key] for key in old if key not in swept["gone"]}
        for result in swept["results"]:
            if result["word"] in BAD:
                cases[result["key"]] = old.get(result["key"]) or (
                    _DIFFERS.sub("…", f"{result['rule'] or result['word']}: {result['why']}"))
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
