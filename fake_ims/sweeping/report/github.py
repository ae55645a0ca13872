"""The findings as annotations of GitHub Actions: lines that it shows beside the code."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from . import Swept
from .findings import Finding, found

_SITE = re.compile(r"(.+):(\d+)(?: in .*)?")
_TEXTS = 5


def error_lines(tests: list[Swept], base: Path, folders: Iterable[Path]) -> list[str]:
    """Return an ``::error`` line for each finding, the worst first.

    Args:
        tests: the tests.
        base: the checkout. GitHub wants paths relative to it.
        folders: the folders to which the paths of places and tests can be relative.
    """
    places = _Places(base, [base, *folders])
    return [_line(finding, places) for finding in found(tests)]


class _Places:
    def __init__(self, base: Path, folders: list[Path]) -> None:
        self._base = base.resolve()
        self._folders = folders

    def of(self, finding: Finding) -> tuple[str, int]:
        """Return file and line; line 0 if it is not known, for the test instead of the place."""
        match = _SITE.fullmatch(finding.site)
        if match is not None:
            file = self._relative(match[1])
            # Nobody sees an annotation in a package of somebody else.
            if file and "site-packages" not in Path(file).parts:
                return file, int(match[2])
        return self._relative(finding.tests[0].partition("::")[0]), 0

    def _relative(self, name: str) -> str:
        for folder in self._folders:
            path = Path(folder, name).resolve()
            if path.is_file() and path.is_relative_to(self._base):
                return path.relative_to(self._base).as_posix()
        return ""


def _line(finding: Finding, places: _Places) -> str:
    file, line = places.of(finding)
    told = {"file": file, "line": str(line) if line else "",
            "title": f"fake_ims sweep: {finding.what} ({finding.operation})"}
    settings = ",".join(f"{name}={_property(value)}" for name, value in told.items() if value)
    texts = [f"{', '.join(names)}: {text}" for text, names in finding.texts()[:_TEXTS]]
    return f"::error {settings}::" + _data("\n".join([
        *texts, finding.place, f"repeat: {finding.first['again']}"]))


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
