"""Glance's metadata definitions: the rows of their operations and of their refusals.

Namespaces describe properties that images and other resources can have. The IMS reference does not
mention them, so only profile ``openstack`` has them. Their JSON schemas are in
``contract.metadef_schemas``.
"""

from __future__ import annotations

from .model import OPENSTACK_ONLY, Body, Operation, Refusal

_CHAPTER = "Glance v2: metadata definitions"
_ERRORS = (400, 401, 403, 404, 500)
_NAMESPACES = "/v2/metadefs/namespaces"
_NAMESPACE = f"{_NAMESPACES}/{{namespace}}"
SCHEMA_NAMES = ("namespace", "namespaces", "object", "objects", "property", "properties", "tag",
                "tags", "resource_type", "resource_types")


def _row(id: str, route: str, success: int, *, body: Body = "none", more: int = 0) -> Operation:
    method, path = route.split(" ")
    errors = tuple(sorted({*_ERRORS, more})) if more else _ERRORS
    return Operation(id=id, method=method, path=path, chapter=_CHAPTER, face="native",
                     success=success, errors=errors, source="glance", profiles=OPENSTACK_ONLY,
                     body=body)


METADEF_OPERATIONS: tuple[Operation, ...] = (
    _row("metadefs.namespaces.list", f"GET {_NAMESPACES}", 200, body="ignored"),
    _row("metadefs.namespaces.create", f"POST {_NAMESPACES}", 201, body="json", more=409),
    _row("metadefs.namespaces.show", f"GET {_NAMESPACE}", 200),
    _row("metadefs.namespaces.update", f"PUT {_NAMESPACE}", 200, body="json", more=409),
    _row("metadefs.namespaces.delete", f"DELETE {_NAMESPACE}", 204),
    _row("metadefs.objects.list", f"GET {_NAMESPACE}/objects", 200, body="ignored"),
    _row("metadefs.objects.create", f"POST {_NAMESPACE}/objects", 201, body="json", more=409),
    _row("metadefs.objects.clear", f"DELETE {_NAMESPACE}/objects", 204, body="ignored"),
    _row("metadefs.objects.show", f"GET {_NAMESPACE}/objects/{{name}}", 200),
    _row("metadefs.objects.update", f"PUT {_NAMESPACE}/objects/{{name}}", 200, body="json"),
    _row("metadefs.objects.delete", f"DELETE {_NAMESPACE}/objects/{{name}}", 204),
    _row("metadefs.properties.list", f"GET {_NAMESPACE}/properties", 200),
    _row("metadefs.properties.create", f"POST {_NAMESPACE}/properties", 201, body="json",
         more=409),
    _row("metadefs.properties.clear", f"DELETE {_NAMESPACE}/properties", 204, body="ignored"),
    _row("metadefs.properties.show", f"GET {_NAMESPACE}/properties/{{name}}", 200,
         body="ignored"),
    _row("metadefs.properties.update", f"PUT {_NAMESPACE}/properties/{{name}}", 200,
         body="json"),
    _row("metadefs.properties.delete", f"DELETE {_NAMESPACE}/properties/{{name}}", 204,
         body="ignored"),
    _row("metadefs.tags.list", f"GET {_NAMESPACE}/tags", 200, body="ignored"),
    _row("metadefs.tags.create_all", f"POST {_NAMESPACE}/tags", 201, body="json", more=409),
    _row("metadefs.tags.clear", f"DELETE {_NAMESPACE}/tags", 204, body="ignored"),
    _row("metadefs.tags.show", f"GET {_NAMESPACE}/tags/{{name}}", 200),
    _row("metadefs.tags.create", f"POST {_NAMESPACE}/tags/{{name}}", 201, more=409),
    _row("metadefs.tags.update", f"PUT {_NAMESPACE}/tags/{{name}}", 200, body="json", more=409),
    _row("metadefs.tags.delete", f"DELETE {_NAMESPACE}/tags/{{name}}", 204),
    _row("metadefs.resource_types.list", "GET /v2/metadefs/resource_types", 200),
    _row("metadefs.associations.list", f"GET {_NAMESPACE}/resource_types", 200),
    _row("metadefs.associations.create", f"POST {_NAMESPACE}/resource_types", 201, body="json",
         more=409),
    _row("metadefs.associations.delete", f"DELETE {_NAMESPACE}/resource_types/{{name}}", 204),
    *(_row(f"schemas.metadefs.{name}", f"GET /v2/schemas/metadefs/{name}", 200)
      for name in SCHEMA_NAMES),
)

