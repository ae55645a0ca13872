"""What every asynchronous operation does before its job begins, in one order for all.

The service checks format, permission, existence, state, quota, conflict. The format has been read
by ``domain.ims.reading`` before an undertaking is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..callers import Caller
from ..refusal import ImsError, Refused

if TYPE_CHECKING:
    from ...server.state import Service
    from ..job import Job


class Undertaking:
    """One request for a job.

    Args:
        service: the service.
        caller: who asks.
    """

    def __init__(self, service: Service, caller: Caller) -> None:
        self.service = service
        self.caller = caller

    def begin(self) -> Job:
        """Check everything in the service's order, then submit the job.

        Raises:
            ImsError, Refused: for the first rule that is broken.
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
        """May the caller do such a thing at all?"""
        if not self.caller.is_admin and "member" not in self.caller.roles:
            raise Refused("policy.denied", rule=type(self).__name__)

    def find(self) -> None:
        """Is everything there that the request names?"""
        raise NotImplementedError

    def check_state(self) -> None:
        """Is what it names in a state and of a kind that allows it?"""

    def check_flow(self) -> None:
        """Are not too many jobs of the caller's project under way?

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
        """Is there room for what it makes?"""

    def check_conflict(self) -> None:
        """Is nothing in the way, such as an equal thing that exists or is under way?"""

    def submit(self) -> Job:
        """Begin the job."""
        raise NotImplementedError
