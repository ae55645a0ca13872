"""Control API: the world, which is everything around images (servers, disks, buckets, quota)."""

from __future__ import annotations

import dataclasses
from typing import Any

from ..documents import apply, schemas
from ..documents.schemas import NAME, says, table
from ..domain.world import Bucket, StoredObject
from ..errors import UsageError
from .paging import LIMIT, PAGE, first, limit, page
from .route import Control, ControlError, Route


def _record(record: Any) -> dict[str, object]:
    found = {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}
    if isinstance(found.get("data"), bytes):
        found["data"] = {"bytes": len(found["data"])}
    return found


def _object(one: StoredObject) -> dict[str, object]:
    content = one._content
    return {**_record(one), "data": None if content is None else {"bytes": content.size}}


def _bucket(bucket: Bucket, count: int) -> dict[str, object]:
    objects, more = first(bucket.objects.values(), count, _name)
    return {**_record(bucket), "objects": [_object(one) for one in objects], "next": more}


def _name(one: Any) -> str:
    return str(one.name)


def _id(one: Any) -> str:
    return str(one.id)


def _url(one: Any) -> str:
    return str(one.url)


def _world(control: Control) -> dict[str, object]:
    world = control.fake.world
    count = limit(control)
    found: dict[str, object] = {"known_only": world.known_only, "quota": world.quota,
                                "max_jobs": world.max_jobs, "has_kms": world.has_kms,
                                "failing_stores": world.failing_stores,
                                "account": _record(world.account),
                                "outages": sorted(world.outages)}
    more: dict[str, str | None] = {}
    buckets, more["buckets"] = first(world.buckets, count, _name)
    found["buckets"] = [_bucket(one, count) for one in buckets]
    urls, more["urls"] = first(world.urls, count, _url)
    found["urls"] = [_record(one) for one in urls]
    for name in schemas.shelves():
        records, more[name] = first(getattr(world, name), count, _id)
        found[name] = [_record(one) for one in records]
    found["next"] = {name: marker for name, marker in more.items() if marker is not None}
    return found


def _records(control: Control) -> dict[str, object]:
    name = control.params["shelf"]
    found, more = page(control, _shelf(control), _id)
    return {name: [_record(one) for one in found], "next": more}


def _buckets(control: Control) -> dict[str, object]:
    found, more = page(control, control.fake.world.buckets, _name)
    return {"buckets": [_bucket(one, limit(control)) for one in found], "next": more}


def _urls(control: Control) -> dict[str, object]:
    found, more = page(control, control.fake.world.urls, _url)
    return {"urls": [_record(one) for one in found], "next": more}


def _put_url(control: Control) -> dict[str, object]:
    return _record(apply.add_url(control.fake.world, control.body))


def _remove_url(control: Control) -> None:
    urls, url = control.fake.world.urls, control.query.get("url", "")
    if url not in urls:
        raise ControlError(404, f"unknown url {url!r}; give it as ?url=…, percent-encoded")
    urls.remove(url)


def _objects(control: Control) -> dict[str, object]:
    bucket = control.fake.world.buckets.get(control.params["bucket"])
    if bucket is None:
        raise ControlError(404, f"unknown bucket {control.params['bucket']!r}")
    found, more = page(control, bucket.objects.values(), _name)
    return {"objects": [_record(one) for one in found], "next": more}


def _set(control: Control) -> dict[str, object]:
    apply.change_world(control.fake.world, control.body)
    return _world(control)


def _shelf(control: Control) -> Any:
    name = control.params["shelf"]
    if name not in schemas.shelves():
        raise ControlError(404, f"unknown kind of record {name!r}; use one of "
                           f"{', '.join(sorted(schemas.shelves()))}")
    return getattr(control.fake.world, name)


def _remove(control: Control) -> None:
    try:
        _shelf(control).remove(control.params["id"])
    except UsageError as error:
        raise ControlError(404, str(error)) from None


def _put(control: Control) -> dict[str, object]:
    buckets, name = control.fake.world.buckets, control.params["bucket"]
    is_new = name not in buckets
    bucket = buckets[name]
    try:
        return _object(apply.add_object(bucket, control.body))
    except UsageError:
        if is_new:
            buckets.remove(name)
        raise


def _remove_bucket(control: Control) -> None:
    try:
        control.fake.world.buckets.remove(control.params["bucket"])
    except UsageError as error:
        raise ControlError(404, str(error)) from None


ROUTES = (
    Route("world", "GET", "/world",
          "Show the world around images: servers, disks, buckets, quota and more.", _world,
          query=LIMIT, answer="the world; of each list the first page; next: the markers of the "
          "lists that have more"),
    Route("world.set", "PATCH", "/world",
          "Add records and buckets to the world, and change its other settings.", _set,
          table({name: schema for name, schema in schemas.world()["properties"].items()}),
          answer="the world"),
    Route("world.buckets", "GET", "/world/buckets", "List the buckets.", _buckets, query=PAGE,
          answer="the buckets, of each the first objects; next: the marker of the next page"),
    Route("world.urls", "GET", "/world/urls",
          "List the URLs from which imports get data.", _urls, query=PAGE,
          answer="the URLs; next: the marker of the next page"),
    Route("world.put_url", "POST", "/world/urls",
          "Say what a URL returns to imports, in place of what it returned.", _put_url,
          schemas.web_file(), answer="the URL"),
    Route("world.remove_url", "DELETE", "/world/urls",
          "Remove the URL of ?url=: imports from it fail.", _remove_url,
          query={"url": says(NAME, "the URL")}, errors=(404,)),
    Route("world.objects", "GET", "/world/buckets/{bucket}/objects",
          "List the objects in a bucket.", _objects, query=PAGE,
          answer="the objects; next: the marker of the next page", errors=(404,)),
    Route("world.list", "GET", "/world/{shelf}",
          "List the records of one kind, for example /world/servers.", _records, query=PAGE,
          answer="the records; next: the marker of the next page", errors=(404,)),
    Route("world.put", "POST", "/world/buckets/{bucket}/objects",
          "Put an object into a bucket. A missing bucket is created.", _put,
          schemas.stored_object(), answer="the object"),
    Route("world.remove_bucket", "DELETE", "/world/buckets/{bucket}", "Remove a bucket.",
          _remove_bucket, errors=(404,)),
    Route("world.remove", "DELETE", "/world/{shelf}/{id}",
          "Remove a record, for example /world/servers/ID.", _remove, errors=(404,)),
)