# key, status, text, IMS code (which no profile shows: only ``otc`` shows codes)
_ROWS: tuple[tuple[str, int, str, str], ...] = (
    ("metadef.schema", 400, "Provided object does not match schema '{schema}': {reason}",
     "IMG.0001"),
    ("metadef.read_only", 403, "Attribute '{name}' is read-only.", "IMG.0035"),
    ("metadef.hidden", 404, "The resource could not be found.", "IMG.0105"),
    # Where a real Glance fails with 500 (docs/decisions.md).
    ("metadef.unexpected", 400, "The server could not comply with the request since it is either "
     "malformed or otherwise incorrect.", "IMG.0001"),
    ("metadef.four_bytes", 400, "Couldn't {verb} metadata {what}: {name} can't contain 4 byte "
     "unicode characters.", "IMG.0003"),
    ("metadef.four_bytes_name", 400, "Couldn't {verb} metadata {what}: Property names can't "
     "contain 4 byte unicode.", "IMG.0003"),
    # namespaces
    ("metadef.namespace_unknown", 404, "Metadata definition namespace={namespace} was not found.",
     "IMG.0105"),
    ("metadef.namespace_not_found", 404, "Namespace {namespace} not found", "IMG.0105"),
    ("metadef.namespace_invisible", 403, "Forbidding request, metadata definition "
     "namespace={namespace} is not visible.", "IMG.0026"),
    ("metadef.namespace_marker", 404, "Metadata definition namespace not found for id=",
     "IMG.0105"),
    ("metadef.namespace_exists", 409, "The metadata definition namespace={namespace} already "
     "exists.", "IMG.0009"),
    ("metadef.namespace_taken", 409, "Invalid update. It would result in a duplicate metadata "
     "definition namespace with the same name of {namespace}", "IMG.0009"),
    ("metadef.namespace_ownerless", 400, "A metadata definition namespace needs an owner.",
     "IMG.0001"),
    ("metadef.namespace_protected", 403, "Metadata definition namespace {namespace} is protected "
     "and cannot be deleted.", "IMG.0028"),
    # objects
    ("metadef.object_unknown", 404, "Could not find metadata object {name}", "IMG.0105"),
    ("metadef.object_exists", 409, "A metadata definition object with name={name} already exists "
     "in namespace={namespace}.", "IMG.0009"),
    ("metadef.object_protected", 403, "Metadata definition object {name} is protected and cannot "
     "be deleted.", "IMG.0028"),
    # properties
    ("metadef.property_unknown", 404, "Could not find property {name}", "IMG.0105"),
    ("metadef.property_exists", 409, "A metadata definition property with name={name} already "
     "exists in namespace={namespace}.", "IMG.0009"),
    ("metadef.property_protected", 403, "Metadata definition property {name} is protected and "
     "cannot be deleted.", "IMG.0028"),
    ("metadef.property_prefix", 404, "Property {name} does not start with the expected resource "
     "type association prefix of '{prefix}'.", "IMG.0105"),
    # tags
    ("metadef.tag_unknown", 404, "Could not find metadata tag {name}", "IMG.0105"),
    ("metadef.tag_exists", 409, "A metadata tag with name={name} already exists in "
     "namespace={namespace}. (Please note that metadata tag names are case insensitive).",
     "IMG.0009"),
    ("metadef.tag_protected", 403, "Metadata definition tag {name} is protected and cannot be "
     "deleted.", "IMG.0028"),
    # resource types and their associations with namespaces
    ("metadef.resource_type_unknown", 404, "The metadata definition resource-type with "
     "name={name}, was not found.", "IMG.0105"),
    ("metadef.association_unknown", 404, "The metadata definition resource-type association of "
     "resource-type={name} to namespace={namespace}, was not found.", "IMG.0105"),
    ("metadef.association_delete", 404, "Failed to find resource type {name} to delete",
     "IMG.0105"),
    ("metadef.association_exists", 409, "The metadata definition resource-type association of "
     "resource-type={name} to namespace={namespace} already exists.", "IMG.0009"),
    ("metadef.association_protected", 403, "Metadata definition resource-type-association {name} "
     "is protected and cannot be deleted.", "IMG.0028"),
)

METADEF_REFUSALS: dict[str, Refusal] = {row[0]: Refusal(*row) for row in _ROWS}
