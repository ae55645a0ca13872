"""Look up faults by operation, and within it by tenant, user or image.

A hundred faults that do not match a request then cost it next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .kinds import NO_OPERATION
from .subject import has_image

if TYPE_CHECKING:
    from ..api.call import Call
    from .fault import Fault

Key = tuple[str, str]
_Held = dict["Fault", None]


class _Drawer:
    """The faults of one operation: those for every request, and those under a key."""

    __slots__ = ("keyed", "open")

    def __init__(self) -> None:
        self.open: _Held = {}
        self.keyed: dict[Key, _Held] = {}

    def of(self, call: Call) -> tuple[Fault, ...]:
        if not self.keyed:
            return tuple(self.open)
        found = [self.keyed[key] for key in _keys(call) if key in self.keyed]
        if not found:
            return tuple(self.open)
        together = dict(self.open)
        for held in found:
            together.update(held)
        return tuple(sorted(together, key=lambda fault: fault.number))


class Index:
    """Faults by the requests that they can match."""

    def __init__(self) -> None:
        self._drawers: dict[str, _Drawer] = {}

    def __bool__(self) -> bool:
        return bool(self._drawers)

    def add(self, fault: Fault) -> None:
        """Add a fault."""
        for operation in fault.plan.keys:
            drawer = self._drawers.setdefault(operation, _Drawer())
            key = _key(fault, operation)
            held = drawer.open if key is None else drawer.keyed.setdefault(key, {})
            held[fault] = None

    def discard(self, fault: Fault) -> None:
        """Remove a fault if it is here."""
        for operation in fault.plan.keys:
            drawer = self._drawers.get(operation)
            if drawer is None:
                continue
            key = _key(fault, operation)
            if key is None:
                drawer.open.pop(fault, None)
            elif key in drawer.keyed:
                drawer.keyed[key].pop(fault, None)
                if not drawer.keyed[key]:
                    del drawer.keyed[key]
            if not (drawer.open or drawer.keyed):
                del self._drawers[operation]

    def of(self, call: Call) -> tuple[Fault, ...]:
        """Return the faults that may match a request, in order of adding."""
        drawer = self._drawers.get(call.operation.id if call.operation else NO_OPERATION)
        return () if drawer is None else drawer.of(call)

    def clear(self) -> None:
        """Remove every fault."""
        self._drawers.clear()


def _key(fault: Fault, operation: str) -> Key | None:
    """Return the key of a fault within an operation; None if it applies to every request."""
    for match in fault.plan.matches:
        key = match.key
        # Without an image in the path, only the body names it.
        if key is not None and (key[0] != "image" or has_image(operation)):
            return key
    return None


def _keys(call: Call) -> list[Key]:
    """Return the keys of a request."""
    keys: list[Key] = []
    if call.caller is not None:
        keys.append(("user", call.caller.user_id))
        if call.caller.project_id is not None:
            keys.append(("tenant", call.caller.project_id))
    image_id = call.params.get("image_id")
    if image_id is not None:
        keys.append(("image", image_id))
        image = call.service.store.get(image_id)
        if image is not None and image.name is not None and image.name != image_id:
            keys.append(("image", image.name))
    return keys
