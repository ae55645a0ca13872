"""Asynchronous jobs: ``INIT``, ``RUNNING``, then ``SUCCESS`` or ``FAIL``, on the fake's clock.

Nothing runs in the background. A job has a beginning and an end; what lies between is computed
when somebody looks, and its work is done when an instant of it has become due.

Source: page *Querying the Status of an Asynchronous Job*.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from ..contract.errors import ERRORS
from ..contract.jobs import FAIL, INIT, JOB_TYPES, RUNNING, SUCCESS
from ..contract.model import JobType
from ..errors import UsageError, unknown
from .durations import After, Due, Polls
from .ids import new_id

if TYPE_CHECKING:
    from ..service import Service
    from .image import Image

INIT_SHARE = 0.1
"""The part of its duration that a job is ``INIT``."""


class Work(Protocol):
    """What a job does. Instants are seconds since the epoch."""

    def start(self, now: float) -> None:
        """The job turns ``RUNNING``: what it makes appears."""

    def succeed(self, now: float) -> None:
        """The job turns ``SUCCESS``.

        Raises:
            ImsError: it cannot be done after all; the job fails with that code.
        """

    def fail(self, now: float, reason: str) -> None:
        """The job turns ``FAIL``, also before it has run: what it has begun to make is killed."""

    def entities(self) -> dict[str, Any]:
        """What ``entities`` tells at the moment, as the job's type says."""


@dataclass(slots=True, eq=False)
class Job:
    """One job.

    Attributes:
        id: 32 hexadecimal digits.
        type: its row in the contract.
        project_id: project of who began it.
        work: what it does.
        due: when it ends: after a duration, at the Nth look, or by hand.
        begun_at: instant of the request, seconds since the epoch.
        ended_at: instant of its end; None before.
        status: ``INIT``, ``RUNNING``, ``SUCCESS`` or ``FAIL``.
        percent: progress that the test has set; None to reckon it from the clock.
        looks: of clients, for ``polls(N)``.
        fails_with: error code and reason of the failure to come; None if it is to succeed.
        sub_jobs: the jobs that it consists of; they have its times.
    """

    id: str
    type: JobType
    project_id: str | None
    work: Work
    due: Due
    begun_at: float
    ended_at: float | None = None
    status: str = INIT
    percent: float | None = None
    looks: int = 0
    error_code: str | None = None
    fail_reason: str | None = None
    fails_with: tuple[str, str] | None = None
    sub_jobs: list[Job] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """Whether it has succeeded or failed."""
        return self.status in (SUCCESS, FAIL)


@dataclass(slots=True)
class _Failure:
    """An order of the test: the next ``count`` jobs of a type (or of any) fail."""

    code: str
    reason: str
    job_type: str | None
    count: int


