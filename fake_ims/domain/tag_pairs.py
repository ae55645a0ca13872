"""Tags with a key and a value (IMS APIs), and the texts that images store for them.

An image stores ``key=value``, or only ``key`` if the value is empty. The older form ``key.value``
is read as a pair, too. Source: chapter *Image Tag Format*, and the notes on the tag function
in the pages *Querying Images* and *Querying Tags*.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def pair(tag: str) -> tuple[str, str]:
    """Return key and value of a stored tag."""
    for separator in ("=", "."):
        key, found, value = tag.partition(separator)
        if found and key:
            return key, value
    return tag, ""


def text(key: str, value: str) -> str:
    """Return a tag in the form that images store."""
    return f"{key}={value}" if value or "." in key else key


def merged(tags: Iterable[str] | None, image_tags: Iterable[Mapping[str, Any]] | None) -> list[str]:
    """Return the tags of a request from its two parameters. Of a repeated key the last counts."""
    found = dict(pair(tag) for tag in tags or ())
    found |= {tag["key"]: tag["value"] for tag in image_tags or ()}
    return [text(key, value) for key, value in found.items()]
