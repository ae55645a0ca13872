"""The record of one asynchronous job."""

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
        """Start: the job becomes ``RUNNING``, and its images appear."""

    def succeed(self, now: float) -> None:
        """Finish: the job becomes ``SUCCESS``.

        Raises:
            ImsError: the work is impossible by now; the job fails with that code.
        """

    def fail(self, now: float, reason: str) -> None:
        """Fail: the job becomes ``FAIL``, possibly before it ran. Unfinished images are killed."""

    def entities(self) -> dict[str, Any]:
        """Return the current ``entities`` of the response, as the job's type defines them."""


@dataclass(frozen=True, slots=True)
class Order:
    """Settings of a fault for one job.

    Attributes:
        hangs_at: the percentage at which the job stops until ``Jobs.go_on``.
        fails_with: error code of the failure.
        lies: whether the job's images are killed when the job succeeds.
        begun: called with the job once it has been submitted.
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
        project_id: project of the caller who started it.
        work: what it does.
        due: when it ends: after a duration, at the Nth request for its status, or by hand.
        begun_at: instant of the request, seconds since the epoch.
        ended_at: instant of its end; None before.
        status: ``INIT``, ``RUNNING``, ``SUCCESS`` or ``FAIL``.
        progress: percentage that the test has set; None computes it from the clock.
        looks: number of requests for its status, for ``polls(N)``.
        fails_with: error code and reason of its planned failure; None if it will succeed.
        hangs_at: the percentage at which it stops; None if it does not hang.
        is_held: whether it would have ended by now if it did not hang.
        lies: whether its images are killed when it succeeds.
        sub_jobs: its sub-jobs; they share its times.
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

    def entities(self) -> dict[str, Any]:
        """Return what its type defines; of a failed job also the error code and its text.

        Source: "if the status is abnormal, an error code and details will be returned".
        """
        found = {} if self.type.contents == "sub_jobs" else self.work.entities()
        if self.status == FAIL:
            found |= {"error_code": self.error_code, "fail_reason": self.fail_reason}
        return found

    @property
    def is_over(self) -> bool:
        """Whether the job has succeeded or failed."""
        return self.status in (SUCCESS, FAIL)
