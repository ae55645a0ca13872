"""``fake-ims sweep``: runs a command again for every possible failure of its requests."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from ..errors import UsageError
from ..server.realtime import monotonic
from ..sweeping import files
from ..sweeping import report as reports
from ..sweeping.baseline import Known
from ..sweeping.explore import Explorer
from ..sweeping.failures import WHILE
from ..sweeping.options import TABLE, Settings, changed
from ..sweeping.report import Swept, number, terminal
from ..sweeping.sweep import Ran, Sweep, untried
from .process import Ended
from .swept_command import SweptCommand, pattern
from .told import MISUSE, PROG, complain

FINDINGS, INTERRUPTED = 1, 130

#: Settings of the sweep that are no options here: they only make sense in Python.
NOT_HERE = ("expect", "real-time")
#: Settings that are switches, and settings that can be repeated.
SWITCHES = ("full",)
SEVERAL = ("kinds", "skip", "operations", "survive", "allow")
METAVARS = {"depth": "1|2|3", "budget": "RUNS|TIME", "patience": "TIME"}
#: The help of each setting.
SETTINGS = {name: text for name, text in TABLE.items() if name not in NOT_HERE} | {
    "budget": "limit: a number of runs, or a time such as 30s",
    "patience": "how long the command may wait for a response before it counts as hanging, or go "
                "on after a failure longer than its clean run took (default: 10s). A command that "
                "pauses between its requests may go on six times as long",
}
_OF_THE_FAKE = ("profile", "auth", "saving", "deleting", "region", "seed", "glance",
                "prefix", "endpoint", "regions")
# What the command that repeats a case needs.
_FOR_A_CASE = (*_OF_THE_FAKE, "scenario", "expect_output", "patience", "survive", "allow")
_NO_REQUEST = """\
fake-ims: the command sent no request to the fake. It must read its address and credentials from
  OS_AUTH_URL, OS_USERNAME, OS_PASSWORD, ...           clients of OpenStack
  HUAWEICLOUD_SDK_IAM_ENDPOINT, HUAWEICLOUD_SDK_AK, ...  SDKs of Huawei Cloud
  FAKE_IMS_URL                                         others: http://127.0.0.1:PORT
