"""One asynchronous job, as the service keeps it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..contract.jobs import FAIL, INIT, SUCCESS
from ..contract.model import JobType
from .durations import Due


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


@dataclass(frozen=True, slots=True)
class Order:
    """What is to become of one job, whatever it does.

    Attributes:
        hangs_at: the percentage beyond which it does not get until ``Jobs.go_on``.
        fails_with: error code of its failure.
        lies: whether its images are killed when it succeeds.
        begun: called with the job when it has begun.
    """

    hangs_at: float | None = None
    fails_with: str | None = None
    lies: bool = False
    begun: Callable[[Job], object] | None = None


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
        progress: percentage that the test has set; None to reckon it from the clock.
        looks: of clients, for ``polls(N)``.
        fails_with: error code and reason of the failure to come; None if it is to succeed.
        hangs_at: the percentage beyond which it does not get; None if it does not hang.
        is_held: whether it would be over if it did not hang.
        lies: whether its images are killed when it succeeds.
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
    progress: float | None = None
    looks: int = 0
    error_code: str | None = None
    fail_reason: str | None = None
    fails_with: tuple[str, str] | None = None
    hangs_at: float | None = None
    is_held: bool = False
    lies: bool = False
    sub_jobs: list[Job] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """Whether it has succeeded or failed."""
        return self.status in (SUCCESS, FAIL)
