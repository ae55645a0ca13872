"""Short ways to write steps."""

from __future__ import annotations

from typing import Any

from player import Step

IMAGES = "/v2/images"
JSON = {"Content-Type": "application/json"}
OCTETS = {"Content-Type": "application/octet-stream"}
V21 = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
V20 = {"Content-Type": "application/openstack-images-v2.0-json-patch"}
ID = "10000000-0000-4000-8000-{:012d}"


def uuid(number: int) -> str:
    """A well-formed image id that a client makes up."""
    return ID.format(number)


def get(id: str, path: str, query: str = "", **more: Any) -> Step:
    """GET."""
    return Step(id, "GET", path, query=query, **more)


def create(id: str, body: Any = None, *, keep: str = "", **more: Any) -> Step:
    """Create an image; ``keep`` names the variable that keeps its id."""
    if keep:
        more["capture"] = {keep: "body.id", **more.get("capture", {})}
    return Step(id, "POST", IMAGES, json={} if body is None and "raw" not in more else body, **more)


def disk(id: str, name: str, keep: str = "", **more: Any) -> Step:
    """Create a raw, bare image, ready for data; further keywords ``image_*`` are its attributes."""
    body = {"name": name, "disk_format": "raw", "container_format": "bare"}
    body.update({k[6:]: more.pop(k) for k in list(more) if k.startswith("image_")})
    return create(id, body, keep=keep, **more)


def upload(id: str, var: str, data: bytes = b"hello world", **more: Any) -> Step:
    """Upload an image's data."""
    more.setdefault("headers", OCTETS)
    return Step(id, "PUT", f"{IMAGES}/{{{var}}}/file", raw=data, **more)


def patch(id: str, var: str, *ops: Any, **more: Any) -> Step:
    """PATCH an image with these operations (dictionaries)."""
    more.setdefault("headers", V21)
    if "raw" not in more:
        more.setdefault("json", list(ops))
    return Step(id, "PATCH", f"{IMAGES}/{{{var}}}", **more)


def add(path: str, value: Any) -> dict[str, Any]:
    """An operation."""
    return {"op": "add", "path": path, "value": value}


def replace(path: str, value: Any) -> dict[str, Any]:
    """An operation."""
    return {"op": "replace", "path": path, "value": value}


def remove(path: str) -> dict[str, Any]:
    """An operation."""
    return {"op": "remove", "path": path}


def delete(id: str, path: str, **more: Any) -> Step:
    """DELETE."""
    return Step(id, "DELETE", path, **more)


def put(id: str, path: str, json: Any = None, **more: Any) -> Step:
    """PUT."""
    return Step(id, "PUT", path, json=json, **more)


def post(id: str, path: str, json: Any = None, **more: Any) -> Step:
    """POST."""
    return Step(id, "POST", path, json=json, **more)