'fake-ims serve --print-env' prints all of them. If no request is fine, pass --allow=empty"""


@dataclass(frozen=True)
class Given:
    """What was given on the command line.

    Attributes:
        settings: the settings of the sweep.
        name: the name of the command in reports and in the baseline.
        case: the only case to run; empty for all.
        again: the command that repeats a case, without the case.
        seed: the seed of the fakes.
        baseline: the file of the known cases; None for none.
        update: whether to write it.
        reports: files to write the report to.
        annotate: whether to print the findings as annotations of GitHub Actions.
    """

    settings: Settings
    name: str
    case: str
    again: tuple[str, ...]
    seed: str
    baseline: Path | None
    update: bool
    reports: tuple[Path, ...]
    annotate: bool


def run(options: argparse.Namespace, words: Sequence[str], defaults: argparse.Namespace) -> int:
    """Sweep a command.

    Args:
        options: the options.
        words: the command with its arguments.
        defaults: the options if none is given.

    Returns:
        The exit status: 0 if nothing is wrong, 1 for findings, 2 if the command fails without
        failures of the fake, 130 after an interrupt.

    Raises:
        UsageError: an option is invalid, or the command cannot be run.
    """
    given = _given(options, words, defaults)
    known = files.known(given, "--")
    command = SweptCommand(
        words, given.settings, {name: getattr(options, name) for name in _OF_THE_FAKE},
        options.scenario, pattern(options.expect_output), _jobs(options.jobs))
    with _interrupts():
        try:
            return _sweep(command, given, known)
        except KeyboardInterrupt:
            complain("interrupted")
            return INTERRUPTED
        finally:
            command.stop()


def _sweep(command: SweptCommand, given: Given, known: Known) -> int:
    started = monotonic()
    clean, ended = command.clean()
    problem = _problem(command, clean, ended, given)
    if not problem:
        again, second = command.clean()
        problem = _second_problem(command, second)
    if problem:
        print(problem, file=sys.stderr, flush=True)
        return MISUSE
    sweep = Sweep(given.name, given.settings, command.run,
                  lambda case: shlex.join([*given.again, "--case", case.id, "--", *command.words]),
                  known.get(given.name, {}), repeats=True, start=command.start)
    swept = sweep.begin(clean)
    if clean.outcome.left != again.outcome.left:
        swept["note"] = ("the command is not repeatable: its second clean run left different "
                         "images, so the verdicts are unreliable")
    if given.case:
        return _one(sweep, clean, swept, given, started)
    cases = Explorer(given.settings.choice, repeats=True).first(clean.outcome.steps)
    progress = _Progress()
    sweep.progress = progress.show
    progress.begin(f"clean run: {number(len(swept['requests']), 'request')} in "
                   f"{ended.seconds:.1f} s; {number(len(cases), 'run')} with failures, "
                   f"{number(command.jobs, 'job')}: about {command.estimate(cases):.0f} s")
    interrupted = False
    try:
        sweep.all(clean, swept)
    except KeyboardInterrupt:
        interrupted = True
        command.stop()
        swept["note"] = "interrupted: this is the report so far"
    finally:
        progress.end()
    swept["seconds"] = monotonic() - started
    for line in terminal.lines(
        [swept], width=shutil.get_terminal_size().columns, paint=terminal.painter(sys.stdout),
        options="--",
    ):
        print(line)
    _report(swept, given)
    return INTERRUPTED if interrupted else _status(swept, given)


def _report(swept: Swept, given: Given) -> None:
    """Print the annotations, and write the files."""
    if given.annotate:
        for line in files.error_lines([swept], [Path.cwd()]):
            print(line)
    for line in files.written(given, [swept], given.seed):
        print(line)
    sys.stdout.flush()


def _one(sweep: Sweep, clean: Ran, swept: Swept, given: Given, started: float) -> int:
    """Run one case. Print its requests and its output."""
    verdict, ran = sweep.named(given.case, clean, swept)
    print(f"{verdict.word} {given.case}: {verdict.why}\n\nrequests:")
    for step in ran.outcome.steps:
        print(f"  {step.position}. "
              + (f"{step.name} -> no response" if step.exchange is None else step.exchange.line()))
    if ran.traceback:
        print(f"\n{ran.traceback}")
    swept["seconds"] = monotonic() - started
    _report(swept, given)
    return _status(swept, given)


# The clean run

def _problem(command: SweptCommand, clean: Ran, ended: Ended, given: Given) -> str:
    """Return why a command cannot be swept; empty if it can."""
    if ended.status != 0:
        return _failed(ended, "must pass without failures, but "
                       f"{clean.outcome.hang or f'fails with {clean.outcome.told}'}")
    if not command.matches(ended):
        return _failed(ended, "passes without failures, but its output does not match "
                       "--expect-output")
    if not clean.outcome.steps and not given.settings.may_be_empty:
        return _NO_REQUEST
    return ""


def _second_problem(command: SweptCommand, ended: Ended) -> str:
    if ended.status == 0 and command.matches(ended):
        return ""
    return _failed(ended, "passes without failures, but not a second time with a new fake. "
                   "Does it leave files that are in its way?")


def _failed(ended: Ended, why: str) -> str:
    told = [f"{PROG}: the command {why}"]
    for name, text in (("stdout", ended.output), ("stderr", ended.errors)):
        if text.strip():
            told += [f"{name}:", text.rstrip("\n")]
    return "\n".join(told)


# The end

def _status(swept: Swept, given: Given) -> int:
    if any(reports.is_bad(result) for result in swept["results"]):
        return 0 if given.update else FINDINGS
    if given.settings.may_be_empty:
        return 0
    why = untried(swept, "command", "--allow=empty")
    if why:
        complain(why)
        return FINDINGS
    return 0


class _Progress:
    """The progress on standard error: a line that changes on a terminal, else one line."""

    def __init__(self) -> None:
        self._moves = sys.stderr.isatty()
        self._started = monotonic()

    def begin(self, text: str) -> None:
        """Print what comes."""
        print(text, file=sys.stderr, flush=True)
        self._started = monotonic()

    def show(self, done: int, left: int, bad: int) -> None:
        """Show how far the sweep is."""
        if not self._moves or not done:
            return
        seconds = (monotonic() - self._started) / done * left
        wrong = f", {bad} wrong" if bad else ""
        text = f"{done} of {done + left} runs{wrong}, about {seconds:.0f} s left"
        self._put(text[:shutil.get_terminal_size().columns - 1])

    def end(self) -> None:
        """Remove the line."""
        if self._moves:
            self._put("")

    def _put(self, text: str) -> None:
        print(f"\r{text}\x1b[K", end="", file=sys.stderr, flush=True)


@contextmanager
def _interrupts() -> Iterator[None]:
    """Let SIGTERM end the sweep as Ctrl-C does: no command may stay behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(signum: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


# The options

def _given(
    options: argparse.Namespace, words: Sequence[str], defaults: argparse.Namespace
) -> Given:
    settings = Settings(real_time=True)
    for name in SETTINGS:
        value = _value(options, name)
        if value is not None and value is not False:
            try:
                settings = changed(settings, {name: value})
            except UsageError as error:
                raise UsageError(f"--{name}: {error}") from None
    if options.update_baseline and options.baseline is None:
        raise UsageError("--update-baseline requires the file: add --baseline=FILE")
    return Given(
        settings=_without_ends(settings), name=options.name or shlex.join(words),
        case=options.case or "", again=_again(options, defaults), seed=options.seed,
        baseline=None if options.baseline is None else Path(options.baseline),
        update=options.update_baseline,
        reports=tuple(_file(one) for one in options.report if one != files.GITHUB),
        annotate=files.GITHUB in options.report)


def _value(options: argparse.Namespace, name: str) -> Any:
    value = getattr(options, name.replace("-", "_"))
    return (",".join(value) or None) if isinstance(value, list) else value


def _without_ends(settings: Settings) -> Settings:
    """Leave out failures that end after a while, if no client may wait that long."""
    if settings.wait > WHILE:
        return settings
    return changed(settings, {"skip": (*settings.choice.skip, f"*-{WHILE:.0f}s")})


def _again(options: argparse.Namespace, defaults: argparse.Namespace) -> tuple[str, ...]:
    found = ["fake-ims", "sweep"]
    for name in _FOR_A_CASE:
        value = _value(options, name)
        if value != _value(defaults, name):
            found += [f"--{name.replace('_', '-')}", str(value)]
    return tuple(found)


def _file(text: str) -> Path:
    path = Path(text)
    if path.suffix not in files.formats():
        raise UsageError(f"--report={text}: expected a file whose name ends in "
                         f"{', '.join(files.formats())}, or '{files.GITHUB}' for annotations")
    return path


def _jobs(jobs: int | None) -> int:
    if jobs is None:
        if hasattr(os, "sched_getaffinity"):
            return len(os.sched_getaffinity(0))
        return os.cpu_count() or 1
    if jobs < 1:
        raise UsageError(f"--jobs={jobs}: expected 1 or more")
    return jobs
