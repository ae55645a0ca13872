"""The settings of a sweep: one table for decorator, marker, ini file and command lines."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any

from ..contract.operations import BY_ID
from ..domain.durations import seconds
from ..errors import UsageError, unknown
from .explore import Choice
from .failures import KINDS, kinds_of, names
from .outcome import Demands
from .rules import RULES

#: What a sweep that tries nothing breaks; ``allow=`` takes it back like the rules of a verdict.
EMPTY = "empty"
DEPTHS = 3
# Seconds on the compressed clock, and in real time.
PATIENCE, REAL_PATIENCE = 3600.0, 10.0

#: Each setting with its help. All of them are settings of ``@sweep``, ini options
#: ``fake_ims_sweep_NAME`` and command-line options ``--fake-ims-sweep-NAME``.
TABLE: dict[str, str] = {
    "kinds": "kinds of failures to try: all (default), or some of connection, statuses, lasting "
             "and semantic",
    "skip": "failures to leave out: globs of their names (page-*), kinds, or OPERATION:FAILURE "
            "(images.list:stale)",
    "operations": "operations whose requests fail: globs (images.*); with ! before it, a glob "
                  "excludes (!identity.*)",
    "depth": "largest number of failures in one run: 1 (default), 2 or 3",
    "budget": "limit for each test: a number of runs, or a time such as 30s",
    "survive": "failures that the client promises to survive, named as in skip; an error then "
               "counts as 'should have survived'",
    "expect": "exceptions that the test may raise besides the client's own",
    "allow": f"rules that a run may break: {', '.join(RULES)}; or {EMPTY}, for a sweep that tries "
             "nothing",
    "patience": "how long a client may wait for a response, or go on after a failure, before it "
                "counts as hanging (default: 1h on the compressed clock, 10s in real time)",
    "full": "run also the cases that count as equal to another one",
    "real-time": "let time pass as it does, instead of compressing every wait",
}


@dataclass(frozen=True)
class Settings:
    """The settings of the sweep of one test.

    Attributes:
        choice: which failures to try.
        demands: what the user says about the client.
        runs: largest number of runs; None for no limit.
        seconds: longest real time; None for no limit.
        patience: seconds that a client may wait; None for the default.
        real_time: whether time passes as it does.
        may_be_empty: whether a sweep may try nothing.
    """

    choice: Choice = field(default_factory=Choice)
    demands: Demands = field(default_factory=Demands)
    runs: int | None = None
    seconds: float | None = None
    patience: float | None = None
    real_time: bool = False
    may_be_empty: bool = False

    @property
    def can_be_split(self) -> bool:
        """Whether the cases can be run in parts, each of which knows nothing of the others. A
        budget is for all of them; and with several failures in a run, the runs so far say which
        ones are needed."""
        return self.choice.depth == 1 and self.runs is None and self.seconds is None

    @property
    def wait(self) -> float:
        """Seconds that a client may wait, on the clock of the run."""
        if self.patience is not None:
            return self.patience
        return REAL_PATIENCE if self.real_time else PATIENCE


def changed(settings: Settings, given: Mapping[str, Any]) -> Settings:
    """Return settings with some replaced.

    Args:
        settings: the settings.
        given: new values by name; texts as on the command line, or objects as in ``@sweep``.

    Raises:
        UsageError: a setting is unknown, or its value is invalid.
    """
    for name, value in given.items():
        known = name.replace("_", "-")
        if known not in TABLE:
            raise unknown("sweep setting", name, [one.replace("-", "_") for one in TABLE])
        settings = _WITH[known](settings, value)
    return settings


def _kinds(settings: Settings, value: object) -> Settings:
    text = ",".join(texts("kinds", value, "'all' or 'statuses,connection'"))
    return _choice(settings, kinds=kinds_of(text))


def _skip(settings: Settings, value: object) -> Settings:
    return _choice(settings, skip=failure_globs("skip", value))


def _operations(settings: Settings, value: object) -> Settings:
    found = texts("operations", value, "'images.*' or '!identity.*'")
    for one in found:
        if not any(fnmatchcase(name, one.lstrip("!")) for name in BY_ID):
            raise unknown("operation", one.lstrip("!"), BY_ID)
    return _choice(settings, operations=found)


def _depth(settings: Settings, value: object) -> Settings:
    if isinstance(value, bool) or str(value) not in map(str, range(1, DEPTHS + 1)):
        raise UsageError(f"depth={value!r}: expected 1, 2 or 3 failures in one run")
    return _choice(settings, depth=int(str(value)))


def _budget(settings: Settings, value: object) -> Settings:
    if not isinstance(value, bool) and str(value).isdecimal() and int(str(value)) > 0:
        return replace(settings, runs=int(str(value)), seconds=None)
    if isinstance(value, str):
        try:
            return replace(settings, runs=None, seconds=seconds(value))
        except UsageError:
            pass
    raise UsageError(f"budget={value!r}: expected a number of runs, or a time such as '30s'")


def _survive(settings: Settings, value: object) -> Settings:
    return replace(settings, demands=replace(
        settings.demands, survive=failure_globs("survive", value)))


def _expect(settings: Settings, value: object) -> Settings:
    return replace(settings, demands=replace(settings.demands, expect=_exceptions(value)))


def _allow(settings: Settings, value: object) -> Settings:
    found = texts("allow", value, f"some of {', '.join(map(repr, (*RULES, EMPTY)))}")
    for one in found:
        if one not in (*RULES, EMPTY):
            raise unknown("rule in allow=", one, (*RULES, EMPTY))
    return replace(settings, may_be_empty=EMPTY in found,
                   demands=replace(settings.demands, allow=frozenset(found)))


def _patience(settings: Settings, value: Any) -> Settings:
    return replace(settings, patience=seconds(value))


def _full(settings: Settings, value: object) -> Settings:
    return _choice(settings, full=_flag("full", value))


def _real_time(settings: Settings, value: object) -> Settings:
    return replace(settings, real_time=_flag("real_time", value))


_WITH = {"kinds": _kinds, "skip": _skip, "operations": _operations, "depth": _depth,
         "budget": _budget, "survive": _survive, "expect": _expect, "allow": _allow,
         "patience": _patience, "full": _full, "real-time": _real_time}


def _choice(settings: Settings, **values: Any) -> Settings:
    return replace(settings, choice=replace(settings.choice, **values))


def texts(name: str, value: object, example: str) -> tuple[str, ...]:
    """Return the texts of a setting: a list of them, or one text with commas or spaces between.

    Raises:
        UsageError: it is something else.
    """
    if isinstance(value, str):
        return tuple(value.replace(",", " ").split())
    if isinstance(value, Iterable):
        found = tuple(value)
        if all(isinstance(one, str) for one in found):
            return tuple(part for one in found for part in texts(name, one, example))
    raise UsageError(f"{name}={value!r}: expected a string or a tuple of strings, such as "
                     f"{example}")


def failure_globs(name: str, value: object) -> tuple[str, ...]:
    """Return globs of failures, each of which names at least one.

    Raises:
        UsageError: it is something else, or names no failure.
    """
    found = texts(name, value, "'page-*' or ('503', 'reset-before')")
    for one in found:
        operation, colon, failure = one.rpartition(":")
        if failure not in KINDS and not any(fnmatchcase(known, failure) for known in names()):
            raise unknown(f"failure in {name}=", failure, (*names(), *KINDS))
        if colon and not any(fnmatchcase(known, operation) for known in BY_ID):
            raise unknown(f"operation in {name}=", operation, BY_ID)
    return found


def _exceptions(value: object) -> tuple[type[BaseException], ...]:
    found = value if isinstance(value, tuple) else (value,)
    kinds: list[type[BaseException]] = []
    for one in found:
        for each in (map(_imported, texts("expect", one, "")) if isinstance(one, str) else (one,)):
            if not (isinstance(each, type) and issubclass(each, BaseException)):
                raise UsageError(f"expect={value!r}: expected an exception class, a tuple of them, "
                                 "or its full name such as 'requests.ConnectionError'")
            kinds.append(each)
    return tuple(kinds)


def _imported(name: str) -> object:
    module, _, attribute = name.rpartition(".")
    try:
        return getattr(importlib.import_module(module or "builtins"), attribute)
    except (ImportError, AttributeError, ValueError):
        raise UsageError(f"expect={name!r}: cannot import it; write the full name of the "
                         "exception, such as requests.ConnectionError") from None


def _flag(name: str, value: object) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() in ("true", "yes", "1", "on"):
        return True
    if str(value).lower() in ("false", "no", "0", "off", ""):
        return False
    raise UsageError(f"{name}={value!r}: expected true or false")
