"""A page of keys: by prefix, after a marker, those with a delimiter as one.

Source: pages *Listing Objects in a Bucket* and *… (V2)*.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Page:
    """A page.

    Attributes:
        keys: the keys on it, in the order of their UTF-8 bytes.
        prefixes: what keys with the delimiter have in common.
        last: the last key or prefix of a page that is not the last one; empty otherwise.
    """

    keys: list[str] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    last: str = ""


def page(keys: Iterable[str], prefix: str, after: str, delimiter: str, most: int) -> Page:
    """Return the page of keys after a key or a common prefix.

    Args:
        keys: all keys, in any order.
        prefix: what the keys begin with.
        after: the marker; the page begins after it.
        delimiter: groups keys; empty for none.
        most: how many keys and common prefixes it may have; 0 gives an empty page.
    """
    found = Page()
    latest = ""
    for key in sorted(keys, key=str.encode):
        if not key.startswith(prefix) or key.encode() <= after.encode():
            continue
        end = key.find(delimiter, len(prefix)) if delimiter else -1
        name = key if end < 0 else key[:end + len(delimiter)]
        if end >= 0 and (name == latest or name.encode() <= after.encode()):
            continue
        if len(found.keys) + len(found.prefixes) == most:
            found.last = latest
            break
        (found.keys if end < 0 else found.prefixes).append(name)
        latest = name
    return found
