"""Tags with a key and a value, as the IMS APIs have them, on the texts that images keep.

An image keeps ``key=value``, or ``key`` alone where the value is empty; an older tag ``key.value``
is read as such a pair, too. Source: chapter *Image Tag Format*, and the notes on the tag function
in the pages *Querying Images* and *Querying Tags*.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def pair(tag: str) -> tuple[str, str]:
    """Key and value of a tag as an image keeps it."""
    for separator in ("=", "."):
        key, found, value = tag.partition(separator)
        if found and key:
            return key, value
    return tag, ""


def text(key: str, value: str) -> str:
    """A tag as an image keeps it."""
    return f"{key}={value}" if value or "." in key else key


def merged(tags: Iterable[str] | None, image_tags: Iterable[Mapping[str, Any]] | None) -> list[str]:
    """The tags of a request, from either of its two parameters, each key once, the last one's."""
    found = dict(pair(tag) for tag in tags or ())
    found |= {tag["key"]: tag["value"] for tag in image_tags or ()}
    return [text(key, value) for key, value in found.items()]
