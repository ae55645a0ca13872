"""Another user changes the image right before the request is handled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from ....contract.model import Profile
from ....domain.callers import Caller, implied_roles
from ....domain.patch import V21, Change, parse
from ....domain.refusal import ImsError, Refused
from ....errors import UsageError
from ...kinds import Kind, Scope, Setting, Values
from .. import Effect, Work
from .sorts import NAMES_IMAGE, Sort

if TYPE_CHECKING:
    from ....api.call import Call
    from ....profiles.answer import Answer

_ELSE = Caller("somebody-else", None, implied_roles(("admin",)))


@dataclass(frozen=True)
class Meanwhile(Effect):
    """Lets an administrator delete, deactivate or patch the image before the request is handled.

    If the service refuses the change, such as deactivating an image that is not active, nothing
    happens, and the journal records the reason.
    """

    act: Literal["delete", "deactivate"] | tuple[Change, ...]
    wraps: ClassVar[bool] = True
    sort: ClassVar[Sort | None] = NAMES_IMAGE

    async def work(self, call: Call, do: Work) -> Answer:
        images, image_id = call.service.images, call.params["image_id"]
        try:
            if self.act == "delete":
                images.remove(images.get(_ELSE, image_id))
            elif self.act == "deactivate":
                images.deactivate(_ELSE, image_id)
            else:
                images.patch(_ELSE, image_id, list(self.act))
        except Refused as refused:
            call.exchange.faults += (f"but the other user's change failed: {refused.text}",)
        except ImsError as error:
            call.exchange.faults += (f"but the other user's change failed: {error.message}",)
        return await do()

    def __str__(self) -> str:
        if isinstance(self.act, str):
            return f"runs right after another user {self.act}s the image"
        changed = ", ".join(f"{change.name}={change.value!r}" for change in self.act)
        return f"runs right after another user sets {changed} on the image"


def _build(values: Values, scope: Scope) -> Meanwhile:
    act = values["meanwhile"]
    if act in ("delete", "deactivate"):
        return Meanwhile(act)
    if not isinstance(act, Mapping) or not act:
        raise UsageError(f"meanwhile={act!r}: expected 'delete', 'deactivate', or a mapping of "
                         "attributes to set, such as {'name': 'x'}")
    return Meanwhile(tuple(_changes(act, scope.profile or "otc")))


def _changes(attributes: Mapping[str, object], profile: Profile) -> list[Change]:
    document = [{"op": "add", "path": "/" + name.replace("~", "~0").replace("/", "~1"),
                 "value": value} for name, value in attributes.items()]
    try:
        return parse(document, V21, profile)
    except Refused as refused:
        raise UsageError(f"meanwhile: the service refuses this change: {refused.text}") from None


KIND = Kind("effect", (
    Setting("meanwhile", {"anyOf": [{"enum": ["delete", "deactivate"]},
                                    {"type": "object", "minProperties": 1}]},
            'another user changes the image right before the request is handled: "delete", '
            '"deactivate", or a mapping of attributes to set'),
), _build)
