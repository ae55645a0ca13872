"""Chapter *Image Jobs*."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...domain.clock import isotime
from ...domain.refusal import ImsError
from ...profiles.answer import Answer
from ..call import Call
from ..registry import handles
from .bodies import as_json

if TYPE_CHECKING:
    from ...domain.job import Job
    from ...server.state import Service


@handles("jobs.show")
async def show(call: Call) -> Answer:
    """Page *Querying the Status of an Asynchronous Job*."""
    caller = call.known_caller
    if not caller.is_admin and call.params["project_id"] != caller.project_id:
        raise ImsError("IMG.0030")
    return _answer(call)


@handles("cloudimages.job")
async def progress(call: Call) -> Answer:
    """``ShowJobProgress`` of Huawei's client: the same, without the project in the path."""
    return _answer(call)


def _answer(call: Call) -> Answer:
    service, caller = call.service, call.known_caller
    job = service.jobs.get(call.params["job_id"])
    if job is None or not (caller.is_admin or job.project_id == caller.project_id):
        raise ImsError("IMG.0023")
    service.jobs.look(job)
    return as_json(document(service, job))


def document(service: Service, job: Job) -> dict[str, Any]:
    """Render a job. Values that do not exist yet are null."""
    return {
        "status": job.status,
        "entities": _entities(service, job),
        "job_id": job.id,
        "job_type": job.type.name,
        "begin_time": _instant(job.begun_at),
        "end_time": None if job.ended_at is None else _instant(job.ended_at),
        "error_code": job.error_code,
        "fail_reason": job.fail_reason,
    }


def _entities(service: Service, job: Job) -> dict[str, Any]:
    entities = job.entities()
    if job.sub_jobs or job.type.contents == "sub_jobs":
        # Also of a system disk image with data disk images: a client must find all of them.
        entities["sub_jobs_result"] = [document(service, part) for part in job.sub_jobs]
        entities["sub_jobs_list"] = [part.id for part in job.sub_jobs]
    entities["process_percent"] = service.jobs.progress(job)
    entities["current_task"] = job.type.name
    return entities


def _instant(moment: float) -> str:
    """Format an instant with milliseconds, as in the examples of the page."""
    return f"{isotime(moment)[:-1]}.{int(moment * 1000) % 1000:03d}Z"
