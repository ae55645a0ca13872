"""JSON patches of images: the three media types, and the rules for pointers.

Source: page *Modifying an Image*, and Glance for what the page leaves open.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..contract.attributes import BY_NAME
from ..contract.model import Profile as ProfileName
from ..contract.schema import image_properties
from ..contract.validation import Mismatch, check
from .refusal import Refused

V20 = "application/openstack-images-v2.0-json-patch"
V21 = "application/openstack-images-v2.1-json-patch"
MEDIA_TYPES = (V20, V21)

_OPERATIONS = ("add", "remove", "replace")
# Glance protects these in code, not by ``readOnly`` in its schema.
_READ_ONLY = frozenset({"created_at", "updated_at", "status", "checksum", "size", "virtual_size",
                        "direct_url", "self", "file", "schema", "id", "os_hash_algo",
                        "os_hash_value"})
RESERVED = frozenset({"location", "deleted", "deleted_at"})
RESERVED_PREFIX = "os_glance"
_LOCATION_DEPTH = {"add": 2, "remove": 2, "replace": 1}


@dataclass(frozen=True, slots=True)
class Change:
    """One operation of a patch.

    Attributes:
        op: ``add``, ``remove`` or ``replace``.
        path: the pointer's tokens, decoded.
        value: the new value; None for ``remove``.
        strict_add: whether adding an existing attribute is refused (media type v2.0).
    """

    op: str
    path: tuple[str, ...]
    value: object = None
    strict_add: bool = False

    @property
    def name(self) -> str:
        """The name of the changed attribute."""
        return self.path[0]


def parse(document: object, media_type: str, profile: ProfileName) -> list[Change]:
    """Return the changes of a patch, each checked by itself.

    Raises:
        Refused: 400 for a malformed patch, 403 for read-only and reserved attributes.
    """
    if not isinstance(document, list):
        raise Refused("patch.not_a_list")
    return [_change(raw, media_type, profile) for raw in document]


def _change(raw: object, media_type: str, profile: ProfileName) -> Change:
    if not isinstance(raw, dict):
        raise Refused("patch.not_an_object")
    if media_type == V20:
        op = _operation_v20(raw)
        pointer = raw[op]
    else:
        asked = raw.get("op")
        if asked is None:
            raise Refused("patch.no_op")
        if asked not in _OPERATIONS:
            raise Refused("patch.bad_op", op=asked)
        op = str(asked)
        if "path" not in raw:
            raise Refused("patch.no_path")
        pointer = raw["path"]
    if not isinstance(pointer, str):
        raise Refused("patch.pointer_type", pointer=pointer)
    path = tokens(pointer)
    depth = _LOCATION_DEPTH[op] if path[0] == "locations" else 1
    if len(path) != depth:
        raise Refused("patch.pointer_depth", path="/".join(path))
    if op != "remove" and "value" not in raw:
        raise Refused("patch.no_value", op=op)
    change = Change(op, path, raw.get("value"), media_type == V20)
    _check_change(change, profile)
    return change


def _operation_v20(raw: dict[str, object]) -> str:
    named = [op for op in _OPERATIONS if op in raw]
    if len(named) > 1:
        raise Refused("patch.two_ops")
    if not named:
        raise Refused("patch.no_op_v20")
    return named[0]


def tokens(pointer: str) -> tuple[str, ...]:
    """Return the tokens of a JSON pointer, with ``~1`` and ``~0`` decoded.

    Raises:
        Refused: the pointer does not have the limited form that Glance accepts.
    """
    if not pointer.startswith("/"):
        raise Refused("patch.pointer_start", pointer=pointer)
    if re.search(r"/\s*?/", pointer[1:]):
        raise Refused("patch.pointer_adjacent", pointer=pointer)
    if len(pointer) > 1 and pointer.endswith("/"):
        raise Refused("patch.pointer_end", pointer=pointer)
    if pointer[1:].strip() == "/":
        raise Refused("patch.pointer_empty", pointer=pointer)
    if re.search("~[^01]", pointer) or pointer.endswith("~"):
        raise Refused("patch.pointer_escape", pointer=pointer)
    return tuple(
        part.replace("~1", "/").replace("~0", "~").strip()
        for part in pointer.lstrip("/").split("/")
    )


def _check_change(change: Change, profile: ProfileName) -> None:
    name = change.name
    attribute = BY_NAME.get(name)
    vendor_read_only = (attribute is not None and attribute.read_only and not attribute.base
                        and profile in attribute.profiles)
    if name in _READ_ONLY or vendor_read_only:
        raise Refused("image.read_only", name=name)
    if name in RESERVED or name.startswith(RESERVED_PREFIX):
        raise Refused("image.reserved", name=name)
    if change.op == "remove":
        return
    value = change.value if len(change.path) == 1 else [change.value]
    try:
        check({name: value}, image_properties(profile))
    except Mismatch as mismatch:
        raise Refused("image.schema", reason=mismatch.reason, attribute=name) from None
