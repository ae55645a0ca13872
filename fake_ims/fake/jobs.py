"""``fake.jobs``: the asynchronous jobs, as a test reads and controls them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar, cast

from ..domain.handle import Handle
from ..errors import UnknownJobError

if TYPE_CHECKING:
    from ..contract.model import JobStatus
    from ..domain.job import Job
    from ..server.bridge import Bridge
    from ..server.state import Service

T = TypeVar("T")

_SHOWN = 3  # jobs in a repr


class JobHandle(Handle):
    """One job. Each attribute returns the current value. Reading does not count for ``polls``."""

    __slots__ = ("_bridge", "_job", "_service")

    def __init__(self, service: Service, bridge: Bridge, job: Job) -> None:
        self._service = service
        self._bridge = bridge
        self._job = job

    @property
    def id(self) -> str:
        """The ``job_id``."""
        return self._job.id

    @property
    def type(self) -> str:
        """The ``job_type``, such as ``imsImportImageJob``."""
        return self._job.type.name

    @property
    def status(self) -> JobStatus:
        """``INIT``, ``RUNNING``, ``SUCCESS`` or ``FAIL``."""
        return cast("JobStatus", self._look(lambda job: job.status))

    @property
    def progress(self) -> float:
        """Its progress in percent."""
        return self._look(self._service.jobs.progress)

    @property
    def error_code(self) -> str | None:
        """The error code of a failed job, such as ``IMG.0057``."""
        return self._look(lambda job: job.error_code)

    @property
    def fail_reason(self) -> str | None:
        """Why it failed; None if it did not."""
        return self._look(lambda job: job.fail_reason)

    @property
    def entities(self) -> dict[str, Any]:
        """The ``entities`` of the response: ``image_id``, ``image_name``, ``results``, and of a
        failed job ``error_code``, ``fail_reason``."""
        return self._look(lambda job: job.entities())

    def start(self, progress: float | None = None) -> None:
        """Let it run now. With ``progress`` (percent), it stays ``RUNNING`` at that percentage.

        Raises:
            UsageError: the job has ended, or the percentage is invalid.
        """
        self._look(lambda job: self._service.jobs.start(job, progress))

    def go_on(self) -> None:
        """Let it continue if a fault makes it hang. If its time is over, it ends now."""
        self._look(self._service.jobs.go_on)

    def succeed(self) -> None:
        """Let it succeed now.

        Raises:
            UsageError: the job has ended.
        """
        self._look(self._service.jobs.succeed)

    def fail(self, error_code: str = "IMG.0061", reason: str | None = None) -> None:
        """Let it fail now. Images that it has not finished are killed.

        Args:
            error_code: an error code of the reference.
            reason: ``fail_reason``; by default the code's message.

        Raises:
            UsageError: the job has ended, or the error code is unknown.
        """
        self._look(lambda job: self._service.jobs.fail(job, error_code, reason))

    def _look(self, what: Callable[[Job], T]) -> T:
        def work() -> T:
            if self._service.jobs.get(self._job.id) is not self._job:
                raise UnknownJobError(f"job {self._job.id} was removed by reset()")
            return what(self._job)

        return self._bridge.run(work)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, JobHandle) and self._job is other._job

    def __hash__(self) -> int:
        return hash(self._job)

    def __repr__(self) -> str:
        return f"<job {self._job.id} {self.type} {self._job.status}>"


class Jobs(Handle):
    """``fake.jobs``: iterate over it (oldest first), or use ``len()`` and ``fake.jobs[job_id]``."""

    def __init__(self, service: Service, bridge: Bridge) -> None:
        self._service = service
        self._bridge = bridge

    def __getitem__(self, job_id: str) -> JobHandle:
        """Return the job with this id.

        Raises:
            UnknownJobError: the job does not exist; the message lists the newest jobs.
        """
        def work() -> JobHandle:
            job = self._service.jobs.get(job_id)
            if job is None:
                known = ", ".join(f"{one.id} ({one.type.name})"
                                  for one in self._service.jobs.all()[-10:])
                raise UnknownJobError(f"no job has the id {job_id!r}; "
                                      + (f"the newest are: {known}" if known else "no jobs exist"))
            return self._handle(job)

        return self._bridge.run(work)

    @property
    def last(self) -> JobHandle:
        """The job that was started last.

        Raises:
            UnknownJobError: no job has been started.
        """
        def work() -> JobHandle:
            parts = {part.id for job in self._service.jobs.all() for part in job.sub_jobs}
            whole = [job for job in self._service.jobs.all() if job.id not in parts]
            if not whole:
                raise UnknownJobError("no job has been started yet")
            return self._handle(whole[-1])

        return self._bridge.run(work)

    def fail_next(
        self,
        error_code: str = "IMG.0061",
        reason: str | None = None,
        *,
        job_type: str | None = None,
        count: int = 1,
    ) -> None:
        """Let the next ``count`` jobs end in ``FAIL``, when their time is over.

        Args:
            error_code: an error code of the reference.
            reason: ``fail_reason``; by default the code's message.
            job_type: only jobs of this type, such as ``imsImportImageJob``.
            count: number of jobs.

        Raises:
            UsageError: the error code or type is unknown, or ``count`` is not a positive integer.
        """
        self._bridge.run(lambda: self._service.jobs.fail_next(error_code, reason, job_type=job_type,
                                                              count=count))

    def __iter__(self) -> Iterator[JobHandle]:
        return iter(self._bridge.run(
            lambda: [self._handle(job) for job in self._service.jobs.all()]))

    def __len__(self) -> int:
        return self._bridge.run(lambda: len(self._service.jobs.all()))

    def __contains__(self, job_id: object) -> bool:
        return self._bridge.run(
            lambda: isinstance(job_id, str) and self._service.jobs.get(job_id) is not None)

    def _told(self) -> str:
        begun = self._service.begun_jobs  # no bridge: a repr must work in every thread
        jobs = [] if begun is None else begun.as_they_are()
        shown = [f"{job.type.name} {job.status}" for job in jobs[:_SHOWN]]
        more = ["…"] if len(jobs) > _SHOWN else []
        return f"{len(jobs)}" + (f" ({', '.join(shown + more)})" if shown else "")

    def _handle(self, job: Job) -> JobHandle:
        return JobHandle(self._service, self._bridge, job)
