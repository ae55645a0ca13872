"""Control: images in the hands of the test."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from ..documents import apply, schemas
from ..documents.schemas import NAME, says, table
from ..errors import UnknownImageError
from .route import Control, ControlError, Route

if TYPE_CHECKING:
    from ..fake.images import ImageHandle


def told(image: ImageHandle) -> dict[str, object]:
    """An image as the control API shows it: as on the wire, with what no client sees."""
    return {**image.attributes, "members": image.members, "kill_reason": image.kill_reason}


def _find(control: Control) -> ImageHandle:
    try:
        return apply.find_image(control.fake, control.params["image"])
    except UnknownImageError as error:
        raise ControlError(404, str(error)) from None


def _list(control: Control) -> dict[str, object]:
    return {"images": [told(image) for image in control.fake.images]}


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
    Route("images", "GET", "/images", "All images, of every tenant.", _list,
          answer="images, oldest first"),
    Route("images.add", "POST", "/images", "Put an image there, whatever policy says.", _add,
          schemas.image(), answer="the image"),
    Route("images.show", "GET", _ONE, "An image, by id or name.",
          lambda control: told(_find(control)), answer="the image", errors=(404,)),
    Route("images.data", "GET", f"{_ONE}/data", "The bytes of an image.", _data,
          answer="base64, null without data", errors=(404,)),
    Route("images.set", "PATCH", _ONE, "Change attributes, whatever the status.", _change,
          schemas.image(new=False), answer="the image", errors=(404,)),
    Route("images.activate", "POST", f"{_ONE}/activate", "Make it active now.", _activate,
          answer="the image", errors=(404,)),
    Route("images.kill", "POST", f"{_ONE}/kill", "Make it killed now.", _kill,
          table({"reason": says(NAME, "why")}), answer="the image", errors=(404,)),
    Route("images.delete", "DELETE", _ONE, "Delete it, protected or not.", _delete,
          errors=(404,)),
)
