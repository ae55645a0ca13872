"""Keep requests to a fake away from the proxies that the environment configures."""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Iterable, Mapping
from typing import Any

NAMES = ("NO_PROXY", "no_proxy")  # some clients read only one of them
# Not "[::1]", which only urllib looks for: httpx takes the brackets for a port, and raises.
# requests, httpx, aiohttp and curl understand "::1".
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def variables(hosts: Iterable[str], environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return ``NO_PROXY`` and ``no_proxy``: what they contain now, and the hosts of a fake.

    Args:
        hosts: hosts to add to those of the loopback interface.
        environ: the present variables.
    """
    names: dict[str, None] = {}
    for variable in NAMES:
        names |= dict.fromkeys(filter(None, map(str.strip, environ.get(variable, "").split(","))))
    names |= dict.fromkeys((*_LOOPBACK, *hosts))
    # The star stands for every host; clients understand it only if it stands alone.
    return dict.fromkeys(NAMES, "*" if "*" in names else ",".join(names))


def in_the_way(url: str) -> bool:
    """Whether the environment sends requests for a URL through a proxy."""
    parts = urllib.request.Request(url)
    return parts.type in urllib.request.getproxies() and not urllib.request.proxy_bypass(parts.host)


def open_directly(request: urllib.request.Request, timeout: float) -> Any:
    """Send a request as ``urllib.request.urlopen`` does, but never through a proxy."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    return opener.open(request, timeout=timeout)
