"""The command of ``fake-ims sweep``: runs it, each time with a fake of its own."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..fake import client_config as configuration
from ..fake.fake_ims import FakeIMS
from ..server.realtime import monotonic
from ..sweeping import crashes
from ..sweeping.case import CLEAN, Case
from ..sweeping.options import Settings
from ..sweeping.sweep import Ran, outcome_of
from ..sweeping.watch import RealTime, Watch
from . import process

if TYPE_CHECKING:
    from ..scenario import ScenarioDocument

#: Name of the variable that tells the command which failure it meets; empty in the clean run.
CASE = "FAKE_IMS_SWEEP_CASE"
# Real seconds without a request after which a clean run counts as hanging.
_CLEAN = 300.0
# A run with failures may take that much longer than the clean run: others run beside it.
_TIMES, _PLUS = 3.0, 2.0
_REQUESTS = 1000
# A client that pauses between its tries, as exponential backoff does, may go on for several times
# its patience. It may send that many requests, and twice as many as in the clean run.
_SLOW, _FEW = 5.0, 20
# Times the patience that may pass without a request.
_PAUSE = 3.0
# Runs at once for each job, if they do nothing but wait.
_WAITING = 4
_SHOWN = 4000  # characters of each output in a report
_SETTLED = 2.0  # real seconds until the fake has noticed that the command has gone


@dataclass
class SweptCommand:
    """A command, and the fakes that it runs against.

    Attributes:
        words: the command with its arguments.
        settings: the settings of its sweep.
        fake: the arguments of ``FakeIMS``.
        scenario: the scenario file that each fake plays; None for none.
        expect: what its standard output must contain if it passes; None for anything.
        jobs: number of runs at once.
    """

    words: Sequence[str]
    settings: Settings
    fake: Mapping[str, Any]
    scenario: str | None = None
    expect: re.Pattern[str] | None = None
    jobs: int = 1

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._clean: process.Ended | None = None
        self._limit = _REQUESTS
        self._few = _FEW
        self._pools: list[ThreadPoolExecutor] = []
        self._slots = threading.Semaphore(self.jobs)

    def clean(self) -> tuple[Ran, process.Ended]:
        """Run the command without failures.

        Raises:
            UsageError: it cannot be started, or the fake cannot have these settings.
        """
        ran, ended = self._once(CLEAN)
        self._clean = ended
        self._limit = max(_REQUESTS, 3 * len(ran.outcome.steps))
        self._few = _FEW + 2 * len(ran.outcome.steps)
        return ran, ended

    def run(self, case: Case) -> Ran:
        """Run the command with the failures of a case."""
        return self._once(case)[0]

    def start(self, case: Case) -> Future[Ran]:
        """Start such a run, as soon as fewer than ``jobs`` runs are busy."""
        if not self._pools:
            self._pools = [ThreadPoolExecutor(self.jobs * (1 + _WAITING), "fake_ims sweep"),
                           ThreadPoolExecutor(self.jobs * _WAITING, "fake_ims sweep waiting")]
        if _is_idle(case):
            return self._pools[1].submit(self.run, case)
        return self._pools[0].submit(self._in_slot, case)

    def _in_slot(self, case: Case) -> Ran:
        """Run a case in one of the slots. A run that takes long waits; it leaves its slot."""
        slot = _Slot(self._slots)
        self._slots.acquire()
        try:
            return self._once(case, slot)[0]
        finally:
            slot.leave()

    def stop(self) -> None:
        """End all commands that still run, and wait for that."""
        self._stop.set()
        for pool in self._pools:
            pool.shutdown(cancel_futures=True)

    def estimate(self, cases: Sequence[Case]) -> float:
        """Return about how many seconds some cases take."""
        seconds = 0.0 if self._clean is None else self._clean.seconds
        idle = sum(map(_is_idle, cases))
        return max((len(cases) - idle) * seconds / self.jobs,
                   idle * (seconds + self.settings.wait) / (self.jobs * _WAITING))

    def _once(self, case: Case, slot: _Slot | None = None) -> tuple[Ran, process.Ended]:
        if self._stop.is_set():
            raise CancelledError
        time = RealTime()
        started = time.touched
        allowance = 0.0 if self._clean is None else self._clean.seconds * _TIMES + _PLUS
        patience = self.settings.wait
        watch = Watch(case, time=time, patience=patience, allowance=allowance, limit=self._limit,
                      slow=patience * _SLOW, few=self._few,
                      states=self.settings.choice.continues(case))
        longest = _CLEAN if self._clean is None else patience * _PAUSE + allowance

        def ends() -> bool:
            if slot is not None and monotonic() - started > allowance:
                slot.leave()
            if monotonic() - time.touched > longest:
                watch.give_up(f"the command did not end within {longest:.3g} s after its last "
                              "request")
            return bool(watch.hang) or self._stop.is_set()

        fake, document = self._fake()
        fake.watch(watch)
        with fake:
            if document is not None:
                fake.play(document)
            ended = process.run(self.words, self._env(fake, case), ends)
            if self._stop.is_set():
                raise CancelledError
            _settle(watch)
            outcome = outcome_of(watch, told=_told(ended))
            outcome.command = True
            outcome.seen = self._seen(ended)
            watch.finish()
        return Ran(outcome, _shown(ended), seconds=ended.seconds), ended

    def _fake(self) -> tuple[FakeIMS, ScenarioDocument | None]:
        fake = FakeIMS(**self.fake)
        if self.scenario is None:
            return fake, None
        from ..scenario import load

        return fake, load(self.scenario, fake.twin)

    def _env(self, fake: FakeIMS, case: Case) -> dict[str, str]:
        ours = configuration.env(fake, fake.project_id)
        env = {**os.environ, **ours, "FAKE_IMS_URL": fake.url, CASE: case.id}
        for name in configuration.foreign(env, ours):
            del env[name]
        return env

    def _seen(self, ended: process.Ended) -> tuple[tuple[str, str], ...]:
        if ended.status is None:
            return ()
        if ended.status == 0 and not self.matches(ended):
            assert self.expect is not None
            return (("assert", "the command passed, but its output does not match "
                               f"{self.expect.pattern!r}"),)
        return crashes.seen(ended.status, ended.errors)

    def matches(self, ended: process.Ended) -> bool:
        """Return whether the output of a command is as expected."""
        return self.expect is None or self.expect.search(ended.output) is not None


class _Slot:
    """One of the runs at once that may be busy."""

    def __init__(self, slots: threading.Semaphore) -> None:
        self._slots = slots
        self._left = False

    def leave(self) -> None:
        """Let another run be busy."""
        if not self._left:
            self._left = True
            self._slots.release()


def _is_idle(case: Case) -> bool:
    """Return whether a run does nothing but wait, most of its time."""
    return any(failure.waits or failure.says_when for failure in case.failures)


def _settle(watch: Watch) -> None:
    """Wait until the fake has completed the last exchanges of a command that has ended."""
    until = monotonic() + _SETTLED
    while watch.is_busy and monotonic() < until:
        time.sleep(0.001)


def _told(ended: process.Ended) -> str:
    if ended.status is None:
        return f"no end after {ended.seconds:.1f} s"
    return crashes.told(ended.status, ended.errors)


def _shown(ended: process.Ended) -> str:
    """Return the output of a command, for a report."""
    told = [_end(text) for text in (ended.output, ended.errors)]
    return "\n".join(f"{name}:\n{text}" for name, text in zip(("stdout", "stderr"), told,
                                                              strict=True) if text)


def _end(text: str) -> str:
    text = text.strip("\n")
    return text if len(text) <= _SHOWN else f"...{text[-_SHOWN:]}"


def pattern(text: str | None) -> re.Pattern[str] | None:
    """Return the pattern of ``--expect-output``.

    Raises:
        UsageError: it is not a regular expression.
    """
    if text is None:
        return None
    try:
        return re.compile(text, re.MULTILINE)
    except re.error as error:
        raise UsageError(f"--expect-output={text!r} is not a regular expression: {error}") from None
