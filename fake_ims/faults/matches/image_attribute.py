"""Match requests for images with given attributes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ...domain.image import Image
from ..expected import VALUES, same, table, words
from ..kinds import Kind, Setting
from ..subject import images, may_name_image
from . import Match

if TYPE_CHECKING:
    from ...api.call import Call


@dataclass(frozen=True)
class AboutAttributes(Match):
    """Matches requests for an image that has all of these values when the request arrives.

    A request that creates an image matches by the attributes in its body.
    """

    attributes: Mapping[str, object]
    reads_body: ClassVar[bool] = True

    def narrow(self, operations: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(filter(may_name_image, operations))

    def matches(self, call: Call, document: object) -> bool:
        if any(self._fits(_attributes(image)) for image in images(call, document)):
            return True
        return "image_id" not in call.params and isinstance(document, dict) and (
            self._fits(document))

    def _fits(self, found: Mapping[str, object]) -> bool:
        return all(name in found and same(found[name], value)
                   for name, value in self.attributes.items())

    def __str__(self) -> str:
        return f"for images with {words(self.attributes)}"


def _attributes(image: Image) -> dict[str, object]:
    own = {name: getattr(image, name) for name in (
        "id", "owner", "name", "status", "visibility", "protected", "os_hidden", "checksum", "size",
        "os_hash_algo", "os_hash_value", "virtual_size", "container_format", "disk_format",
        "min_ram", "min_disk")}
    return {**image.properties, **own, "tags": list(image.tags)}


KIND = Kind("match", (
    Setting("image_attribute", VALUES,
            'only requests for images with these attributes: {"__os_type": "Linux"}; strings may '
            "be globs"),
), lambda values, scope: AboutAttributes(table("image_attribute", values["image_attribute"])))
