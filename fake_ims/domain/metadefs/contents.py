"""Contents of namespaces: objects, properties, tags and associations with resource types."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..callers import Caller
from ..refusal import Refused
from . import rights, shapes
from .paging import TAG_KEYS, page
from .records import OBJECTS, PROPERTIES, RESOURCE_TYPES, TAGS, Entry, Kind, Namespace

NOT_FOUND = "metadef.namespace_not_found"


class Contents:
    """Operations on the contents of namespaces.

    Args:
        find: returns a namespace by name, if the caller can see it; takes the refusals for a
            missing and for an invisible namespace.
        numbers: counts all entries ever created.
    """

    def __init__(
        self, find: Callable[[Caller, str, str, str], Namespace], numbers: Iterator[int]
    ) -> None:
        self._find = find
        self._numbers = numbers
        self._resource_types: dict[str, Entry] = {}

    def holder(self, caller: Caller, namespace: str, kind: Kind, rule: str = "") -> Namespace:
        """Return the namespace of an entry that a request names.

        Args:
            caller: who makes the request.
            namespace: its name.
            kind: kind of the entry.
            rule: policy of the operation.

        Raises:
            Refused: the caller can see no such namespace, or by policy.
        """
        found = self._find(caller, namespace, kind.no_namespace, NOT_FOUND)
        if rule:
            rights.require(rule, caller)
        return found

    def entries(self, caller: Caller, namespace: str, kind: Kind) -> list[Entry]:
        """Return all entries of one kind: tags newest first, associations oldest first, the
        others by name.

        Raises:
            Refused: the namespace does not exist, or by policy.
        """
        holder = self.holder(caller, namespace, kind, kind.list_rule)
        return self.listed(holder, kind)

    def listed(self, namespace: Namespace, kind: Kind) -> list[Entry]:
        """Return the same for a namespace that is already known."""
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
        """Return a page of a namespace's tags; see ``namespaces``.

        Raises:
            Refused: the namespace, marker or sort key does not exist, or by policy.
        """
        entries = self.holder(caller, namespace, TAGS, TAGS.list_rule).of(TAGS)
        after = self._entry(entries, TAGS, marker) if marker else None
        return page(entries.values(), TAG_KEYS, sort_key, sort_dir, after, limit)

    def get(self, caller: Caller, namespace: str, kind: Kind, name: str) -> Entry:
        """Return one entry.

        Raises:
            Refused: the namespace or entry does not exist, or by policy.
        """
        holder = self.holder(caller, namespace, kind, kind.get_rule)
        return self._entry(holder.of(kind), kind, name)

    def without_prefix(
        self, caller: Caller, namespace: str, name: str, resource_type: str
    ) -> str:
        """Return a property's own name, without the prefix that a resource type adds.

        Raises:
            Refused: the namespace, resource type or association does not exist, or the prefix
                differs.
        """
        holder = self.holder(caller, namespace, PROPERTIES, PROPERTIES.get_rule)
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
            Refused: the namespace does not exist, by policy, or the name is taken.
        """
        holder = self.holder(caller, namespace, kind, kind.add_rule)
        return self.put(holder, kind, given["name"], given, now, kind.what)

    def add_tags(
        self, caller: Caller, namespace: str, names: list[str] | None, append: bool, now: float
    ) -> None:
        """Replace the tags of a namespace, or add to them. Without names nothing changes.

        Raises:
            Refused: the namespace does not exist, by policy, or a name is taken.
        """
        holder = self.holder(caller, namespace, TAGS, rights.ADD_TAGS)
        if names is None:
            raise Refused("metadef.unexpected")
        before = dict(holder.of(TAGS))
        if names and not append:
            holder.of(TAGS).clear()
        try:
            for name in names:
                self.put(holder, TAGS, name, {}, now)
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
    ) -> tuple[Entry, float]:
        """Replace an object, a property or a tag, optionally under a new name.

        Returns:
            The entry, and the time of its previous change.

        Raises:
            Refused: the namespace or entry does not exist, by policy, or the new name is taken.
        """
        entries = self.holder(caller, namespace, kind, kind.modify_rule).of(kind)
        entry = self._entry(entries, kind, name)
        content, new_name = _content(kind, given), given["name"]
        shapes.refuse_four_bytes(_columns(kind, new_name, content), "update", kind.what)
        if new_name != name and new_name in entries:
            raise Refused(kind.exists, name=new_name, namespace=namespace)
        before = entry.updated_at
        if (entry.name, entry.content) != (new_name, content):
            entry.updated_at = now
        entry.name, entry.content = new_name, content
        entries[new_name] = entries.pop(name)
        return entry, before

    def remove(self, caller: Caller, namespace: str, kind: Kind, name: str) -> None:
        """Delete one entry.

        Raises:
            Refused: the namespace or entry does not exist or is protected, or by policy.
        """
        holder = self.holder(caller, namespace, kind, kind.delete_rule)
        self._entry(holder.of(kind), kind, name)
        if holder.protected:
            raise Refused(kind.protected, name=name)
        del holder.of(kind)[name]

    def resource_types(self, caller: Caller) -> list[Entry]:
        """Return every resource type that was ever associated, oldest first.

        Raises:
            Refused: by policy.
        """
        rights.require(RESOURCE_TYPES.list_rule, caller)
        return list(self._resource_types.values())

    def _entry(self, entries: Mapping[str, Entry], kind: Kind, name: str) -> Entry:
        if name not in entries:
            raise Refused(kind.unknown, name=name)
        return entries[name]

    def put(
        self,
        namespace: Namespace,
        kind: Kind,
        name: str,
        given: Mapping[str, Any],
        now: float,
        what: str = "",
    ) -> Entry:
        """Add an entry to a namespace.

        Args:
            namespace: the namespace.
            kind: kind of the entry.
            name: name of the entry.
            given: its content in the request.
            now: seconds since the epoch.
            what: what the request creates, for the check of its text; empty skips the check.

        Raises:
            Refused: the name is taken, or the text cannot be stored.
        """
        content = _content(kind, given)
        if what:
            shapes.refuse_four_bytes(_columns(kind, name, content), "create", what)
        if kind is RESOURCE_TYPES and name not in self._resource_types:
            self._resource_types[name] = Entry(next(self._numbers), name, now, now)
        entries = namespace.of(kind)
        if name in entries:
            raise Refused(kind.exists, name=name, namespace=namespace.name)
        entries[name] = Entry(next(self._numbers), name, now, now, content)
        return entries[name]


def _content(kind: Kind, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of an entry, without its name."""
    if kind is PROPERTIES:
        shapes.storable({"": given})
        return dict(given)
    if kind is OBJECTS:
        properties = given.get("properties") or {}
        shapes.storable(properties)
        # Glance stores the names as one comma-separated text.
        required = ",".join(given.get("required") or ())
        return {"description": given.get("description"), "properties": properties,
                "required": required.split(",") if required else []}
    if kind is RESOURCE_TYPES:
        return {name: given.get(name) for name in ("prefix", "properties_target")}
    return {}


def _columns(kind: Kind, name: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry as a row of Glance's database, to check its text."""
    if kind is OBJECTS:
        return {"name": name, "required": ",".join(content["required"]),
                "description": content["description"], "json_schema": content["properties"]}
    if kind is PROPERTIES:
        return {"name": name, "json_schema": content}
    return {"name": name} if kind is TAGS else {}
