"""Permissions on namespaces and their contents (Glance's default policies)."""

from __future__ import annotations

from ..callers import Caller
from ..refusal import Refused
from .records import OBJECTS, PROPERTIES, RESOURCE_TYPES, TAGS, Namespace

SHOW, LIST = "get_metadef_namespace", "get_metadef_namespaces"
ADD, MODIFY = "add_metadef_namespace", "modify_metadef_namespace"
DELETE = "delete_metadef_namespace"
ADD_TAGS = "add_metadef_tags"

# These need role ``reader``; all others need an administrator.
_READING = frozenset({SHOW, LIST} | {
    rule for kind in (OBJECTS, PROPERTIES, TAGS, RESOURCE_TYPES)
    for rule in (kind.list_rule, kind.get_rule)
})


def is_visible(caller: Caller, namespace: Namespace) -> bool:
    """Return whether the caller can see the namespace."""
    return (caller.is_admin or namespace.visibility == "public"
            or caller.project_id == namespace.owner)


def require(rule: str, caller: Caller) -> None:
    """Refuse a caller whom a policy rule does not allow to act; they can see the namespace.

    Raises:
        Refused: ``metadef.hidden`` (404) if the caller may not read namespaces, else
            ``policy.denied``.
    """
    may_look = caller.is_admin or "reader" in caller.roles
    if not may_look:
        raise Refused("metadef.hidden")
    if not caller.is_admin and rule not in _READING:
        raise Refused("policy.denied", rule=rule)
