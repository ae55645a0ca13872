"""Match requests for one image, by id or name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ..kinds import Kind, Setting
from ..subject import names
from ..values import text
from . import Match

if TYPE_CHECKING:
    from ...api.call import Call


@dataclass(frozen=True)
class AboutImage(Match):
    """Matches requests for this image, by id or name.

    The image is the one in the path. Without one (when creating an image or sharing several), the
    images in the JSON body count.
    """

    image: str
    reads_body: ClassVar[bool] = True

    @property
    def key(self) -> tuple[str, str]:
        return "image", self.image

    def matches(self, call: Call, document: object) -> bool:
        return any(self._is(call, name) for name in names(call, document))

    def _is(self, call: Call, name: str) -> bool:
        if name == self.image:
            return True
        found = call.service.store.get(name)
        return found is not None and found.name == self.image

    def __str__(self) -> str:
        return f"for image {self.image!r}"


KIND = Kind("match", (
    Setting("image", {"type": "string", "minLength": 1},
            "only requests for this image, by id or name"),
), lambda values, scope: AboutImage(text("image", values["image"])))
