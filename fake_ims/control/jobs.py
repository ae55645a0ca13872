"""Control API: start, finish and fail asynchronous jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..documents import schemas
from ..documents.schemas import ERROR, NAME, says, table
from ..errors import UnknownJobError
from .paging import PAGE, page
from .route import Control, ControlError, Route

if TYPE_CHECKING:
    from ..fake.jobs import JobHandle


def told(job: JobHandle) -> dict[str, object]:
    """Return a job as a JSON document."""
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
    found, more = page(control, control.fake.jobs, lambda job: job.id)
    return {"jobs": [told(job) for job in found], "next": more}


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
_FAILURE = table({"error_code": says(ERROR, "error code of the job"),
                  "reason": says(NAME, "fail_reason of the job")})

ROUTES = (
    Route("jobs", "GET", "/jobs", "List the asynchronous jobs.", _list, query=PAGE,
          answer="the jobs, oldest first; next: the marker of the next page"),
    Route("jobs.show", "GET", _ONE, "Show a job, by id; 'last' is the newest job.",
          lambda control: told(_find(control)), answer="the job", errors=(404,)),
    Route("jobs.start", "POST", f"{_ONE}/start", "Set the job to RUNNING.", _start,
          table({"progress": says({"type": "number", "minimum": 0, "maximum": 99},
                                 "progress in percent; the job then stays there")}),
          answer="the job", errors=(404,)),
    Route("jobs.succeed", "POST", f"{_ONE}/succeed", "Finish the job with SUCCESS.", _succeed,
          answer="the job", errors=(404,)),
    Route("jobs.fail", "POST", f"{_ONE}/fail", "Finish the job with FAIL.", _fail, _FAILURE,
          answer="the job", errors=(404,)),
    Route("jobs.fail_next", "POST", "/job_failures", "Make future jobs fail.", _fail_next,
          schemas.job_failure()),
)
