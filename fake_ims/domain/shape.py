"""The shape of the service's endpoint: where it listens, and what the catalog says of it.

A real Glance behind a proxy, as in devstack, answers below a prefix such as ``/image``. Its version
list and the redirect of ``/v2`` contain the prefix. Its other links (``self``, ``first``, ``next``,
``Location``) do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ..errors import UsageError, shown

_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+")
_REGION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}")
#: Segments of paths that mean something else on the same port.
_TAKEN = ("v3", "v3.0", "identity", "_fake_ims")


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of the endpoint.

    Attributes:
        prefix: the path below which the image service answers; empty for none.
        endpoint: what the catalog's endpoint of the image service has behind the prefix.
        regions: names of further regions in the catalog.
    """

    prefix: str = ""
    endpoint: str = ""
    regions: tuple[str, ...] = ()


PLAIN = Shape()


def checked(prefix: object, endpoint: object, regions: object, region: object) -> Shape:
    """Return the shape that a user has written.

    Raises:
        UsageError: a part is invalid; the message lists all of them.
    """
    wrong = []
    for name, value, example in (("prefix", prefix, "/image"), ("endpoint", endpoint, "/v2")):
        if not isinstance(value, str) or (value and not _PATH.fullmatch(value)):
            wrong.append(f"{name} must be a path such as {example!r}, without a slash at its end, "
                         f"not {shown(value)}")
        elif any(part in (".", "..") for part in value.split("/")):
            wrong.append(f"{name} must not have the segments '.' and '..': {shown(value)}")
    for taken in _TAKEN:
        if isinstance(prefix, str) and taken in prefix.split("/"):
            wrong.append(f"prefix cannot contain {taken!r}: another API answers there; write a "
                         "path such as '/image'")
    if isinstance(regions, str):  # as in command lines and ini files
        regions = [name.strip() for name in regions.split(",") if name.strip()]
    names: tuple[str, ...] = ()
    if not isinstance(regions, Iterable):
        wrong.append(f"regions must be a list such as ['eu-nl'], not {shown(regions)}")
    else:
        names = tuple(regions)
        for name in names:
            if not isinstance(name, str) or not _REGION.fullmatch(name):
                wrong.append(f"regions must be a list of names such as 'eu-nl', not of "
                             f"{shown(name)}")
            elif name == region or names.count(name) > 1:
                wrong.append(f"regions names {name!r} twice; the default region is in the catalog "
                             "already")
    if wrong:
        raise UsageError("; ".join(dict.fromkeys(wrong)))
    assert isinstance(prefix, str)
    assert isinstance(endpoint, str)
    return Shape(prefix, endpoint, names)
