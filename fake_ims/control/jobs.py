"""Control: asynchronous jobs in the hands of the test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..documents import schemas
from ..documents.schemas import ERROR, NAME, says, table
from ..errors import UnknownJobError
from .route import Control, ControlError, Route

if TYPE_CHECKING:
    from ..fake.jobs import JobHandle


def told(job: JobHandle) -> dict[str, object]:
    """A job as the control API shows it."""
    return {"id": job.id, "type": job.type, "status": job.status, "progress": job.progress,
            "error_code": job.error_code, "fail_reason": job.fail_reason,
            "entities": job.entities}


def _find(control: Control) -> JobHandle:
    try:
        if control.params["job"] == "last":
            return control.fake.jobs.last
        return control.fake.jobs[control.params["job"]]
    except UnknownJobError as error:
        raise ControlError(404, str(error)) from None


def _list(control: Control) -> dict[str, object]:
    return {"jobs": [told(job) for job in control.fake.jobs]}


def _start(control: Control) -> dict[str, object]:
    job = _find(control)
    job.start(**control.body)
    return told(job)


def _succeed(control: Control) -> dict[str, object]:
    job = _find(control)
    job.succeed()
    return told(job)


def _fail(control: Control) -> dict[str, object]:
    job = _find(control)
    job.fail(**control.body)
    return told(job)


def _fail_next(control: Control) -> None:
    control.fake.jobs.fail_next(**control.body)


_ONE = "/jobs/{job}"
_FAILURE = table({"error_code": says(ERROR, "the error code"), "reason": says(NAME, "fail_reason")})

ROUTES = (
    Route("jobs", "GET", "/jobs", "All asynchronous jobs.", _list, answer="jobs, oldest first"),
    Route("jobs.show", "GET", _ONE, "A job, by id, or the last.",
          lambda control: told(_find(control)), answer="the job", errors=(404,)),
    Route("jobs.start", "POST", f"{_ONE}/start", "Let it run now.", _start,
          table({"progress": says({"type": "number", "minimum": 0, "maximum": 99},
                                 "stay at this progress, in percent")}),
          answer="the job", errors=(404,)),
    Route("jobs.succeed", "POST", f"{_ONE}/succeed", "Let it succeed now.", _succeed,
          answer="the job", errors=(404,)),
    Route("jobs.fail", "POST", f"{_ONE}/fail", "Let it fail now.", _fail, _FAILURE,
          answer="the job", errors=(404,)),
    Route("jobs.fail_next", "POST", "/job_failures", "Let jobs to come fail.", _fail_next,
          schemas.job_failure()),
)