class Jobs:
    """The jobs of one service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._jobs: dict[str, Job] = {}
        # Instants at which something becomes due: (instant, order, job, status to come).
        self._due: list[tuple[float, int, Job, str]] = []
        self._order = 0
        self._failures: list[_Failure] = []

    # what the service does

    def submit(
        self, type_name: str, project_id: str | None, work: Work,
        parts: list[tuple[str, Work]] | None = None,
    ) -> Job:
        """Begin a job.

        Args:
            type_name: ``job_type``.
            project_id: project of the caller.
            work: what it does.
            parts: types and works of the jobs that it consists of.
        """
        due = self._service.lifecycle.jobs
        now = self._service.clock.now()
        job = self._new(type_name, project_id, work, due, now)
        job.sub_jobs = [self._new(name, project_id, part, due, now)
                        for name, part in parts or ()]
        job.fails_with = self._verdict(type_name)
        if isinstance(due, After):
            if due.seconds == 0:
                self._run(job, now)
                self._end(job, now)
            else:
                self._schedule(now + due.seconds * INIT_SHARE, job, RUNNING)
                self._schedule(now + due.seconds, job, SUCCESS)
        return job

    def _new(
        self, type_name: str, project_id: str | None, work: Work, due: Due, now: float
    ) -> Job:
        job = Job(new_id().replace("-", ""), JOB_TYPES[type_name], project_id, work, due, now)
        self._jobs[job.id] = job
        return job

    def get(self, job_id: str) -> Job | None:
        """The job of that id, as it is now."""
        self._service.transitions.settle()
        return self._jobs.get(job_id)

    def all(self) -> list[Job]:
        """All jobs, oldest first; those that others consist of, too."""
        self._service.transitions.settle()
        return list(self._jobs.values())

    def is_making(self, image: Image) -> bool:
        """Whether a job under way is to end with an image."""
        return any(getattr(job.work, "image", None) is image and not job.is_over
                   for job in self._jobs.values())

    def look(self, job: Job) -> None:
        """A client looks at a job: what was waiting for looks may become due."""
        if job.is_over or not isinstance(job.due, Polls):
            return
        job.looks += 1
        now = self._service.clock.now()
        if job.looks >= job.due.count:
            self._run(job, now)
            self._end(job, now)
        elif job.looks > 1:
            self._run(job, now)

    def progress(self, job: Job) -> float:
        """How much of a job is done, in percent."""
        if job.status == SUCCESS:
            return 100
        if job.percent is not None:
            return job.percent
        if isinstance(job.due, Polls):
            return int(100 * job.looks / job.due.count) if not job.is_over else 0
        if isinstance(job.due, After) and job.due.seconds:
            until = self._service.clock.now() if job.ended_at is None else job.ended_at
            share = (until - job.begun_at) / job.due.seconds
            return int(100 * min(max(share, 0.0), 0.99))
        return 0

    def next_due(self) -> float:
        """The instant at which something becomes due next; infinite if nothing does."""
        return self._due[0][0] if self._due else float("inf")

    def arrive(self) -> None:
        """Do what becomes due next, at its instant."""
        instant, _, job, status = heapq.heappop(self._due)
        if job.is_over or not isinstance(job.due, After):
            return
        if status == RUNNING:
            self._run(job, instant)
        else:
            self._end(job, instant)

    def _schedule(self, instant: float, job: Job, status: str) -> None:
        self._order += 1
        heapq.heappush(self._due, (instant, self._order, job, status))

    def _run(self, job: Job, now: float) -> None:
        if job.status != INIT:
            return
        if job.fails_with is not None and job.due == After(0.0):
            return  # it fails before it has made anything
        for each in (job, *job.sub_jobs):
            each.status = RUNNING
            each.work.start(now)

    def _end(self, job: Job, now: float) -> None:
        from ..refusal import ImsError

        if job.fails_with is not None:
            self._fail(job, *job.fails_with, now)
            return
        for each in (*job.sub_jobs, job):
            try:
                each.work.succeed(now)
            except ImsError as error:
                self._fail(job, error.code, error.message, now)
                return
            each.status, each.ended_at = SUCCESS, now

    def _fail(self, job: Job, code: str, reason: str, now: float) -> None:
        for each in (*job.sub_jobs, job):
            each.work.fail(now, reason)
            each.status, each.ended_at = FAIL, now
            each.error_code, each.fail_reason = code, reason

    def _verdict(self, type_name: str) -> tuple[str, str] | None:
        for failure in self._failures:
            if failure.job_type in (None, type_name):
                failure.count -= 1
                if not failure.count:
                    self._failures.remove(failure)
                return failure.code, failure.reason
        return None

    # what the test does

    def fail_next(
        self, code: str, reason: str | None = None, *, job_type: str | None = None, count: int = 1
    ) -> None:
        """The next ``count`` jobs, of one type or of any, end ``FAIL``.

        Raises:
            UsageError: no such error code or type, or ``count`` is no whole number from 1.
        """
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            raise UsageError(f"count is a whole number from 1, not {count!r}")
        if job_type is not None and job_type not in JOB_TYPES:
            raise unknown("job type", job_type, JOB_TYPES)
        self._failures.append(_Failure(*_failure(code, reason), job_type, count))

    def start(self, job: Job, percent: float | None = None) -> None:
        """Let a job run now; with ``percent`` it stays at that progress.

        Raises:
            UsageError: it is over, or the percentage is none.
        """
        _check_open(job)
        if percent is not None and not 0 <= percent < 100:
            raise UsageError(f"percent is a number from 0 to below 100, not {percent!r}")
        self._run(job, self._service.clock.now())
        job.percent = percent

    def succeed(self, job: Job) -> None:
        """Let a job succeed now.

        Raises:
            UsageError: it is over.
        """
        _check_open(job)
        job.fails_with = None
        now = self._service.clock.now()
        self._run(job, now)
        self._end(job, now)

    def fail(self, job: Job, code: str, reason: str | None = None) -> None:
        """Let a job fail now.

        Raises:
            UsageError: it is over, or no such error code.
        """
        _check_open(job)
        self._fail(job, *_failure(code, reason), self._service.clock.now())


def _check_open(job: Job) -> None:
    if job.is_over:
        raise UsageError(f"job {job.id} is over: {job.status}")


def _failure(code: str, reason: str | None) -> tuple[str, str]:
    if code not in ERRORS:
        raise unknown("error code", code, ERRORS)
    return code, ERRORS[code].message if reason is None else reason
