"""Image data: upload and download, with ranges."""

from __future__ import annotations

import re
import sys

from ...domain import access
from ...domain.data import Blob
from ...domain.image import Image
from ...domain.refusal import Refused
from ...domain.spool import StorageError
from ...profiles.answer import Answer
from ..call import Call
from ..registry import handles
from .images import no_content

OCTETS = "application/octet-stream"
# As Glance's web framework reads them: the rest of the header is ignored.
_RANGE = re.compile(r"bytes *= *(\d{0,99}) *- *(\d{0,99})", re.I)
_CONTENT_RANGE = re.compile(r"bytes (\d{1,99})-(\d{1,99})/(\d{1,99}|\*)")


def check_media_type(call: Call) -> None:
    """Check that an upload is an octet stream.

    Raises:
        Refused: ``data.media_type``.
    """
    given = call.headers.get("Content-Type")
    media_type = None if given is None else given.partition(";")[0].strip()
    if media_type != OCTETS:
        raise Refused("data.media_type", content_type=media_type)


def announced_size(call: Call) -> int | None:
    """Return the size that the client announces in a header.

    Raises:
        Refused: ``data.size_header``.
    """
    given = call.headers.get("x-openstack-image-size")
    if given is None:
        return None
    try:
        return int(given)
    except ValueError:
        raise Refused("data.size_header") from None


async def receive(call: Call, image: Image, expected: int | None) -> Blob:
    """Read the bytes of an upload as they arrive, in constant memory.

    Raises:
        Refused: the number of bytes differs from the announced one.
    """
    blob = Blob(call.service.store.spool,
                call.service.profile.options.hashing_algorithm)
    try:
        async for chunk in call.chunks():
            blob.write(chunk)
            if blob.size > call.service.profile.options.image_size_cap:
                raise Refused("data.too_large")
            if expected and blob.size > expected:
                raise Refused("data.size_exceeds", expected=expected, received=blob.size)
        if expected and blob.size != expected:
            raise Refused("data.size_differs", expected=expected, received=blob.size)
    except StorageError as error:
        blob.close()
        call.service.uploads.abort(image, str(error))
        raise Refused("data.storage_full" if error.is_full else "data.storage_denied",
                      reason=error) from None
    except BaseException:
        blob.close()
        call.service.uploads.abort(image, "the upload broke off")
        raise
    blob.finish()
    call.exchange.request_size = blob.size
    call.exchange.request_body = blob.head(call.service.journal.body_limit)
    return blob


@handles("images.upload")
async def upload(call: Call) -> Answer:
    """Page *Uploading an Image*."""
    service = call.service
    check_media_type(call)
    expected = announced_size(call)
    options = service.profile.options
    store = None
    if options.stores:
        store = call.headers.get("x-image-meta-store", options.default_backend)
    if store is not None and store not in options.stores:
        raise Refused("data.store", store=store)
    if (call.request.content_length or 0) > service.profile.options.image_size_cap:
        raise Refused("data.too_large")
    image = service.uploads.begin(call.known_caller, call.params["image_id"])
    blob = await receive(call, image, expected)
    if store is not None and service.store_fails(store):
        blob.close()
        service.uploads.abort(image, f"store {store} fails")
        raise Refused("data.store_fails")
    service.uploads.end(image, blob, store)
    return no_content()


@handles("images.download")
async def download(call: Call) -> Answer:
    """Return the bytes of an image, or a range of them."""
    service, caller = call.service, call.known_caller
    image = service.images.get(caller, call.params["image_id"])
    if image.status == "deactivated" and not caller.is_admin:
        raise Refused("data.deactivated")
    access.require("download_image", caller, image)
    for store in call.query.get("prefer", "").split(","):
        if store.strip() and store.strip() not in service.profile.options.stores:
            raise Refused("store.prefer_unknown", store=store.strip())
    blob = image.data
    if blob is None or image.status in ("saving", "importing"):
        requested_range(call, sys.maxsize)  # a malformed range is refused even without data
        return Answer(204)
    part = requested_range(call, blob.size)
    start, length = part or (0, blob.size)
    if part is None and service.profile.options.image_cache_dir:
        service.cache.downloaded(image.id, blob.size, service.clock.now())
    headers = {"Content-MD5": blob.md5}
    if part is not None:
        headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{blob.size}"
    return Answer(206 if part else 200, content_type=OCTETS, headers=headers,
                  body=b"".join(blob.read(start, min(length, service.journal.body_limit))),
                  stream=blob.read(start, length), length=length)


def requested_range(call: Call, size: int) -> tuple[int, int] | None:
    """Return start and length of the requested range; None for the whole image.

    ``Range`` takes precedence. ``Content-Range`` in a request is an old form that Glance accepts.
    Raises:
        Refused: 416, or 400 for several ranges.
    """
    given = call.headers.get("Range")
    if given is not None:
        return _range(given, size)
    given = call.headers.get("Content-Range")
    return None if given is None else _content_range(given, size)


def _range(given: str, size: int) -> tuple[int, int]:
    if "," in given:
        raise Refused("range.multiple")
    match = _RANGE.match(given.strip())
    if match is None or not (match[1] or match[2]):
        raise Refused("range.header")
    if not match[1]:
        suffix = int(match[2])
        if not suffix and not size:
            raise Refused("range.start", last=-1)
        start = size - suffix if 0 < suffix < size else 0
        return start, size - start
    start = int(match[1])
    last = int(match[2]) if match[2] else size - 1
    if match[2] and last < start:
        raise Refused("range.header")
    if start >= size:
        raise Refused("range.start", last=size - 1)
    return start, min(last, size - 1) - start + 1


def _content_range(given: str, size: int) -> tuple[int, int]:
    match = _CONTENT_RANGE.match(given.strip())
    if match is None:
        raise Refused("range.content_header")
    start, stop = int(match[1]), int(match[2]) + 1
    if stop <= start or (match[3] != "*" and stop > int(match[3])):
        raise Refused("range.content_header")
    if match[3] == "*" and stop > size:
        raise Refused("range.content_stop", last=size - 1)
    if start >= size:
        raise Refused("range.content_start", last=size - 1)
    return start, min(stop, size) - start
