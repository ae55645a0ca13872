"""Metadata definitions: namespaces and their contents. Source: responses of a real Glance."""

from .catalogue import Metadefs
from .records import Entry, Kind, Namespace

__all__ = ["Entry", "Kind", "Metadefs", "Namespace"]
