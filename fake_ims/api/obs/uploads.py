"""Multipart uploads."""

from __future__ import annotations

from ...domain.numbers import whole
from ...domain.obs import uploads
from ...domain.obs.uploads import MAX_PARTS
from ...domain.refusal import Refused
from ...profiles.answer import DONE, Answer
from ..call import Call
from ..registry import handles
from . import payload, xml
from .buckets import number, owner, when
from .objects import facts
from .visit import visit


@handles("obs.uploads.begin")
async def begin(call: Call) -> Answer:
    """Page *Initiating a Multipart Upload*."""
    seen = visit(call)
    upload = uploads.begin(seen.bucket(call), seen.place.key, call.known_caller.user_id,
                           facts(seen))
    return seen.answer(call, "InitiateMultipartUploadResult", [
        ("Bucket", seen.place.bucket), ("Key", seen.place.key), ("UploadId", upload.id)])


@handles("obs.uploads.part")
async def part(call: Call) -> Answer:
    """Page *Uploading Parts*."""
    seen = visit(call)
    query = seen.asked.query()
    given = whole(query.get("partNumber", ""))
    if given is None or not 1 <= given <= MAX_PARTS:
        raise Refused("obs.InvalidArgument", name="partNumber")
    bucket = seen.bucket(call)
    upload = uploads.find(bucket, seen.place.key, query["uploadId"])
    blob = await payload.receive(call, seen)
    uploads.add_part(bucket, upload, given, blob)
    return Answer(DONE, headers={**seen.headers(call), "ETag": f'"{blob.md5}"'})


@handles("obs.uploads.parts")
async def parts(call: Call) -> Answer:
    """Page *Listing Uploaded Parts That Have Not Been Assembled*."""
    seen = visit(call)
    query = seen.asked.query()
    bucket = seen.bucket(call)
    upload = uploads.find(bucket, seen.place.key, query["uploadId"])
    most = number(seen, "max-parts")
    after = whole(query.get("part-number-marker") or "0")
    if after is None:
        raise Refused("obs.InvalidArgument", name="part-number-marker")
    numbers = sorted(one for one in upload.parts if one > after)
    shown, rest = numbers[:most], numbers[most:]
    nodes: list[xml.Node] = [
        ("Bucket", bucket.name), ("Key", upload.key), ("UploadId", upload.id),
        ("Initiator", [("ID", upload.owner)]), owner(call),
        ("StorageClass", bucket.storage_class), ("PartNumberMarker", after),
        ("NextPartNumberMarker", shown[-1] if shown else 0), ("MaxParts", most),
        ("IsTruncated", bool(rest and shown))]
    nodes += [("Part", [("PartNumber", one), ("LastModified", when(upload.parts[one].at)),
                        ("ETag", f'"{upload.parts[one].blob.md5}"'),
                        ("Size", upload.parts[one].blob.size)]) for one in shown]
    return seen.answer(call, "ListPartsResult", nodes)


@handles("obs.uploads.complete")
async def complete(call: Call) -> Answer:
    """Page *Completing a Multipart Upload*."""
    seen = visit(call)
    bucket = seen.bucket(call)
    upload_id = seen.asked.query()["uploadId"]
    uploads.find(bucket, seen.place.key, upload_id)
    root = xml.parse(await payload.document(call, seen), "CompleteMultipartUpload")
    wanted = []
    for one in root.findall("Part"):
        given = whole((one.findtext("PartNumber") or "").strip())
        if given is None:
            raise Refused("obs.MalformedXML")
        wanted.append((given, (one.findtext("ETag") or "").strip().strip('"')))
    if not wanted:
        raise Refused("obs.MalformedXML")
    upload = uploads.find(bucket, seen.place.key, upload_id)  # it may have ended meanwhile
    stored = uploads.complete(bucket, upload, wanted)
    return seen.answer(call, "CompleteMultipartUploadResult", [
        ("Location", f"{call.base_url}{call.path}"), ("Bucket", bucket.name),
        ("Key", stored.name), ("ETag", f'"{stored.etag}"')])


@handles("obs.uploads.abort")
async def abort(call: Call) -> Answer:
    """Page *Canceling a Multipart Upload Task*."""
    seen = visit(call)
    bucket = seen.bucket(call)
    uploads.abort(bucket, uploads.find(bucket, seen.place.key, seen.asked.query()["uploadId"]))
    return Answer(DONE, headers=seen.headers(call))
