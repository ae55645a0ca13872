"""Which bucket and which object a request names, by its path or by its ``Host``.

Source: OBS API reference, *Constructing a Request*; path style as S3 clients use it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

# The name of the service itself: obs.eu-de.otc.t-systems.com, s3.localhost.
_SERVICE = re.compile(r"(?:obs|s3)[.-]")
_HOSTED = re.compile(r"(?P<bucket>[a-z0-9][a-z0-9.-]*?)\.(?:(?:obs|s3)[.-].+|localhost)\Z")


@dataclass(frozen=True, slots=True)
class Place:
    """What a request is about.

    Attributes:
        bucket: name of the bucket; empty for the service itself.
        key: the object's key; empty for the bucket itself.
        hosted: whether the host names the bucket.
    """

    bucket: str
    key: str
    hosted: bool


def place(host: str, raw_path: str) -> Place:
    """Return what a request is about.

    Args:
        host: the value of ``Host``, perhaps with a port.
        raw_path: the path as received, percent-encoded.

    Raises:
        UnicodeDecodeError: the path is not UTF-8.
    """
    name = host.rpartition(":")[0] if re.search(r":\d*\Z", host) else host
    name = name.lower()
    path = unquote(raw_path, errors="strict")[1:]
    found = None if _SERVICE.match(name) else _HOSTED.match(name)
    if found is not None:
        return Place(found["bucket"], path, True)
    bucket, _, key = path.partition("/")
    return Place(bucket, key, False)
