"""Buckets, and lists of what is in them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from datetime import datetime, timezone
from urllib.parse import quote

from ...domain.numbers import whole
from ...domain.obs.listing import Page, page
from ...domain.refusal import Refused
from ...domain.world import Bucket
from ...errors import UsageError
from ...profiles.answer import DONE, Answer
from ..call import Call
from ..registry import handles
from . import payload, xml
from .visit import Visit, visit

_MOST = 1000
_CLASSES = {"STANDARD": "STANDARD", "WARM": "WARM", "COLD": "COLD", "STANDARD_IA": "WARM",
            "GLACIER": "COLD"}


def when(at: float) -> str:
    """Return a time as OBS's documents have it."""
    moment = datetime.fromtimestamp(at, timezone.utc)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def owner(call: Call) -> xml.Node:
    """Return the owner of everything: the account."""
    return "Owner", [("ID", call.service.profile.domain[0]),
                     ("DisplayName", call.service.profile.domain[1])]


def number(seen: Visit, name: str, most: int = _MOST) -> int:
    """Return a number of the query, by default and at most ``most``.

    Raises:
        Refused: ``obs.InvalidArgument``.
    """
    given = whole(seen.asked.query().get(name) or str(most))
    if given is None:
        raise Refused("obs.InvalidArgument", name=name)
    return min(given, most)


@handles("obs.api_version")
async def api_version(call: Call) -> Answer:
    """Say that the service knows the scheme ``OBS``."""
    seen = visit(call)
    if seen.place.bucket:
        seen.bucket(call)
    return Answer(DONE, headers={**seen.headers(call), "x-obs-api": "3.0", "Content-Length": "0"})


@handles("obs.buckets.list")
async def list_buckets(call: Call) -> Answer:
    """Page *Listing Buckets*."""
    seen = visit(call)
    return seen.answer(call, "ListAllMyBucketsResult", [
        owner(call),
        ("Buckets", [("Bucket", [
            ("Name", bucket.name), ("CreationDate", when(bucket._added)),
            ("Location", bucket.region), ("BucketType", "OBJECT"),
        ]) for bucket in sorted(call.service.world.buckets, key=lambda one: one.name)]),
    ])


@handles("obs.buckets.create")
async def create(call: Call) -> Answer:
    """Page *Creating a Bucket*."""
    seen = visit(call)
    buckets, name = call.service.world.buckets, seen.place.bucket
    body = await payload.document(call, seen)
    region = call.service.region
    if body.strip():
        root = xml.parse(body, "CreateBucketConfiguration")
        region = root.findtext("Location") or root.findtext("LocationConstraint") or region
    headers = seen.asked.headers
    asked = (headers.get(f"{seen.prefix}storage-class") or headers.get("x-default-storage-class")
             or "STANDARD")
    if asked not in _CLASSES:
        raise Refused("obs.InvalidArgument", name="the storage class")
    found = buckets.get(name)
    if found is None:
        try:
            buckets.add(name, region=region, storage_class=_CLASSES[asked])
        except UsageError:
            raise Refused("obs.InvalidBucketName", name=name) from None
    elif found.region != region:
        raise Refused("obs.BucketAlreadyExists")
    return Answer(DONE, headers={**seen.headers(call), "Location": f"/{name}"})


@handles("obs.buckets.head")
async def head(call: Call) -> Answer:
    """Page *Obtaining Bucket Metadata*."""
    seen = visit(call)
    bucket = seen.bucket(call)
    named = "bucket-location" if seen.dialect == "obs" else "bucket-region"
    return Answer(DONE, content_type=xml.MEDIA_TYPE, headers={
        **seen.headers(call), f"{seen.prefix}{named}": bucket.region,
        f"{seen.prefix}storage-class": bucket.storage_class, "x-obs-version": "3.0",
        "Content-Length": "0"})


@handles("obs.buckets.location")
async def location(call: Call) -> Answer:
    """Page *Obtaining Bucket Location*."""
    seen = visit(call)
    body = xml.document("Location" if seen.dialect == "obs" else "LocationConstraint", (),
                        seen.dialect)
    region = seen.bucket(call).region.encode()
    return Answer(DONE, body.replace(b"></", b">" + region + b"</"), xml.MEDIA_TYPE,
                  seen.headers(call))


@handles("obs.buckets.delete")
async def delete(call: Call) -> Answer:
    """Page *Deleting Buckets*: an empty bucket only."""
    seen = visit(call)
    bucket = seen.bucket(call)
    if bucket.objects or bucket._uploads:
        raise Refused("obs.BucketNotEmpty")
    call.service.world.buckets.remove(bucket.name)
    return Answer(DONE, headers=seen.headers(call))


