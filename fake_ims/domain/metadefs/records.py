"""The records of namespaces, and the four kinds of entries in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

KindName = Literal["objects", "properties", "tags", "resource_types"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of entry: its policies, and its refusals.

    Attributes:
        name: also the last segment of the list's path.
        what: the word for one entry in messages; empty where Glance does not check text.
        list_rule: policy for listing entries.
        get_rule: policy for getting an entry.
        add_rule: policy for adding an entry.
        modify_rule: policy for changing an entry.
        delete_rule: policy for deleting an entry.
        unknown: refusal if the entry does not exist.
        exists: refusal if the name is taken.
        protected: refusal if the namespace is protected.
        no_namespace: refusal if the namespace does not exist.
    """

    name: KindName
    what: str
    list_rule: str
    get_rule: str
    add_rule: str
    modify_rule: str
    delete_rule: str
    unknown: str
    exists: str
    protected: str
    no_namespace: str = "metadef.namespace_not_found"


OBJECTS = Kind("objects", "object", "get_metadef_objects", "get_metadef_object",
               "add_metadef_object", "modify_metadef_object", "delete_metadef_object",
               "metadef.object_unknown", "metadef.object_exists",
               "metadef.object_protected", "metadef.namespace_unknown")
PROPERTIES = Kind("properties", "property", "get_metadef_properties", "get_metadef_property",
                  "add_metadef_property", "modify_metadef_property", "remove_metadef_property",
                  "metadef.property_unknown", "metadef.property_exists",
                  "metadef.property_protected")
TAGS = Kind("tags", "tag", "get_metadef_tags", "get_metadef_tag", "add_metadef_tag",
            "modify_metadef_tag", "delete_metadef_tag", "metadef.tag_unknown",
            "metadef.tag_exists", "metadef.tag_protected")
RESOURCE_TYPES = Kind("resource_types", "", "list_metadef_resource_types",
                      "get_metadef_resource_type", "add_metadef_resource_type_association", "",
                      "remove_metadef_resource_type_association", "metadef.association_delete",
                      "metadef.association_exists", "metadef.association_protected")


@dataclass(slots=True)
class Entry:
    """One object, property, tag or association with a resource type.

    Attributes:
        number: running number, orders entries created at the same instant.
        name: unique for its kind in the namespace.
        created_at: seconds since the epoch.
        updated_at: seconds since the epoch.
        content: all other fields, by their JSON names.
    """

    number: int
    name: str
    created_at: float
    updated_at: float
    content: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Namespace:
    """One namespace. Instants are seconds since the epoch.

    Attributes:
        number: running number, orders namespaces created at the same instant.
        visibility: ``public`` or ``private``.
        protected: whether the namespace and its entries cannot be deleted.
        owner: id of a project.
        entries: its entries, by kind and name.
    """

    number: int
    name: str
    display_name: str | None
    description: str | None
    visibility: str
    protected: bool
    owner: str
    created_at: float
    updated_at: float
    entries: dict[KindName, dict[str, Entry]] = field(default_factory=lambda: {
        "objects": {}, "properties": {}, "tags": {}, "resource_types": {}})

    def of(self, kind: Kind) -> dict[str, Entry]:
        """Return its entries of one kind, by name."""
        return self.entries[kind.name]
