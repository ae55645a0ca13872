"""Control API: the world, which is everything around images (servers, disks, buckets, quota)."""

from __future__ import annotations

import dataclasses
from typing import Any

from ..documents import apply, schemas
from ..documents.schemas import table
from ..domain.world import Bucket, StoredObject
from ..errors import UsageError
from .route import Control, ControlError, Route


def _record(record: Any) -> dict[str, object]:
    return {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}


def _object(one: StoredObject) -> dict[str, object]:
    found = _record(one)
    found["data"] = None if one.data is None else {"bytes": len(one.data)}
    return found


def _bucket(bucket: Bucket) -> dict[str, object]:
    return {**_record(bucket), "objects": [_object(one) for one in bucket.objects.values()]}


def _world(control: Control) -> dict[str, object]:
    world = control.fake.world
    found: dict[str, object] = {"known_only": world.known_only, "quota": world.quota,
                                "max_jobs": world.max_jobs, "has_kms": world.has_kms,
                                "account": _record(world.account),
                                "outages": sorted(world.outages),
                                "buckets": [_bucket(one) for one in world.buckets]}
    for name in schemas.shelves():
        found[name] = [_record(one) for one in getattr(world, name)]
    return found


def _set(control: Control) -> dict[str, object]:
    apply.change_world(control.fake.world, control.body)
    return _world(control)


def _shelf(control: Control) -> Any:
    return getattr(control.fake.world, control.params["shelf"])


def _remove(control: Control) -> None:
    name = control.params["shelf"]
    if name not in schemas.shelves():
        raise ControlError(404, f"unknown kind of record {name!r}; use one of "
                           f"{', '.join(sorted(schemas.shelves()))}")
    try:
        _shelf(control).remove(control.params["id"])
    except UsageError as error:
        raise ControlError(404, str(error)) from None


def _put(control: Control) -> dict[str, object]:
    bucket = control.fake.world.buckets[control.params["bucket"]]
    return _object(apply.add_object(bucket, control.body))


def _remove_bucket(control: Control) -> None:
    try:
        control.fake.world.buckets.remove(control.params["bucket"])
    except UsageError as error:
        raise ControlError(404, str(error)) from None


ROUTES = (
    Route("world", "GET", "/world",
          "Show the world around images: servers, disks, buckets, quota and more.", _world,
          answer="the world"),
    Route("world.set", "PATCH", "/world",
          "Add records and buckets to the world, and change its other settings.", _set,
          table({name: schema for name, schema in schemas.world()["properties"].items()}),
          answer="the world"),
    Route("world.put", "POST", "/world/buckets/{bucket}/objects",
          "Put an object into a bucket. A missing bucket is created.", _put,
          schemas.stored_object(), answer="the object"),
    Route("world.remove_bucket", "DELETE", "/world/buckets/{bucket}", "Remove a bucket.",
          _remove_bucket, errors=(404,)),
    Route("world.remove", "DELETE", "/world/{shelf}/{id}",
          "Remove a record, for example /world/servers/ID.", _remove, errors=(404,)),
)
