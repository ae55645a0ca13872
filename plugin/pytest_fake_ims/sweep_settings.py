"""Settings of a sweep: from ini file and command line for all tests, from markers for one test."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from fake_ims.errors import UsageError
from fake_ims.sweeping.files import GITHUB, formats
from fake_ims.sweeping.options import TABLE, Settings, changed

MARK = "fake_ims_sweep"


@dataclass(frozen=True)
class Given:
    """What was given for all tests.

    Attributes:
        settings: the settings of each sweep, unless a marker overrides them.
        everywhere: whether to sweep every test that uses a fake.
        case: the only case to run; empty for all.
        reports: files to write the report to.
        annotate: whether to print the findings as annotations of GitHub Actions.
        baseline: the file of the known cases; None for none.
        update: whether to write it.
    """

    settings: Settings = field(default_factory=Settings)
    everywhere: bool = False
    case: str = ""
    reports: tuple[Path, ...] = ()
    annotate: bool = False
    baseline: Path | None = None
    update: bool = False


def from_config(config: pytest.Config) -> Given:
    """Return the settings of ini file and command line.

    Raises:
        UsageError: an option is invalid.
    """
    settings = Settings()
    for name in TABLE:
        key = f"{MARK}_{name.replace('-', '_')}"
        for place, value in (("ini option ", config.getini(key)), ("", config.getoption(key))):
            if value is not None and value is not False:
                option = key if place else f"--{key.replace('_', '-')}"
                try:
                    settings = changed(settings, {name: value})
                except UsageError as error:
                    raise UsageError(f"{place}{option}: {error}") from None
    case = config.getoption(f"{MARK}_case") or ""
    baseline = config.getoption(f"{MARK}_baseline")
    ini = config.getini(f"{MARK}_baseline")
    update = bool(config.getoption(f"{MARK}_update_baseline"))
    file = None
    if baseline:
        file = Path(config.invocation_params.dir, baseline)
    elif ini:
        file = Path(config.rootpath, ini)
    elif update:
        raise UsageError("--fake-ims-sweep-update-baseline requires the file: add "
                         "--fake-ims-sweep-baseline=FILE")
    reports = config.getoption(f"{MARK}_report") or ()
    return Given(
        settings=settings,
        everywhere=bool(config.getoption(MARK)) or bool(case),
        case=case,
        reports=tuple(_report(config, one) for one in reports if one != GITHUB),
        annotate=GITHUB in reports,
        baseline=file, update=update)


def of_test(item: pytest.Item, given: Given) -> Settings:
    """Return the settings of one test: its markers override those for all tests.

    Raises:
        UsageError: a setting of a marker is unknown or invalid.
    """
    found = given.settings
    for mark in reversed(list(item.iter_markers(MARK))):
        if mark.args:
            raise UsageError(f"fake_ims_sweep{mark.args!r}: write the names of the settings, such "
                             "as kinds='connection'")
        found = changed(found, mark.kwargs)
    if given.case:
        found = replace(found, choice=replace(found.choice, full=True))
    return found


def _report(config: pytest.Config, text: str) -> Path:
    path = Path(config.invocation_params.dir, text)
    if path.suffix not in formats():
        raise UsageError(f"--fake-ims-sweep-report={text}: expected a file whose name ends in "
                         f"{', '.join(formats())}, or '{GITHUB}' for annotations")
    return path
