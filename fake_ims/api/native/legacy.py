"""The deprecated v1 operations that are still in the reference.

Pages *Querying Image Details (V1.1)*, *Querying Image Metadata (V1)*, *Deleting an Image (V1.1)*.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timezone

from ...contract.attributes import BY_NAME
from ...contract.parameters.queries import DETAIL_V1
from ...domain import access, query
from ...domain.image import Image
from ...profiles.answer import DONE, Answer
from ..call import Call
from ..registry import handles
from .render import as_json

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")


def _instant(value: float | None) -> str | None:
    if value is None:
        return None
    return datetime.fromtimestamp(value, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")


def _document(image: Image) -> dict[str, object]:
    return {
        "status": image.status,
        "deleted_at": _instant(image.deleted_at),
        "name": image.name or "",
        "deleted": image.deleted_at is not None,
        "container_format": image.container_format,
        "created_at": _instant(image.created_at),
        "disk_format": image.disk_format,
        "updated_at": _instant(image.updated_at),
        "min_disk": image.min_disk,
        "protected": image.protected,
        "id": image.id,
        "min_ram": image.min_ram,
        "checksum": image.checksum,
        "owner": image.owner,
        "is_public": image.visibility == "public",
        "virtual_size": image.virtual_size,
        "properties": image.properties,
        "size": image.size or 0,
    }


def _filters(call: Call) -> Iterator[tuple[str, str]]:
    for row in DETAIL_V1:
        value = call.query.get(row.name)
        if value is None:
            continue
        if row.name == "changes-since":
            yield "updated_at", f"gt:{value}"
        else:
            yield row.name, f"eq:{value}" if row.name in BY_NAME else value


@handles("images.detail_v1")
async def detail(call: Call) -> Answer:
    """Images with details, by the filters of the page."""
    service, caller = call.service, call.known_caller
    service.transitions.settle()
    access.require_role("get_images", caller, "reader")
    asked = query.parse(_filters(call), service.profile)
    page = service.images.page(caller, asked)
    return as_json({"images": [_document(image) for image in page.images]})


@handles("images.head_v1")
async def head(call: Call) -> Answer:
    """An image's attributes as ``X-Image-Meta-…`` headers."""
    service = call.service
    image = service.images.show(call.known_caller, call.params["image_id"])
    headers = {"Content-Length": "0"}
    for name, value in _document(image).items():
        if name == "properties":
            for key, text in image.properties.items():
                if _TOKEN.match(key) and _sendable(text):
                    headers[f"X-Image-Meta-Property-{key}"] = text
        elif value is not None and value != "" and _sendable(str(value)):
            headers[f"X-Image-Meta-{name.capitalize()}"] = str(value)
    if image.checksum:
        headers["Etag"] = image.checksum
    return Answer(DONE, content_type="text/html; charset=UTF-8", headers=headers)


def _sendable(text: str) -> bool:
    return text.isprintable() and text.isascii()


@handles("images.delete_v1")
async def delete(call: Call) -> Answer:
    """Delete an image. The page's example says 200, its table of returned values 204."""
    call.service.images.delete(call.known_caller, call.params["image_id"])
    return Answer(DONE, content_type="text/html; charset=UTF-8")
