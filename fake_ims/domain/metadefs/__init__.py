"""Metadata definitions: namespaces and what they hold. Source: asked of a real Glance."""

from .catalogue import Metadefs
from .records import Entry, Kind, Namespace

__all__ = ["Entry", "Kind", "Metadefs", "Namespace"]
