"""All namespaces of metadata definitions, and the rules for them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any

from ..callers import Caller
from ..refusal import Refused
from . import rights
from .contents import NOT_FOUND, Contents
from .paging import NAMESPACE_KEYS, page
from .records import OBJECTS, PROPERTIES, RESOURCE_TYPES, TAGS, Kind, Namespace
from .shapes import refuse_four_bytes


class Metadefs:
    """The metadata definitions of one service.

    Attributes:
        contents: operations on the contents of namespaces.
    """

    def __init__(self) -> None:
        self._namespaces: dict[str, Namespace] = {}
        self._numbers = count(1)
        self.contents = Contents(self.find, self._numbers)

    def find(
        self,
        caller: Caller,
        name: str,
        unknown: str = "metadef.namespace_unknown",
        invisible: str = "metadef.namespace_invisible",
    ) -> Namespace:
        """Return a namespace that the caller can see.

        Args:
            caller: who makes the request.
            name: name of the namespace.
            unknown: the refusal if it does not exist.
            invisible: the refusal if the caller cannot see it.

        Raises:
            Refused: one of these two.
        """
        namespace = self._namespaces.get(name)
        if namespace is None:
            raise Refused(unknown, namespace=name)
        if not rights.is_visible(caller, namespace):
            raise Refused(invisible, namespace=name)
        return namespace

    def namespaces(
        self,
        caller: Caller,
        *,
        visibility: str | None,
        resource_types: str | None,
        sort_key: str,
        sort_dir: str,
        marker: str | None,
        limit: int,
    ) -> list[Namespace]:
        """Return a page of the namespaces that the caller can see.

        Args:
            caller: who makes the request.
            visibility: only namespaces of this visibility.
            resource_types: only namespaces associated with one of these names, comma-separated.
            sort_key: a column.
            sort_dir: ``asc`` or ``desc``.
            marker: name of the last namespace of the previous page.
            limit: size of the page.

        Raises:
            Refused: by policy, or the marker or sort key is unknown.
        """
        rights.require(rights.LIST, caller)
        after = self.find(caller, marker) if marker else None
        found = [namespace for namespace in self._namespaces.values()
                 if rights.is_visible(caller, namespace)]
        if resource_types is not None:
            wanted = set(resource_types.split(","))
            if not any(wanted & space.of(RESOURCE_TYPES).keys()
                       for space in self._namespaces.values()):
                return []
            found = [space for space in found if wanted & space.of(RESOURCE_TYPES).keys()]
        if visibility is not None:
            found = [space for space in found if space.visibility == visibility]
        if marker == "":
            raise Refused("metadef.namespace_marker")
        return page(found, NAMESPACE_KEYS, sort_key, sort_dir, after, limit)

    def show(self, caller: Caller, name: str) -> Namespace:
        """Return one namespace.

        Raises:
            Refused: ``metadef.namespace_unknown`` or ``metadef.hidden``.
        """
        namespace = self.find(caller, name, invisible="metadef.hidden")
        rights.require(rights.SHOW, caller)
        return namespace

    def create(self, caller: Caller, given: Mapping[str, Any], now: float) -> Namespace:
        """Create a namespace with its contents.

        If an entry conflicts with another (409), the namespace is deleted again. A protected
        namespace stays, because Glance cannot delete it.

        Raises:
            Refused: by policy, or a name is taken.
        """
        rights.require(rights.ADD, caller)
        name, owner = given["namespace"], given.get("owner", caller.project_id)
        columns = _columns(given, owner, "create")
        if name in self._namespaces:
            raise Refused("metadef.namespace_exists", namespace=name)
        namespace = Namespace(next(self._numbers), **columns, created_at=now, updated_at=now)
        self._namespaces[name] = namespace
        try:
            for kind, things in ((RESOURCE_TYPES, given.get("resource_type_associations", ())),
                                 (OBJECTS, given.get("objects", ())),
                                 (TAGS, given.get("tags", ()))):
                for thing in things:
                    self.contents.put(namespace, kind, thing["name"], thing, now, "namespace")
            for key, definition in given.get("properties", {}).items():
                self.contents.put(namespace, PROPERTIES, key, definition, now, "namespace")
        except Refused as refused:
            if refused.status == 409 and not namespace.protected:
                del self._namespaces[name]
            raise
        return namespace

    def update(
        self, caller: Caller, name: str, given: Mapping[str, Any], now: float
    ) -> tuple[Namespace, float]:
        """Replace the attributes of a namespace. Attributes not given get their defaults.

        Returns:
            The namespace, and the time of its previous change.

        Raises:
            Refused: the namespace is unknown, by policy, or the new name is taken.
        """
        namespace = self.find(caller, name, NOT_FOUND, NOT_FOUND)
        rights.require(rights.MODIFY, caller)
        new_name, owner = given["namespace"], given.get("owner") or caller.project_id
        columns = _columns(given, owner, "update")
        if new_name != name and new_name in self._namespaces:
            raise Refused("metadef.namespace_taken", namespace=new_name)
        before = namespace.updated_at
        if any(getattr(namespace, key) != value for key, value in columns.items()):
            namespace.updated_at = now
        for key, value in columns.items():
            setattr(namespace, key, value)
        self._namespaces[new_name] = self._namespaces.pop(name)
        return namespace, before

    def delete(self, caller: Caller, name: str) -> None:
        """Delete a namespace with its contents.

        Raises:
            Refused: the namespace is unknown or protected, or by policy.
        """
        self._deletable(caller, name)
        del self._namespaces[name]

    def clear(self, caller: Caller, name: str, kind: Kind) -> None:
        """Delete all entries of one kind. This needs the right to delete the namespace.

        Raises:
            Refused: the namespace is unknown or protected, or by policy.
        """
        self._deletable(caller, name).of(kind).clear()

    def _deletable(self, caller: Caller, name: str) -> Namespace:
        namespace = self.find(caller, name, NOT_FOUND, NOT_FOUND)
        rights.require(rights.DELETE, caller)
        if namespace.protected:
            raise Refused("metadef.namespace_protected", namespace=name)
        return namespace


def _columns(given: Mapping[str, Any], owner: str | None, verb: str) -> dict[str, Any]:
    """Return the attributes of a namespace, with defaults for those not given.

    Raises:
        Refused: ``metadef.four_bytes``; ``metadef.namespace_ownerless``.
    """
    texts = ("namespace", "display_name", "description")
    refuse_four_bytes({**{name: given.get(name) for name in texts}, "owner": owner}, verb,
                      "namespace")
    if owner is None:
        # An administrator without a project: Glance's database cannot store that.
        raise Refused("metadef.namespace_ownerless")
    return {
        "name": given["namespace"],
        "display_name": given.get("display_name"),
        "description": given.get("description"),
        "visibility": given.get("visibility") or "private",
        "protected": given.get("protected") or False,
        "owner": owner,
    }
