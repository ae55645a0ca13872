"""Glance's metadata definitions: namespaces and what they hold."""

from . import namespaces, objects, properties, resource_types, schemas, tags

__all__ = ["namespaces", "objects", "properties", "resource_types", "schemas", "tags"]
