"""Glance's metadata definitions: namespaces and their contents."""

from . import namespaces, objects, properties, resource_types, schemas, tags

__all__ = ["namespaces", "objects", "properties", "resource_types", "schemas", "tags"]
