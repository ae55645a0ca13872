"""The images and jobs that a request names, as they are before it is handled."""

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
    """Return whether the operation's path names an image."""
    return operation in BY_ID and "{image_id}" in BY_ID[operation].path


def may_name_image(operation: str) -> bool:
    """Return whether the operation's path or body can name images."""
    return has_image(operation) or (operation in BY_ID and BY_ID[operation].body == "json")


def has_job(operation: str) -> bool:
    """Return whether the operation's path names a job."""
    return operation in BY_ID and "{job_id}" in BY_ID[operation].path


def names(call: Call, document: object) -> Iterator[str]:
    """Yield the ids and names of images that a request names.

    This is the image in the path. Without one (when creating an image or sharing several), these
    are the images in the JSON body.
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
    """Yield the existing images that a request names, with status changes that are due applied."""
    call.service.transitions.settle()
    for name in names(call, document):
        image = call.service.store.get(name)
        if image is not None:
            yield image


def job(call: Call) -> Job | None:
    """Return the job that the path names; None if there is none."""
    job_id = call.params.get("job_id")
    jobs = call.service.begun_jobs
    return None if job_id is None or jobs is None else jobs.get(job_id)


def status(call: Call) -> tuple[str, str] | None:
    """Return id and status of the image or job in the path; None if there is none."""
    found = job(call) or next(images(call, None), None)
    return None if found is None else (found.id, found.status)
