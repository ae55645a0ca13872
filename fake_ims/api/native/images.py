"""Images: create, list, show, change, delete."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlencode

from ...domain import access, patch, query
from ...domain.refusal import ImsError, Refused
from ...profiles.answer import DONE, JSON, Answer
from ..call import Call
from ..registry import handles
from .render import image_answer, page_bytes

EMPTY = "text/html; charset=UTF-8"


def no_content() -> Answer:
    """Return an empty response as Glance does, with the status of the operation's row."""
    return Answer(DONE, content_type=EMPTY)


@handles("images.create")
async def create(call: Call) -> Answer:
    """Page *Creating Image Metadata*."""
    service, caller = call.service, call.known_caller
    document = await call.json()
    new = service.profile.new_image(document)
    image = service.images.create(caller, new)
    answer = image_answer(image, service.profile)
    answer.headers.update(service.profile.create_headers(image, call.base_url))
    return answer


@handles("images.list")
async def list_(call: Call) -> Answer:
    """Page *Querying Images*."""
    service, caller = call.service, call.known_caller
    service.transitions.settle()
    asked = query.parse(call.pairs(), service.profile)
    access.require_role("get_images", caller, "reader")
    page = service.images.page(caller, asked)
    first, following = links("/v2/images", call, page.images[-1].id if page.more else None)
    body = page_bytes(page.images, service.profile, caller.is_admin, first, following)
    return Answer(DONE, body, JSON)


def links(path: str, call: Call, marker: str | None) -> tuple[str, str | None]:
    """Return the links ``first`` and ``next`` of a page: the request's query with a new marker.

    Args:
        path: path of the list.
        call: the request.
        marker: id of the page's last item; None if there is no next page.
    """
    first = _first(path, call.pairs())
    if marker is None:
        return first, None
    return first, f"{first}{'?' if first == path else '&'}{urlencode({'marker': marker})}"


@lru_cache(maxsize=256)
def _first(path: str, pairs: tuple[tuple[str, str], ...]) -> str:
    params = dict(pairs)
    params.pop("marker", None)
    return f"{path}?{urlencode(params)}" if params else path


@handles("images.show")
async def show(call: Call) -> Answer:
    """Page *Querying Image Details*."""
    service, caller = call.service, call.known_caller
    image = service.images.show(caller, call.params["image_id"])
    return image_answer(image, service.profile, caller.is_admin)


@handles("images.update")
async def update(call: Call) -> Answer:
    """Page *Modifying an Image*: a JSON patch of one of two media types."""
    service, caller = call.service, call.known_caller
    media_type = (call.headers.get("Content-Type") or "").partition(";")[0].strip()
    if media_type not in patch.MEDIA_TYPES:
        raise Refused("patch.media_type",
                      headers={"Accept-Patch": ", ".join(sorted(patch.MEDIA_TYPES))})
    changes = patch.parse(await call.json(), media_type, service.profile.name)
    image = service.images.patch(caller, call.params["image_id"], changes)
    return image_answer(image, service.profile, caller.is_admin)


@handles("images.delete")
async def delete(call: Call) -> Answer:
    """Page *Deleting an Image*. The body may ask to delete the image's backups, too."""
    with_backup: object = False
    if call.has_body:
        document = await call.json()
        with_backup = document.get("delete_backup", False) if isinstance(document, dict) else None
        if not isinstance(with_backup, bool):
            raise ImsError("IMG.0001")
    call.service.images.delete(call.known_caller, call.params["image_id"], bool(with_backup))
    return no_content()