@handles("obs.objects.list")
async def list_objects(call: Call) -> Answer:
    """Pages *Listing Objects in a Bucket* and *… (V2)*."""
    seen = visit(call)
    bucket, query = seen.bucket(call), seen.asked.query()
    most = number(seen, "max-keys")
    second = query.get("list-type") == "2"
    prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
    after = query.get("start-after", "") if second else query.get("marker", "")
    token = query.get("continuation-token") if second else None
    if token:
        after = _decoded(token)
    found = page(bucket.objects, prefix, after, delimiter, most)
    shown = _shown(query)
    nodes: list[xml.Node] = [("Name", bucket.name), ("Prefix", shown(prefix))]
    if second:
        nodes.append(("KeyCount", len(found.keys) + len(found.prefixes)))
        if token:
            nodes.append(("ContinuationToken", token))
        if query.get("start-after"):
            nodes.append(("StartAfter", shown(query["start-after"])))
        if found.last:
            nodes.append(("NextContinuationToken", _encoded(found.last)))
    else:
        nodes.append(("Marker", shown(after)))
        if found.last:
            nodes.append(("NextMarker", shown(found.last)))
    nodes.append(("MaxKeys", most))
    if delimiter:
        nodes.append(("Delimiter", shown(delimiter)))
    if query.get("encoding-type") == "url":
        nodes.append(("EncodingType", "url"))
    nodes.append(("IsTruncated", bool(found.last)))
    nodes += [_listed(call, bucket, key, shown(key), not second or "fetch-owner" in query)
              for key in found.keys]
    nodes += [("CommonPrefixes", [("Prefix", shown(one))]) for one in found.prefixes]
    return seen.answer(call, "ListBucketResult", nodes)


def _listed(call: Call, bucket: Bucket, key: str, shown: str, owned: bool) -> xml.Node:
    one = bucket.objects[key]
    return "Contents", [("Key", shown), ("LastModified", when(one._added)),
                        ("ETag", f'"{one.etag}"'), ("Size", one.size),
                        *([owner(call)] if owned else []),
                        ("StorageClass", bucket.storage_class)]


@handles("obs.uploads.list")
async def list_uploads(call: Call) -> Answer:
    """Page *Listing Initiated Multipart Uploads in a Bucket*."""
    seen = visit(call)
    bucket, query = seen.bucket(call), seen.asked.query()
    most = number(seen, "max-uploads")
    prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
    marker = (query.get("key-marker", ""), query.get("upload-id-marker", ""))
    shown = _shown(query)
    every = sorted((one for one in bucket._uploads.values()
                    if one.key.startswith(prefix) and (
                        one.key > marker[0] or (marker[1] and (one.key, one.id) > marker))),
                   key=lambda one: (one.key, one.id))
    grouped: Page = page((one.key for one in every), prefix, "", delimiter, len(every))
    listed = [one for one in every if one.key in set(grouped.keys)] if delimiter else every
    rest, listed = listed[most:], listed[:most]
    nodes: list[xml.Node] = [
        ("Bucket", bucket.name), ("KeyMarker", shown(marker[0])), ("UploadIdMarker", marker[1]),
        ("Delimiter", shown(delimiter)), ("Prefix", shown(prefix)), ("MaxUploads", most),
        ("IsTruncated", bool(rest and listed))]
    if rest and listed:
        nodes += [("NextKeyMarker", shown(listed[-1].key)),
                  ("NextUploadIdMarker", listed[-1].id)]
    if query.get("encoding-type") == "url":
        nodes.append(("EncodingType", "url"))
    nodes += [("Upload", [("Key", shown(one.key)), ("UploadId", one.id),
                          ("Initiator", [("ID", one.owner)]), owner(call),
                          ("StorageClass", bucket.storage_class), ("Initiated", when(one.at))])
              for one in listed]
    nodes += [("CommonPrefixes", [("Prefix", shown(one))]) for one in grouped.prefixes]
    return seen.answer(call, "ListMultipartUploadsResult", nodes)


def _shown(query: dict[str, str]) -> Callable[[str], str]:
    """Return how keys are shown: as they are, or percent-encoded if the client asks for it."""
    if query.get("encoding-type") == "url":
        return lambda text: quote(text, safe="/-_.~*")
    return str


def _encoded(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode()


def _decoded(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token).decode()
    except (binascii.Error, ValueError):
        raise Refused("obs.InvalidArgument", name="continuation-token") from None
