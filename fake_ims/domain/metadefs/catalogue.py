"""The catalogue: every rule about metadata definitions, over dictionaries."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any

from ...refusal import Refused
from ..callers import Caller
from . import rights, shapes
from .paging import NAMESPACE_KEYS, TAG_KEYS, page
from .records import OBJECTS, PROPERTIES, RESOURCE_TYPES, TAGS, Entry, Kind, Namespace

NOT_FOUND = "metadef.namespace_not_found"


class Metadefs:
    """The namespaces and resource types of one service."""

    def __init__(self) -> None:
        self._namespaces: dict[str, Namespace] = {}
        self._resource_types: dict[str, Entry] = {}
        self._numbers = count(1)

    # Namespaces

    def find(
        self,
        caller: Caller,
        name: str,
        unknown: str = "metadef.namespace_unknown",
        invisible: str = "metadef.namespace_invisible",
    ) -> Namespace:
        """A namespace that the caller can see.

        Args:
            caller: who asks.
            name: of the namespace.
            unknown: the refusal if there is none of that name.
            invisible: the refusal if the caller cannot see it.

        Raises:
            Refused: one of those two.
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
        """A page of the namespaces that the caller can see.

        Args:
            caller: who asks.
            visibility: only those of this visibility.
            resource_types: only those associated with one of these names, split by commas.
            sort_key: a column.
            sort_dir: ``asc`` or ``desc``.
            marker: name of the namespace that the page comes after.
            limit: how many there are on the page.

        Raises:
            Refused: by policy, or a marker or sort key that there is not.
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
        """One namespace.

        Raises:
            Refused: ``metadef.namespace_unknown`` or ``metadef.hidden``.
        """
        namespace = self.find(caller, name, invisible="metadef.hidden")
        rights.require(rights.SHOW, caller)
        return namespace

    def create(self, caller: Caller, given: Mapping[str, Any], now: float) -> Namespace:
        """A new namespace with all that it comes with.

        If some of that cannot be, neither is the namespace (but a protected one stays, as in
        Glance, which then cannot take it away again).

        Raises:
            Refused: by policy, or because a name is taken.
        """
        rights.require(rights.ADD, caller)
        name, owner = given["namespace"], given.get("owner", caller.project_id)
        if owner is None:
            raise Refused("internal")
        if name in self._namespaces:
            raise Refused("metadef.namespace_exists", namespace=name)
        namespace = Namespace(next(self._numbers), name, given.get("display_name"),
                              given.get("description"), given.get("visibility") or "private",
                              given.get("protected") or False, owner, now, now)
        self._namespaces[name] = namespace
        try:
            for kind, things in ((RESOURCE_TYPES, given.get("resource_type_associations", ())),
                                 (OBJECTS, given.get("objects", ())),
                                 (TAGS, given.get("tags", ()))):
                for thing in things:
                    self._add(namespace, kind, thing["name"], thing, now)
            for key, definition in given.get("properties", {}).items():
                self._add(namespace, PROPERTIES, key, definition, now)
        except Refused as refused:
            if refused.status == 409 and not namespace.protected:
                del self._namespaces[name]
            raise
        return namespace

    def update(self, caller: Caller, name: str, given: Mapping[str, Any], now: float) -> Namespace:
        """Replace what a namespace says about itself; what is not given falls back to its default.

        Raises:
            Refused: unknown, by policy, or its new name is taken.
        """
        namespace = self.find(caller, name, NOT_FOUND, NOT_FOUND)
        rights.require(rights.MODIFY, caller)
        new_name, owner = given["namespace"], given.get("owner") or caller.project_id
        if owner is None:
            raise Refused("internal")
        if new_name != name and new_name in self._namespaces:
            raise Refused("metadef.namespace_taken", namespace=new_name)
        changes = {
            "name": new_name,
            "display_name": given.get("display_name"),
            "description": given.get("description"),
            "visibility": given.get("visibility") or "private",
            "protected": given.get("protected") or False,
            "owner": owner,
        }
        if any(getattr(namespace, key) != value for key, value in changes.items()):
            namespace.updated_at = now
        for key, value in changes.items():
            setattr(namespace, key, value)
        self._namespaces[new_name] = self._namespaces.pop(name)
        return namespace

    def delete(self, caller: Caller, name: str) -> None:
        """Delete a namespace with all that it has.

        Raises:
            Refused: unknown, by policy, or protected.
        """
        self._deletable(caller, name)
        del self._namespaces[name]

    def clear(self, caller: Caller, name: str, kind: Kind) -> None:
        """Delete all that a namespace has of one kind; who may delete the namespace may do so.

        Raises:
            Refused: unknown, by policy, or protected.
        """
        self._deletable(caller, name).of(kind).clear()

    def _deletable(self, caller: Caller, name: str) -> Namespace:
        namespace = self.find(caller, name, NOT_FOUND, NOT_FOUND)
        rights.require(rights.DELETE, caller)
        if namespace.protected:
            raise Refused("metadef.namespace_protected", namespace=name)
        return namespace

    # What a namespace has

    def holder(self, caller: Caller, namespace: str, kind: Kind) -> Namespace:
        """The namespace that holds an entry which a request is about.

        Raises:
            Refused: there is none for the caller.
        """
        return self.find(caller, namespace, kind.no_namespace, NOT_FOUND)

    def entries(self, caller: Caller, namespace: str, kind: Kind) -> list[Entry]:
        """All that a namespace has of one kind: tags newest first, associations oldest first,
        the rest by name.

        Raises:
            Refused: no such namespace, or by policy.
        """
        holder = self.holder(caller, namespace, kind)
        rights.require(kind.list_rule, caller)
        return self.listed(holder, kind)

    def listed(self, namespace: Namespace, kind: Kind) -> list[Entry]:
        """The same for a namespace that has been found."""
        entries = namespace.of(kind)
        if kind is TAGS:
            return page(entries.values(), TAG_KEYS, "created_at", "desc", None, None)
        if kind is RESOURCE_TYPES:
            return list(entries.values())
        return [entries[name] for name in sorted(entries)]

    def tags(
        self,
        caller: Caller,
        namespace: str,
        *,
        sort_key: str,
        sort_dir: str,
        marker: str | None,
        limit: int | None,
    ) -> list[Entry]:
        """A page of a namespace's tags; see ``namespaces``.

        Raises:
            Refused: no such namespace or marker, by policy, or no such sort key.
        """
        entries = self.holder(caller, namespace, TAGS).of(TAGS)
        rights.require(TAGS.list_rule, caller)
        after = self._entry(entries, TAGS, marker) if marker else None
        return page(entries.values(), TAG_KEYS, sort_key, sort_dir, after, limit)

    def get(self, caller: Caller, namespace: str, kind: Kind, name: str) -> Entry:
        """One entry.

        Raises:
            Refused: no such namespace or entry, or by policy.
        """
        holder = self.holder(caller, namespace, kind)
        rights.require(kind.get_rule, caller)
        return self._entry(holder.of(kind), kind, name)

    def without_prefix(
        self, caller: Caller, namespace: str, name: str, resource_type: str
    ) -> str:
        """A property's own name, from that which it has on resources of a type.

        Raises:
            Refused: no such namespace, resource type or association, or another prefix.
        """
        holder = self.holder(caller, namespace, PROPERTIES)
        rights.require(PROPERTIES.get_rule, caller)
        if resource_type not in self._resource_types:
            raise Refused("metadef.resource_type_unknown", name=resource_type)
        association = holder.of(RESOURCE_TYPES).get(resource_type)
        if association is None:
            raise Refused("metadef.association_unknown", name=resource_type,
                          namespace=namespace)
        prefix = association.content["prefix"]
        if not prefix or not name.startswith(prefix):
            raise Refused("metadef.property_prefix", name=name, prefix=prefix)
        return name.removeprefix(prefix)

    def add(
        self, caller: Caller, namespace: str, kind: Kind, given: Mapping[str, Any], now: float
    ) -> Entry:
        """Add an object, a property, a tag or an association with a resource type.

        Raises:
            Refused: no such namespace, by policy, or its name is taken.
        """
        holder = self.holder(caller, namespace, kind)
        rights.require(kind.add_rule, caller)
        return self._add(holder, kind, given["name"], given, now)

    def add_tags(
        self, caller: Caller, namespace: str, names: list[str] | None, append: bool, now: float
    ) -> None:
        """Put tags in place of those that there are, or beside them; none changes nothing.

        Raises:
            Refused: no such namespace, by policy, or a name is taken.
        """
        holder = self.holder(caller, namespace, TAGS)
        rights.require(rights.ADD_TAGS, caller)
        if names is None:
            raise Refused("internal")
        before = dict(holder.of(TAGS))
        if names and not append:
            holder.of(TAGS).clear()
        try:
            for name in names:
                self._add(holder, TAGS, name, {}, now)
        except Refused:
            holder.entries["tags"] = before
            raise

    def change(
        self,
        caller: Caller,
        namespace: str,
        kind: Kind,
        name: str,
        given: Mapping[str, Any],
        now: float,
    ) -> Entry:
        """Replace an object, a property or a tag, and perhaps its name.

        Raises:
            Refused: no such namespace or entry, by policy, or the new name is taken.
        """
        entries = self.holder(caller, namespace, kind).of(kind)
        rights.require(kind.modify_rule, caller)
        entry = self._entry(entries, kind, name)
        content, new_name = _content(kind, given), given["name"]
        if new_name != name and new_name in entries:
            raise Refused(kind.taken, name=new_name, namespace=namespace)
        if (entry.name, entry.content) != (new_name, content):
            entry.updated_at = now
        entry.name, entry.content = new_name, content
        entries[new_name] = entries.pop(name)
        return entry

    def remove(self, caller: Caller, namespace: str, kind: Kind, name: str) -> None:
        """Delete one entry.

        Raises:
            Refused: no such namespace or entry, by policy, or protected.
        """
        holder = self.holder(caller, namespace, kind)
        rights.require(kind.delete_rule, caller)
        self._entry(holder.of(kind), kind, name)
        if holder.protected:
            raise Refused(kind.protected, name=name)
        del holder.of(kind)[name]

    def resource_types(self, caller: Caller) -> list[Entry]:
        """Every resource type that was ever associated, oldest first.

        Raises:
            Refused: by policy.
        """
        rights.require(RESOURCE_TYPES.list_rule, caller)
        return list(self._resource_types.values())

    def _entry(self, entries: Mapping[str, Entry], kind: Kind, name: str) -> Entry:
        if name not in entries:
            raise Refused(kind.unknown, name=name)
        return entries[name]

    def _add(
        self, namespace: Namespace, kind: Kind, name: str, given: Mapping[str, Any], now: float
    ) -> Entry:
        content = _content(kind, given)
        if kind is RESOURCE_TYPES and name not in self._resource_types:
            self._resource_types[name] = Entry(next(self._numbers), name, now, now)
        entries = namespace.of(kind)
        if name in entries:
            raise Refused(kind.exists, name=name, namespace=namespace.name)
        entries[name] = Entry(next(self._numbers), name, now, now, content)
        return entries[name]


def _content(kind: Kind, given: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of an entry beside its name."""
    if kind is PROPERTIES:
        shapes.storable({"": given})
        return dict(given)
    if kind is OBJECTS:
        properties = given.get("properties") or {}
        shapes.storable(properties)
        # Glance keeps the names in one text, with commas between them.
        required = ",".join(given.get("required") or ())
        return {"description": given.get("description"), "properties": properties,
                "required": required.split(",") if required else []}
    if kind is RESOURCE_TYPES:
        return {name: given.get(name) for name in ("prefix", "properties_target")}
    return {}
