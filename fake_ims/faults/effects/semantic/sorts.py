"""The sorts of operations that an effect supports, as rules over the contract."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ....contract.model import Operation


@dataclass(frozen=True)
class Sort:
    """A group of operations.

    Attributes:
        says: a description for messages: "requests that ...".
        holds: returns whether an operation belongs to the group.
    """

    says: str
    holds: Callable[[Operation], bool]

    def includes(self, operation: Operation | None) -> bool:
        """Return whether a request of this operation, or without one, belongs to the group."""
        return operation is not None and self.holds(operation)


def _does(row: Operation, *verbs: str) -> bool:
    return any(action.rpartition(":")[2] in verbs for action in row.actions)


def _reads(row: Operation) -> bool:
    verbs = {action.rpartition(":")[2] for action in row.actions}
    return row.method in ("GET", "HEAD", "OPTIONS") or (bool(verbs) and verbs <= {"get", "list"})


def _moves_data(row: Operation) -> bool:
    return row.path.endswith("/{image_id}/file")


def _begins_job(row: Operation) -> bool:
    return row.face == "ims" and row.body == "json" and row.success == 200 and not _reads(row)


def _makes_image(row: Operation) -> bool:
    # A copy into another region counts in that region, which the fake does not have.
    return (row.method == "POST" and _does(row, "create", "copy")
            and not row.path.endswith("/cross_region_copy"))


def _reads_images(row: Operation) -> bool:
    return (_reads(row) and _does(row, "get", "list") and row.face != "identity"
            and not _moves_data(row) and not row.path.endswith(("/os_version", "/quota")))


READS = Sort("requests that read images without their data", _reads_images)
LISTS = Sort("lists of images", lambda row: (
    row.method == "GET" and _does(row, "list")
    and row.path.endswith(("images", "images/detail"))))
LINKED_LISTS = Sort("lists of images that link to the next page", lambda row: (
    row.id == "images.list"))
CHANGES = Sort("requests that change something and contain no image data", lambda row: (
    not _reads(row) and row.body != "octets"))
UPLOADS = Sort("uploads of an image's data", lambda row: (
    row.body == "octets" and _moves_data(row)))
FILLS = Sort("requests that upload or import an image's data", lambda row: (
    UPLOADS.holds(row) or row.path.endswith("/{image_id}/import")))
DOWNLOADS = Sort("downloads of an image's data", lambda row: (
    row.method == "GET" and _moves_data(row)))
DELETES = Sort("requests that delete an image", lambda row: (
    row.method == "DELETE" and row.path.endswith("/images/{image_id}")))
NAMES_IMAGE = Sort("requests that name an image in their path", lambda row: (
    "images/{image_id}" in row.path))
BEGINS_JOB = Sort("requests that start a job", _begins_job)
JOB_FILLS_IMAGE = Sort("requests that start a job that creates or fills an image", lambda row: (
    _begins_job(row) and (_makes_image(row) or _does(row, "upload"))))
MAKES_IMAGE = Sort("requests that create an image", _makes_image)
WITH_TOKEN = Sort("requests that need a token", lambda row: row.auth)
