"""Match requests for images in a given status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ...errors import unknown
from ..kinds import Kind, Scope, Setting, Values
from ..subject import IMAGE_STATUSES, images, may_name_image
from . import Match

if TYPE_CHECKING:
    from ...api.call import Call


@dataclass(frozen=True)
class InStatus(Match):
    """Matches requests for an image that has this status when the request arrives."""

    status: str
    reads_body: ClassVar[bool] = True

    def narrow(self, operations: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(filter(may_name_image, operations))

    def matches(self, call: Call, document: object) -> bool:
        return any(image.status == self.status for image in images(call, document))

    def __str__(self) -> str:
        return f"for {self.status} images"


def _build(values: Values, scope: Scope) -> InStatus:
    if values["image_status"] not in IMAGE_STATUSES:
        raise unknown("image status", values["image_status"], IMAGE_STATUSES)
    return InStatus(values["image_status"])


KIND = Kind("match", (
    Setting("image_status", {"enum": list(IMAGE_STATUSES)},
            "only requests for images that have this status when the request arrives"),
), _build)
