"""Settings of a sweep: from the command line for all tests, from the marker for one test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from fake_ims.domain.durations import seconds
from fake_ims.errors import UsageError, unknown
from fake_ims.sweeping.failures import KINDS, Kind, kinds_of
from fake_ims.sweeping.verdict import INVARIANTS

MARK = "fake_ims_sweep"
# What allow= may name.
_RULES = (*INVARIANTS, "assert")
_OPTION = "fake_ims_sweep"


@dataclass(frozen=True)
class SweepSettings:
    """The settings of a sweep.

    Attributes:
        everywhere: whether to sweep every test that uses a fake.
        kinds: kinds of failures to try.
        depth: largest number of failures in one run.
        runs: largest number of runs for a test; None for no limit.
        seconds: longest real time for a test; None for no limit.
        case: the only case to run; empty for all.
        patience: real seconds that a client may wait before it counts as hanging.
        real_time: whether ``time.sleep`` really sleeps.
        expect: exceptions that a test may raise besides the client's own.
        allow: rules that a run may break.
        reports: files to write the report to.
    """

    everywhere: bool = False
    kinds: frozenset[Kind] = frozenset(KINDS)
    depth: int = 1
    runs: int | None = None
    seconds: float | None = None
    case: str = ""
    patience: float = 1.0
    real_time: bool = False
    expect: tuple[type[BaseException], ...] = ()
    allow: frozenset[str] = frozenset()
    reports: tuple[Path, ...] = ()


def from_config(config: pytest.Config) -> SweepSettings:
    """Return the settings of the command line.

    Raises:
        UsageError: an option is invalid.
    """
    kinds = config.getoption(_OPTION)
    case = config.getoption(f"{_OPTION}_case")
    given = {name: config.getoption(f"{_OPTION}_{name}") for name in ("depth", "budget")}
    found = SweepSettings(
        everywhere=kinds is not None or case is not None,
        case=case or "",
        real_time=bool(config.getoption(f"{_OPTION}_real_time")),
        reports=tuple(_report(config, one) for one in config.getoption(f"{_OPTION}_report") or ()),
    )
    patience = config.getoption(f"{_OPTION}_patience")
    if patience is not None:
        found = replace(found, patience=seconds(patience))
    return _changed(found, {name: value for name, value in (
        ("kinds", kinds), *given.items()) if value is not None})


def of_test(item: pytest.Item, given: SweepSettings) -> SweepSettings:
    """Return the settings of one test: its markers override ``given``.

    Raises:
        UsageError: a setting of a marker is unknown or invalid.
    """
    found = given
    for mark in reversed(list(item.iter_markers(MARK))):
        found = _changed(found, mark.kwargs)
    return found


_NAMES = ("kinds", "depth", "budget", "expect", "allow")


def _changed(found: SweepSettings, said: Mapping[str, Any]) -> SweepSettings:
    for name, value in said.items():
        if name not in _NAMES:
            raise unknown("sweep setting", name, _NAMES)
        if name == "kinds":
            found = replace(found, kinds=kinds_of(_text(name, value)))
        elif name == "depth":
            found = replace(found, depth=_depth(value))
        elif name == "budget":
            runs, limit = _budget(value)
            found = replace(found, runs=runs, seconds=limit)
        elif name == "expect":
            found = replace(found, expect=_exceptions(value))
        else:
            found = replace(found, allow=_invariants(value))
    return found


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{name}={value!r}: expected a string such as 'all' or "
                         "'statuses,connection'")
    return value


def _depth(value: object) -> int:
    if str(value) not in ("1", "2", "3"):
        raise UsageError(f"depth={value!r}: expected 1, 2 or 3 failures in one run")
    return int(str(value))


def _budget(value: object) -> tuple[int | None, float | None]:
    if str(value).isdecimal() and int(str(value)) > 0:
        return int(str(value)), None
    if isinstance(value, str):
        try:
            return None, seconds(value)
        except UsageError:
            pass
    raise UsageError(f"budget={value!r}: expected a number of runs, or a time such as '30s'")


def _exceptions(value: object) -> tuple[type[BaseException], ...]:
    found = value if isinstance(value, tuple) else (value,)
    for one in found:
        if not (isinstance(one, type) and issubclass(one, BaseException)):
            raise UsageError(f"expect={value!r}: expected an exception class, or a tuple of them")
    return found


def _invariants(value: object) -> frozenset[str]:
    found = (value,) if isinstance(value, str) else value
    if not isinstance(found, (tuple, list, set, frozenset)):
        raise UsageError(f"allow={value!r}: expected a tuple with some of "
                         f"{', '.join(map(repr, _RULES))}")
    for one in found:
        if one not in _RULES:
            raise unknown("rule in allow=", one, _RULES)
    return frozenset(found)


def _report(config: pytest.Config, text: str) -> Path:
    path = Path(config.invocation_params.dir, text)
    if path.suffix not in (".json", ".html"):
        raise UsageError(f"--fake-ims-sweep-report={text}: the name must end in .json or .html")
    return path
