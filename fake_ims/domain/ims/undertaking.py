"""The checks that every asynchronous operation makes before its job starts, in a fixed order.

The service checks format, permission, existence, state, quota, conflict. ``domain.ims.reading``
has checked the format before an undertaking is created.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from ..callers import Caller
from ..refusal import ImsError, Refused

if TYPE_CHECKING:
    from ...server.state import Service
    from ..job import Job


class Undertaking(ABC):
    """A request for a job.

    Args:
        service: the service.
        caller: who makes the request.
    """

    def __init__(self, service: Service, caller: Caller) -> None:
        self.service = service
        self.caller = caller

    def begin(self) -> Job:
        """Make all checks in the service's order, then submit the job.

        Raises:
            ImsError, Refused: for the first check that fails.
        """
        self.service.transitions.settle()
        self.permit()
        self.find()
        self.check_state()
        self.check_flow()
        self.check_quota()
        self.check_conflict()
        return self.submit()

    def permit(self) -> None:
        """Check that the caller may use the operation."""
        if not self.caller.is_admin and "member" not in self.caller.roles:
            raise Refused("policy.denied", rule=type(self).__name__)

    @abstractmethod
    def find(self) -> None:
        """Check that everything named in the request exists."""

    def check_state(self) -> None:
        """Check kind and state of what the request names."""
        return None

    def check_flow(self) -> None:
        """Check that the project has not too many running jobs.

        Raises:
            ImsError: ``IMG.0060``.
        """
        maximum = self.service.world.max_jobs
        if maximum is None:
            return
        open_jobs = sum(job.project_id == self.caller.project_id
                        for job in self.service.jobs.under_way())
        if open_jobs >= maximum:
            raise ImsError("IMG.0060")

    def check_quota(self) -> None:
        """Check the quota for the images to create."""
        return None

    def check_conflict(self) -> None:
        """Check for conflicts, such as an object that exists or an equal job that runs."""
        return None

    @abstractmethod
    def submit(self) -> Job:
        """Submit the job."""
