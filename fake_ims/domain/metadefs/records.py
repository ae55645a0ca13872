"""What the catalogue holds, and the four kinds of things that a namespace has."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

KindName = Literal["objects", "properties", "tags", "resource_types"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing in a namespace: the policies that guard it, the refusals that name it.

    Attributes:
        name: also the last segment of the list's path.
        what: one of them, in sentences; empty where Glance does not check text.
        list_rule: policy of the list.
        get_rule: policy of looking at one.
        add_rule: policy of adding one.
        modify_rule: policy of changing one.
        delete_rule: policy of deleting one.
        unknown: refusal: there is none of that name.
        exists: refusal: the name is taken.
        protected: refusal: the namespace protects it.
        no_namespace: refusal: there is no such namespace.
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
        number: counts up; orders what was made in the same instant.
        name: unique among its kind in the namespace.
        created_at: seconds since the epoch.
        updated_at: seconds since the epoch.
        content: the rest, by its names on the wire.
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
        number: counts up; orders what was made in the same instant.
        visibility: ``public`` or ``private``.
        protected: whether it and what it has cannot be deleted.
        owner: id of a project.
        entries: what it has, by kind and name.
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
        """Its entries of one kind, by name."""
        return self.entries[kind.name]
