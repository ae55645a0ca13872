"""Match requests for jobs in a given status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...contract.jobs import JOB_STATUSES
from ...errors import unknown
from ..kinds import Kind, Scope, Setting, Values
from ..subject import has_job, job
from . import Match

if TYPE_CHECKING:
    from ...api.call import Call


@dataclass(frozen=True)
class JobInStatus(Match):
    """Matches requests for a job that has this status when the request arrives."""

    status: str

    def narrow(self, operations: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(filter(has_job, operations))

    def matches(self, call: Call, document: object) -> bool:
        found = job(call)
        return found is not None and found.status == self.status

    def __str__(self) -> str:
        return f"for {self.status} jobs"


def _build(values: Values, scope: Scope) -> JobInStatus:
    if values["job_status"] not in JOB_STATUSES:
        raise unknown("job status", values["job_status"], JOB_STATUSES)
    return JobInStatus(values["job_status"])


KIND = Kind("match", (
    Setting("job_status", {"enum": list(JOB_STATUSES)},
            "only requests for jobs that have this status when the request arrives"),
), _build)
