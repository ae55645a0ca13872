"""The files of a sweep: its baseline and its reports."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from . import baseline
from .report import Swept, document, page
from .verdict import BAD

_WRITERS: dict[str, Callable[[list[Swept], object], str]] = {
    ".json": document.as_json,
    ".html": page.as_page,
}


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


def known(given: Given) -> baseline.Known:
    """Return the known cases of the baseline; none if there is no file, or it is to be written.

    Raises:
        UsageError: the file cannot be read, or is not a baseline.
    """
    if given.baseline is None or (given.update and not given.baseline.exists()):
        return {}
    return baseline.read(given.baseline)


def written(given: Given, tests: list[Swept], seed: object) -> Iterator[str]:
    """Write the files, and yield a line about each."""
    if given.update and given.baseline is not None:
        found = _updated(known(given), tests)
        _write(given.baseline, baseline.text(found))
        count = sum(map(len, found.values()))
        yield f"wrote {given.baseline}: {count} known case{'s' * (count != 1)}"
    for path in given.reports:
        _write(path, _WRITERS[path.suffix](tests, seed))
        yield f"wrote {path}"


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


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
