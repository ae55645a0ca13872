"""``fake.jobs``: the asynchronous jobs in the hands of a test."""

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
    """One job, as it is now. Looks at a handle do not count as looks of a client."""

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
        """How much of it is done, in percent."""
        return self._look(self._service.jobs.progress)

    @property
    def error_code(self) -> str | None:
        """The error code of a failed job, such as ``IMG.0057``."""
        return self._look(lambda job: job.error_code)

    @property
    def fail_reason(self) -> str | None:
        """Why it has failed."""
        return self._look(lambda job: job.fail_reason)

    @property
    def entities(self) -> dict[str, Any]:
        """What ``entities`` tells of its work: ``image_id``, ``image_name``, ``results``."""
        return self._look(lambda job: job.work.entities())

    def start(self, progress: float | None = None) -> None:
        """Let it run now: ``RUNNING``; with ``progress`` (percent) it stays there.

        Raises:
            UsageError: it is over, or the percentage is none.
        """
        self._look(lambda job: self._service.jobs.start(job, progress))

    def go_on(self) -> None:
        """Let it go on, if a fault lets it hang; if its time is over, it ends now."""
        self._look(self._service.jobs.go_on)

    def succeed(self) -> None:
        """Let it succeed now.

        Raises:
            UsageError: it is over.
        """
        self._look(self._service.jobs.succeed)

    def fail(self, error_code: str = "IMG.0061", reason: str | None = None) -> None:
        """Let it fail now: what it was making is killed, or never was there.

        Args:
            error_code: an error code of the reference.
            reason: ``fail_reason``; by default the code's message.

        Raises:
            UsageError: it is over, or there is no such code.
        """
        self._look(lambda job: self._service.jobs.fail(job, error_code, reason))

    def _look(self, what: Callable[[Job], T]) -> T:
        def work() -> T:
            if self._service.jobs.get(self._job.id) is not self._job:
                raise UnknownJobError(f"job {self._job.id} went with a reset()")
            return what(self._job)

        return self._bridge.run(work)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, JobHandle) and self._job is other._job

    def __hash__(self) -> int:
        return hash(self._job)

    def __repr__(self) -> str:
        return f"<job {self._job.id} {self.type} {self._job.status}>"


class Jobs(Handle):
    """``fake.jobs``: iterate over them (oldest first), ``len()``, ``fake.jobs[job_id]``."""

    def __init__(self, service: Service, bridge: Bridge) -> None:
        self._service = service
        self._bridge = bridge

    def __getitem__(self, job_id: str) -> JobHandle:
        """The job of that id.

        Raises:
            UnknownJobError: there is none; the text names those that there are.
        """
        def work() -> JobHandle:
            job = self._service.jobs.get(job_id)
            if job is None:
                known = ", ".join(f"{one.id} ({one.type.name})"
                                  for one in self._service.jobs.all()[-10:])
                raise UnknownJobError(f"no job has the id {job_id!r}; "
                                      + (f"the newest are: {known}" if known else "there is none"))
            return self._handle(job)

        return self._bridge.run(work)

    @property
    def last(self) -> JobHandle:
        """The job that was begun last.

        Raises:
            UnknownJobError: there is none.
        """
        def work() -> JobHandle:
            parts = {part.id for job in self._service.jobs.all() for part in job.sub_jobs}
            whole = [job for job in self._service.jobs.all() if job.id not in parts]
            if not whole:
                raise UnknownJobError("there has been no job yet")
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
        """The next ``count`` jobs end ``FAIL``, when their time is over.

        Args:
            error_code: an error code of the reference.
            reason: ``fail_reason``; by default the code's message.
            job_type: only jobs of this type, such as ``imsImportImageJob``.
            count: how many.

        Raises:
            UsageError: no such code or type, or no such count.
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
