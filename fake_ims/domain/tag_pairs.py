"""Tags with a key and a value (IMS APIs), and the texts that images store for them.

An image stores ``key=value``, or only ``key`` if the value is empty. The older form ``key.value``
is read as a pair, too. Source: chapter *Image Tag Format*, and the notes on the tag function
in the pages *Querying Images* and *Querying Tags*.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..contract.parameters.common import MAX_TAG_KEY, MAX_TAG_VALUE

MAX_TAG = 255
# Native: letters, digits, hyphens and underscores, with or without a value.
_NATIVE = re.compile(r"[A-Za-z0-9_-]+(?:[=.][A-Za-z0-9_-]*)?\Z")
# Keys and values of the IMS APIs, such as "cost center".
_PART = re.compile(r"[^=*<>\\,|/\x00-\x1f]+\Z")


def is_part(part: str, maximum: int) -> bool:
    """Return whether a text of at most so many characters is a key or a value of the IMS APIs."""
    return len(part) <= maximum and _PART.match(part) is not None


def is_native(tag: str) -> bool:
    """Return whether an image can be created with a tag by the native API."""
    return len(tag) <= MAX_TAG and _NATIVE.match(tag) is not None


def is_tag(tag: str) -> bool:
    """Return whether an image can have a tag: what one face sets, the other one takes back."""
    if is_native(tag):
        return True
    key, value = pair(tag)
    return key.strip(" ") == key and value.strip(" ") == value and is_part(key, MAX_TAG_KEY) and (
        not value or is_part(value, MAX_TAG_VALUE))


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
