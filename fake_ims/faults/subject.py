"""What a request is about: images and jobs that it names, as they are before it does its work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..contract.jobs import JOB_STATUSES
from ..contract.operations import BY_ID
from ..domain.image import TRANSITIONS

if TYPE_CHECKING:
    from ..api.call import Call
    from ..domain.image import Image
    from ..domain.job import Job

IMAGE_STATUSES = tuple(name for name in TRANSITIONS if name != "deleted")
STATUSES = (*IMAGE_STATUSES, *JOB_STATUSES)


def has_image(operation: str) -> bool:
    """Whether requests of the operation name an image in their path."""
    return operation in BY_ID and "{image_id}" in BY_ID[operation].path


def may_name_image(operation: str) -> bool:
    """Whether they name images in their path or body."""
    return has_image(operation) or (operation in BY_ID and BY_ID[operation].body == "json")


def has_job(operation: str) -> bool:
    """Whether requests of the operation name a job."""
    return operation in BY_ID and "{job_id}" in BY_ID[operation].path


def names(call: Call, document: object) -> Iterator[str]:
    """Ids and names of images that a request names.

    The one of the path; in requests that have none there (creating an image, sharing a batch),
    those that the JSON body names.
    """
    in_path = call.params.get("image_id")
    if in_path is not None:
        yield in_path
    elif isinstance(document, dict):
        for key in ("id", "name", "image_id"):
            if isinstance(document.get(key), str):
                yield document[key]
        listed = document.get("images")
        if isinstance(listed, list):
            yield from (name for name in listed if isinstance(name, str))


def images(call: Call, document: object) -> Iterator[Image]:
    """The images of those ids, with every change of status that is due by now."""
    call.service.transitions.settle()
    for name in names(call, document):
        image = call.service.store.get(name)
        if image is not None:
            yield image


def job(call: Call) -> Job | None:
    """The job that the path names, likewise; None if there is none."""
    job_id = call.params.get("job_id")
    jobs = call.service.begun_jobs
    return None if job_id is None or jobs is None else jobs.get(job_id)


def status(call: Call) -> tuple[str, str] | None:
    """Id and status of the image or job that the path names; None if it names none there is."""
    found = job(call) or next(images(call, None), None)
    return None if found is None else (found.id, found.status)
