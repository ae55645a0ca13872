"""Objects: put, get, head, delete, and many deleted at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from email.utils import format_datetime, parsedate_to_datetime

from ...domain.refusal import Refused
from ...domain.sound import readable
from ...domain.world import StoredObject
from ...domain.world.buckets import META
from ...domain.world.content import Content
from ...profiles.answer import DONE, Answer
from ..call import Call
from ..native.data import requested_range
from ..registry import handles
from . import payload, xml
from .visit import Visit, visit

_KEPT = ("content-type", "cache-control", "content-disposition", "content-encoding",
         "content-language", "expires")
_MAX_DELETED = 1000
_ZEROS = bytes(64 * 1024)


def facts(seen: Visit) -> dict[str, str]:
    """Return the headers of a request that its object keeps."""
    own = f"{seen.prefix}{META}"
    found = {name: value for name, value in seen.asked.headers.items() if name in _KEPT}
    found.update((META + name[len(own):], value) for name, value in seen.asked.headers.items()
                 if name.startswith(own))
    encodings = [one.strip() for one in found.pop("content-encoding", "").split(",")]
    if encoding := ",".join(one for one in encodings if one not in ("", "aws-chunked")):
        found["content-encoding"] = encoding
    return {name: readable(value) for name, value in found.items()}


@handles("obs.objects.put")
async def put(call: Call) -> Answer:
    """Page *Uploading an Object - PUT*."""
    seen = visit(call)
    seen.bucket(call)
    blob = await payload.receive(call, seen)
    content = Content([blob])
    # The bucket may be another one by now, or gone.
    stored = seen.bucket(call)._keep(seen.place.key, content, blob.size, None, facts(seen))
    call.service.store.spool.tidy()
    return Answer(DONE, headers={**seen.headers(call), "ETag": f'"{stored.etag}"'})


@handles("obs.objects.get")
async def get(call: Call) -> Answer:
    """Page *Downloading an Object*. Bytes that nobody knows are zeros."""
    seen = visit(call)
    stored = _find(call, seen)
    headers = _headers(call, seen, stored)
    if _unchanged(seen, stored):
        return Answer(304, headers=headers)
    query = seen.asked.query()
    for name, value in query.items():
        if name.startswith("response-"):
            header = name.removeprefix("response-")
            if header not in _KEPT or not value.isprintable():
                raise Refused("obs.InvalidArgument", name=name)
            headers[header.title()] = value
    part = _range(call, stored.size)
    start, length = part or (0, stored.size)
    if part is not None:
        headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{stored.size}"
    kind = headers.pop("Content-Type", "binary/octet-stream")
    limit = min(length, call.service.journal.body_limit)
    return Answer(206 if part else 200, b"".join(_bytes(stored, start, limit)), kind, headers,
                  stream=_bytes(stored, start, length), length=length)


@handles("obs.objects.head")
async def head(call: Call) -> Answer:
    """Page *Querying Object Metadata*."""
    seen = visit(call)
    stored = _find(call, seen)
    headers = _headers(call, seen, stored)
    if _unchanged(seen, stored):
        return Answer(304, headers=headers)
    kind = headers.pop("Content-Type", "binary/octet-stream")
    part = _range(call, stored.size)
    length = stored.size if part is None else part[1]
    return Answer(206 if part else 200, content_type=kind,
                  headers={**headers, "Content-Length": str(length)})


@handles("obs.objects.delete")
async def delete(call: Call) -> Answer:
    """Page *Deleting an Object*. One that is not there counts as deleted."""
    seen = visit(call)
    seen.bucket(call).objects.pop(seen.place.key, None)
    call.service.store.spool.tidy()
    return Answer(DONE, headers=seen.headers(call))


@handles("obs.objects.delete_many")
async def delete_many(call: Call) -> Answer:
    """Page *Deleting Objects*."""
    seen = visit(call)
    bucket = seen.bucket(call)
    root = xml.parse(await payload.document(call, seen), "Delete")
    keys = [one.findtext("Key") for one in root.findall("Object")]
    named = [key for key in keys if key]
    if len(named) != len(keys) or not 0 < len(keys) <= _MAX_DELETED:
        raise Refused("obs.MalformedXML")
    for key in named:
        bucket.objects.pop(key, None)
    call.service.store.spool.tidy()
    quiet = (root.findtext("Quiet") or "").strip().lower() == "true"
    return seen.answer(call, "DeleteResult", [] if quiet else [
        ("Deleted", [("Key", key)]) for key in named])


def _find(call: Call, seen: Visit) -> StoredObject:
    stored = seen.bucket(call).objects.get(seen.place.key)
    if stored is None:
        raise Refused("obs.NoSuchKey")
    return stored


def _headers(call: Call, seen: Visit, stored: StoredObject) -> dict[str, str]:
    found = {**seen.headers(call), "ETag": f'"{stored.etag}"', "Accept-Ranges": "bytes",
             "Last-Modified": format_datetime(_modified(stored), usegmt=True)}
    for name, value in stored._facts.items():
        found[f"{seen.prefix}{name}" if name.startswith(META) else name.title()] = value
    return found


def _modified(stored: StoredObject) -> datetime:
    return datetime.fromtimestamp(int(stored._added), timezone.utc)


def _unchanged(seen: Visit, stored: StoredObject) -> bool:
    """Check the conditions of a request; return whether the answer is 304.

    Raises:
        Refused: ``obs.PreconditionFailed``.
    """
    headers, modified = seen.asked.headers, _modified(stored)
    if "if-match" in headers and not _names(headers["if-match"], stored):
        raise Refused("obs.PreconditionFailed", name="If-Match")
    until = _date(headers.get("if-unmodified-since"))
    if "if-match" not in headers and until is not None and modified > until:
        raise Refused("obs.PreconditionFailed", name="If-Unmodified-Since")
    if "if-none-match" in headers:
        return _names(headers["if-none-match"], stored)
    since = _date(headers.get("if-modified-since"))
    return since is not None and modified <= since


def _names(given: str, stored: StoredObject) -> bool:
    return any(one.strip().strip('"') in ("*", stored.etag) for one in given.split(","))


def _date(given: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(given or "")
    except (TypeError, ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=timezone.utc)


def _range(call: Call, size: int) -> tuple[int, int] | None:
    """Return start and length of the range; None for the whole object, also if it makes no sense.

    Raises:
        Refused: ``obs.InvalidRange``: it begins behind the end.
    """
    if "Range" not in call.headers:
        return None
    try:
        return requested_range(call, size)
    except Refused as refused:
        if refused.row.key == "range.start":
            raise Refused("obs.InvalidRange") from None
        return None


def _bytes(stored: StoredObject, start: int, length: int) -> Iterator[bytes]:
    content = stored._content
    known = 0 if content is None else max(0, min(length, content.size - start))
    if content is not None and known:
        yield from content.read(start, known)
    for position in range(known, length, len(_ZEROS)):
        yield _ZEROS[:length - position]
