"""Multipart uploads: parts that become one object.

Source: pages *Initiating*, *Completing* and *Canceling a Multipart Upload Task*, *Uploading Parts*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from ..data import Blob
from ..ids import new_id
from ..refusal import Refused
from ..world.content import Content

if TYPE_CHECKING:
    from ..world import Bucket, StoredObject

MAX_PARTS = 10_000
MIN_PART = 100 * 1024


@dataclass(slots=True)
class Part:
    """A part that has arrived.

    Attributes:
        blob: its bytes.
        at: when, on the fake's clock.
    """

    blob: Blob
    at: float


@dataclass(slots=True)
class MultipartUpload:
    """An upload in progress.

    Attributes:
        id: its id.
        key: the key of the object to be.
        at: when it began, on the fake's clock.
        owner: id of the user who began it.
        facts: the headers of the object to be, as in ``StoredObject``.
        parts: by number.
    """

    id: str
    key: str
    at: float
    owner: str
    facts: Mapping[str, str]
    parts: dict[int, Part] = field(default_factory=dict)


def begin(bucket: Bucket, key: str, owner: str, facts: Mapping[str, str]) -> MultipartUpload:
    """Begin an upload."""
    upload = MultipartUpload(new_id().replace("-", "").upper(), key, bucket._now(), owner, facts)
    bucket._uploads[upload.id] = upload
    return upload


def find(bucket: Bucket, key: str, upload_id: str) -> MultipartUpload:
    """Return an upload of this key.

    Raises:
        Refused: ``obs.NoSuchUpload``.
    """
    upload = bucket._uploads.get(upload_id)
    if upload is None or upload.key != key:
        raise Refused("obs.NoSuchUpload")
    found: MultipartUpload = upload
    return found


def add_part(bucket: Bucket, upload: MultipartUpload, number: int, blob: Blob) -> None:
    """Keep a part, in place of one with the same number.

    Raises:
        Refused: ``obs.NoSuchUpload``: it has ended while the part was on its way.
    """
    if bucket._uploads.get(upload.id) is not upload:
        blob.close()
        raise Refused("obs.NoSuchUpload")
    before = upload.parts.get(number)
    upload.parts[number] = Part(blob, bucket._now())
    if before is not None:
        before.blob.close()


def complete(
    bucket: Bucket, upload: MultipartUpload, wanted: list[tuple[int, str]]
) -> StoredObject:
    """Make one object of the parts.

    Args:
        bucket: the bucket.
        upload: the upload, which ends.
        wanted: number and ETag of each part of the object, in order. Other parts are dropped.

    Raises:
        Refused: ``obs.InvalidPart``, ``obs.InvalidPartOrder`` or ``obs.EntityTooSmall``.
    """
    numbers = [number for number, _ in wanted]
    if any(one >= two for one, two in pairwise(numbers)):
        raise Refused("obs.InvalidPartOrder")
    for number, etag in wanted:
        part = upload.parts.get(number)
        if part is None or part.blob.md5 != etag:
            raise Refused("obs.InvalidPart", number=number)
    for number in numbers[:-1]:
        if upload.parts[number].blob.size < MIN_PART:
            raise Refused("obs.EntityTooSmall")
    del bucket._uploads[upload.id]
    kept = [upload.parts.pop(number).blob for number in numbers]
    _drop(upload)
    content = Content(list(kept), joined=True)
    return bucket._keep(upload.key, content, content.size, None, upload.facts)


def abort(bucket: Bucket, upload: MultipartUpload) -> None:
    """End an upload without an object."""
    del bucket._uploads[upload.id]
    _drop(upload)


def _drop(upload: MultipartUpload) -> None:
    for part in upload.parts.values():
        part.blob.close()
    upload.parts.clear()
