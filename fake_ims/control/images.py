"""Control API: add, inspect and change images."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from ..documents import apply, schemas
from ..documents.schemas import NAME, says, table
from ..errors import UnknownImageError
from .paging import PAGE, first, limit
from .route import Control, ControlError, Route

if TYPE_CHECKING:
    from ..fake.images import ImageHandle


def told(image: ImageHandle) -> dict[str, object]:
    """Return an image as a JSON document: as a client sees it, plus members and kill reason."""
    return {**image.attributes, "members": image.members, "kill_reason": image.kill_reason}


def _find(control: Control) -> ImageHandle:
    try:
        return apply.find_image(control.fake, control.params["image"])
    except UnknownImageError as error:
        raise ControlError(404, str(error)) from None


def _list(control: Control) -> dict[str, object]:
    count = limit(control)
    try:
        images = control.fake.images.page(count + 1, control.query.get("marker"))
    except UnknownImageError as error:
        raise ControlError(400, f"marker: {error}") from None
    found, more = first(images, count, lambda image: image.id)
    return {"images": [told(image) for image in found], "next": more}


def _add(control: Control) -> dict[str, object]:
    return told(apply.add_image(control.fake, control.body))


def _change(control: Control) -> dict[str, object]:
    image = _find(control)
    apply.change_image(image, control.body)
    return told(image)


def _data(control: Control) -> dict[str, object]:
    data = _find(control).data
    return {"base64": None if data is None else base64.b64encode(data).decode()}


def _activate(control: Control) -> dict[str, object]:
    image = _find(control)
    image.activate()
    return told(image)


def _kill(control: Control) -> dict[str, object]:
    image = _find(control)
    image.kill(**control.body)
    return told(image)


def _delete(control: Control) -> None:
    _find(control).delete()


_ONE = "/images/{image}"

ROUTES = (
    Route("images", "GET", "/images", "List the images of all projects.", _list,
          query=PAGE, answer="the images, oldest first; next: the marker of the next page"),
    Route("images.add", "POST", "/images", "Add an image, without permission checks.", _add,
          schemas.image(), answer="the image"),
    Route("images.show", "GET", _ONE, "Show an image, by id or name.",
          lambda control: told(_find(control)), answer="the image", errors=(404,)),
    Route("images.data", "GET", f"{_ONE}/data", "Return the data of an image.", _data,
          answer="the data in base64; null if the image has none", errors=(404,)),
    Route("images.set", "PATCH", _ONE, "Change attributes of an image, in any status.", _change,
          schemas.image(new=False), answer="the image", errors=(404,)),
    Route("images.activate", "POST", f"{_ONE}/activate", "Set the status to active.", _activate,
          answer="the image", errors=(404,)),
    Route("images.kill", "POST", f"{_ONE}/kill", "Set the status to killed.", _kill,
          table({"reason": says(NAME, "reason, for the kill_reason of the image")}),
          answer="the image", errors=(404,)),
    Route("images.delete", "DELETE", _ONE, "Delete an image, even a protected one.", _delete,
          errors=(404,)),
)
