"""Regions, services and endpoints: the parts of the catalog."""

from __future__ import annotations

from ...domain.refusal import Refused
from ...profiles.answer import Answer
from ..call import Call
from . import render
from .policy import is_open, require


async def my_catalog(call: Call) -> Answer:
    """The catalog of a scoped token."""
    caller = call.known_caller
    if caller.project_id is None and (
            not caller.token or call.service.identity.token(caller.token).domain is None):
        raise Refused("identity.forbidden")
    self = f"{render.base(call)}/v3/auth/catalog"
    return render.answer({"catalog": render.catalog_of(call),
                          "links": {"self": self}})


async def regions(call: Call) -> Answer:
    """The regions of the catalog."""
    return render.collection(call, "regions", [_region(call, id) for id in _regions(call)])


async def region(call: Call) -> Answer:
    """The region."""
    id = call.params["region_id"]
    if id not in _regions(call):
        raise Refused("identity.not_found", what="region", id=id)
    return render.answer({"region": _region(call, id)})


def _regions(call: Call) -> tuple[str, ...]:
    return (call.service.region, *call.service.shape.regions)


def _region(call: Call, id: str) -> render.Document:
    return render.linked(call, "regions", {
        "id": id, "description": "", "parent_region_id": None})


async def services(call: Call) -> Answer:
    """All services."""
    require(call, "list_services", own=is_open(call, "list_services"))
    kind, name = call.query.get("type"), call.query.get("name")
    return render.collection(call, "services", (
        row for row in _services(call)
        if kind in (None, row["type"]) and name in (None, row["name"])))


async def service(call: Call) -> Answer:
    """One service."""
    require(call, "get_service", own=is_open(call, "get_service"))
    return render.answer({"service": _one(call, _services(call), "service")})


async def endpoints(call: Call) -> Answer:
    """All endpoints."""
    require(call, "list_endpoints", own=is_open(call, "list_endpoints"))
    wanted = {name: call.query[name] for name in ("interface", "service_id", "region_id")
              if name in call.query}
    return render.collection(call, "endpoints", (
        row for row in _endpoints(call)
        if all(row[name] == value for name, value in wanted.items())))


async def endpoint(call: Call) -> Answer:
    """One endpoint."""
    require(call, "get_endpoint", own=is_open(call, "get_endpoint"))
    return render.answer({"endpoint": _one(call, _endpoints(call), "endpoint")})


def _services(call: Call) -> list[render.Document]:
    return [
        render.linked(call, "services", {"name": row["name"], "id": row["id"],
                                         "type": row["type"], "enabled": True})
        for row in render.catalog_of(call)
    ]


def _endpoints(call: Call) -> list[render.Document]:
    return [
        render.linked(call, "endpoints", {**endpoint, "service_id": row["id"], "enabled": True})
        for row in render.catalog_of(call)
        for endpoint in row["endpoints"]
    ]


def _one(call: Call, rows: list[render.Document], what: str) -> render.Document:
    id = call.params[f"{what}_id"]
    for row in rows:
        if row["id"] == id:
            return row
    raise Refused("identity.not_found", what=what, id=id)
