"""What is said of a sweep: on the command line for all tests, in the marker for one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from fake_ims.domain.durations import seconds
from fake_ims.errors import UsageError, unknown
from fake_ims.sweeping.failures import KINDS, Kind, kinds_of

MARK = "fake_ims_sweep"
INVARIANTS = ("orphan", "duplicate", "lost", "assert")
_OPTION = "fake_ims_sweep"


@dataclass(frozen=True)
class SweepSettings:
    """The settings of a sweep.

    Attributes:
        everywhere: whether every test is swept that has a fake.
        kinds: of failures.
        depth: how many failures one run may have.
        runs: how many runs a test may have; None for all.
        seconds: how long they may take; None for any time.
        case: the one case to run; empty for all.
        patience: real seconds that a client may wait before it counts as hanging.
        real_time: whether sleeps take their time.
        expect: exceptions that are right, beside the client's own.
        allow: invariants that may break.
        reports: files to write.
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
    """What the command line says.

    Raises:
        UsageError: something that cannot be.
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
    """What the markers of a test say beside that.

    Raises:
        UsageError: something that cannot be.
    """
    found = given
    for mark in reversed(list(item.iter_markers(MARK))):
        found = _changed(found, mark.kwargs)
    return found


_NAMES = ("kinds", "depth", "budget", "expect", "allow")


def _changed(found: SweepSettings, said: Mapping[str, Any]) -> SweepSettings:
    for name, value in said.items():
        if name not in _NAMES:
            raise unknown("setting of a sweep", name, _NAMES)
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
        raise UsageError(f"{name}={value!r}: it is a text such as 'all' or 'statuses,connection'")
    return value


def _depth(value: object) -> int:
    if str(value) not in ("1", "2", "3"):
        raise UsageError(f"depth={value!r}: so many failures in one run, 1, 2 or 3")
    return int(str(value))


def _budget(value: object) -> tuple[int | None, float | None]:
    if str(value).isdigit() and int(str(value)) > 0:
        return int(str(value)), None
    if isinstance(value, str):
        try:
            return None, seconds(value)
        except UsageError:
            pass
    raise UsageError(f"budget={value!r}: a number of runs, or a time such as '30s'")


def _exceptions(value: object) -> tuple[type[BaseException], ...]:
    found = value if isinstance(value, tuple) else (value,)
    for one in found:
        if not (isinstance(one, type) and issubclass(one, BaseException)):
            raise UsageError(f"expect={value!r}: it is an exception class, or a tuple of them")
    return found


def _invariants(value: object) -> frozenset[str]:
    found = (value,) if isinstance(value, str) else value
    if not isinstance(found, (tuple, list, set, frozenset)):
        raise UsageError(f"allow={value!r}: it is a tuple of {', '.join(INVARIANTS)}")
    for one in found:
        if one not in INVARIANTS:
            raise unknown("invariant", one, INVARIANTS)
    return frozenset(found)


def _report(config: pytest.Config, text: str) -> Path:
    path = Path(config.invocation_params.dir, text)
    if path.suffix not in (".json", ".html"):
        raise UsageError(f"--fake-ims-sweep-report={text}: its name ends in .json or .html")
    return path
