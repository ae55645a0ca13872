"""Asynchronous jobs: ``INIT``, ``RUNNING``, then ``SUCCESS`` or ``FAIL``, on the fake's clock.

Nothing runs in the background. A job has a start and an end. Its state in between is computed when
a request asks for it, and its work is done once the fake's clock has passed the instant.

Source: page *Querying the Status of an Asynchronous Job*.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..contract.errors import ERRORS
from ..contract.jobs import FAIL, INIT, JOB_TYPES, RUNNING, SUCCESS
from ..errors import UsageError, shown, unknown
from . import sound
from .durations import After, ByHand, Due, Polls
from .ids import new_id
from .job import Job, Order, Work

if TYPE_CHECKING:
    from ..server.state import Service
    from .image import Image

INIT_SHARE = 0.1
"""The fraction of its duration that a job spends in ``INIT``."""


@dataclass(slots=True)
class _Failure:
    """A planned failure: the next ``count`` jobs of a type (or of any type) fail."""

    code: str
    reason: str
    job_type: str | None
    count: int


class Jobs:
    """The jobs of one service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._jobs: dict[str, Job] = {}
        self._open: dict[str, Job] = {}
        # Pending status changes: (instant, order, job, new status).
        self._due: list[tuple[float, int, Job, str]] = []
        self._order = 0
        self._failures: list[_Failure] = []

    # for the service

    # A fault can change this for one request: see faults/view.py.
    def submit(
        self, type_name: str, project_id: str | None, work: Work,
        parts: list[tuple[str, Work]] | None = None,
        order: Order | None = None,
    ) -> Job:
        """Start a job.

        Args:
            type_name: ``job_type``.
            project_id: project of the caller.
            work: what the job does.
            parts: types and works of its sub-jobs.
            order: settings of a fault for the job.
        """
        due = self._service.lifecycle.jobs
        now = self._service.clock.now()
        job = self._new(type_name, project_id, work, due, now)
        job.sub_jobs = [self._new(name, project_id, part, due, now)
                        for name, part in parts or ()]
        job.fails_with = self._verdict(type_name)
        if order is not None:
            self._obey(job, order, now)
        if isinstance(due, After):
            if due.seconds == 0:
                self._run(job, now)
                self._finish(job, now)
            else:
                self._schedule(now + due.seconds * INIT_SHARE, job, RUNNING)
                self._schedule(now + due.seconds, job, SUCCESS)
        return job

    def _obey(self, job: Job, order: Order, now: float) -> None:
        if order.fails_with is not None:
            job.fails_with = _failure(order.fails_with, None)
        job.lies = order.lies
        for each in (job, *job.sub_jobs):
            each.hangs_at = order.hangs_at
        if order.hangs_at is not None and isinstance(job.due, ByHand):
            self._run(job, now)
            for each in (job, *job.sub_jobs):
                each.progress = order.hangs_at
        if order.begun is not None:
            order.begun(job)

    def _new(
        self, type_name: str, project_id: str | None, work: Work, due: Due, now: float
    ) -> Job:
        job = Job(new_id().replace("-", ""), JOB_TYPES[type_name], project_id, work, due, now)
        self._jobs[job.id] = self._open[job.id] = job
        return job

    def get(self, job_id: str) -> Job | None:
        """Return the job with this id, in its current state."""
        self._service.transitions.settle()
        return self._jobs.get(job_id)

    def all(self) -> list[Job]:
        """Return all jobs, oldest first, including sub-jobs."""
        self._service.transitions.settle()
        return list(self._jobs.values())

    def as_they_are(self) -> list[Job]:
        """Return the same without applying changes that are due. Any thread may call this."""
        return list(self._jobs.values())

    def under_way(self) -> list[Job]:
        """Return the jobs that have not ended, oldest first, including sub-jobs."""
        self._service.transitions.settle()
        return list(self._open.values())

    def is_making(self, image: Image) -> bool:
        """Return whether a running job will complete the image."""
        return any(getattr(job.work, "image", None) is image for job in self._open.values())

    def to_come(self, project_id: str | None) -> int:
        """Return how many images of a project will appear when jobs begin to run."""
        plans = (getattr(job.work, "plan", None) for job in self._open.values()
                 if job.status == INIT)
        return sum(plan is not None and plan.owner == project_id for plan in plans)

    def look(self, job: Job) -> None:
        """Count a client's request for the status of a job, for ``polls(N)``."""
        if job.is_over or not isinstance(job.due, Polls):
            return
        job.looks += 1
        now = self._service.clock.now()
        if job.looks >= job.due.count:
            self._run(job, now)
            self._finish(job, now)
        elif job.looks > 1:
            self._run(job, now)

    def progress(self, job: Job) -> float:
        """Return the progress of a job in percent."""
        if job.hangs_at is None:
            return self._reached(job)
        return job.hangs_at if job.is_held else min(self._reached(job), job.hangs_at)

    def _reached(self, job: Job) -> float:
        if job.status == SUCCESS:
            return 100
        if job.progress is not None:
            return job.progress
        if isinstance(job.due, Polls):
            return int(100 * job.looks / job.due.count) if not job.is_over else 0
        if isinstance(job.due, After) and job.due.seconds:
            until = self._service.clock.now() if job.ended_at is None else job.ended_at
            share = (until - job.begun_at) / job.due.seconds
            return int(100 * min(max(share, 0.0), 0.99))
        return 0

    def next_due(self) -> float:
        """Return the instant of the next pending change; infinity if there is none."""
        return self._due[0][0] if self._due else float("inf")

    def arrive(self) -> None:
        """Apply the next pending change, at its instant."""
        instant, _, job, status = heapq.heappop(self._due)
        if job.is_over or not isinstance(job.due, After):
            return
        if status == RUNNING:
            self._run(job, instant)
        else:
            self._finish(job, instant)

    def _schedule(self, instant: float, job: Job, status: str) -> None:
        self._order += 1
        heapq.heappush(self._due, (instant, self._order, job, status))

    def _run(self, job: Job, now: float) -> None:
        if job.status != INIT:
            return
        if job.fails_with is not None and job.due == After(0.0) and job.hangs_at is None:
            return  # it fails before it has created anything
        for each in (job, *job.sub_jobs):
            each.status = RUNNING
            each.work.start(now)

    def _finish(self, job: Job, now: float) -> None:
        """End a job whose time is over, unless it hangs."""
        if job.hangs_at is None:
            self._end(job, now)
            return
        for each in (job, *job.sub_jobs):
            each.is_held = True

    def _end(self, job: Job, now: float) -> None:
        from .refusal import ImsError
        from .spool import StorageError

        if job.fails_with is not None:
            self._fail(job, *job.fails_with, now)
            return
        for each in (*job.sub_jobs, job):
            try:
                each.work.succeed(now)
            except ImsError as error:
                self._fail(job, error.code, error.message, now)
                return
            except StorageError as error:
                self._fail(job, "IMG.0061", str(error), now)
                return
            each.status, each.ended_at = SUCCESS, now
            self._open.pop(each.id, None)
        if job.lies:
            self._kill_images(job, now)

    def _kill_images(self, job: Job, now: float) -> None:
        service = self._service
        for each in (job, *job.sub_jobs):
            image = service.store.get(str(each.work.entities().get("image_id")))
            if image is not None:
                service.transitions.kill(image, f"lost by job {each.id}", now)

    def _fail(self, job: Job, code: str, reason: str, now: float) -> None:
        for each in (*job.sub_jobs, job):
            if each.is_over:
                continue  # a sub-job that has succeeded keeps its image
            each.work.fail(now, reason)
            each.status, each.ended_at = FAIL, now
            self._open.pop(each.id, None)
            each.error_code, each.fail_reason = code, reason

    def _verdict(self, type_name: str) -> tuple[str, str] | None:
        for failure in self._failures:
            if failure.job_type in (None, type_name):
                failure.count -= 1
                if not failure.count:
                    self._failures.remove(failure)
                return failure.code, failure.reason
        return None

    # for the test

    def fail_next(
        self, error_code: str, reason: str | None = None, *,
        job_type: str | None = None, count: int = 1,
    ) -> None:
        """Let the next ``count`` jobs, of one type or of any, end in ``FAIL``.

        Raises:
            UsageError: the error code or type is unknown, or ``count`` is not a positive integer.
        """
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            raise UsageError(f"count must be an integer, 1 or greater, not {shown(count)}")
        sound.check(count, "count")
        if job_type is not None and job_type not in JOB_TYPES:
            raise unknown("job type", job_type, JOB_TYPES)
        self._failures.append(_Failure(*_failure(error_code, reason), job_type, count))

    def start(self, job: Job, progress: float | None = None) -> None:
        """Let a job run now. With ``progress``, it stays at that percentage.

        Raises:
            UsageError: the job has ended, or the percentage is invalid.
        """
        _check_open(job)
        if progress is not None and (isinstance(progress, bool) or not isinstance(
                progress, (int, float)) or not 0 <= progress < 100):
            raise UsageError(f"progress must be a number, at least 0 and less than 100, not "
                             f"{shown(progress)}")
        self._run(job, self._service.clock.now())
        job.progress = progress

    def go_on(self, job: Job) -> None:
        """Let a job that hangs continue. If its time is over, it ends now."""
        held = job.is_held and not job.is_over
        self._let_go(job)
        if held:
            self._end(job, self._service.clock.now())

    def _let_go(self, job: Job) -> None:
        for each in (job, *job.sub_jobs):
            each.hangs_at, each.is_held = None, False

    def succeed(self, job: Job) -> None:
        """Let a job succeed now.

        Raises:
            UsageError: the job has ended.
        """
        _check_open(job)
        job.fails_with = None
        self._let_go(job)
        now = self._service.clock.now()
        self._run(job, now)
        self._end(job, now)

    def fail(self, job: Job, error_code: str, reason: str | None = None) -> None:
        """Let a job fail now.

        Raises:
            UsageError: the job has ended, or the error code is unknown.
        """
        _check_open(job)
        found = _failure(error_code, reason)
        self._let_go(job)
        self._fail(job, *found, self._service.clock.now())


def _check_open(job: Job) -> None:
    if job.is_over:
        raise UsageError(f"job {job.id} has already ended with status {job.status}")


def _failure(code: str, reason: str | None) -> tuple[str, str]:
    if code not in ERRORS:
        raise unknown("error code", code, ERRORS)
    if reason is not None and not isinstance(reason, str):
        raise UsageError(f"reason must be a string, not {shown(reason)}")
    sound.check(reason, "reason")
    return code, ERRORS[code].message if reason is None else reason
