"""What Glance downloads for an import: which URIs it lets through, and what they return.

No socket is opened. ``world.urls`` says what a URL returns. Source of the filter: a real Glance
(``import_filtering_opts``, ``glance.common.utils.get_validated_address``).
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from .data import Blob

if TYPE_CHECKING:
    from ..contract.options import Options
    from .spool import Spool
    from .world import World
    from .world.urls import WebFile

# As Python's urllib, with which Glance downloads.
_MAX_REDIRECTS = 10
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.I)
# What looks like a number is no name: a resolver would read it as an address.
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*", re.I)


class DownloadFailed(Exception):
    """A URI returned no file."""


def passes(uri: object, options: Options) -> bool:
    """Return whether Glance downloads from a URI.

    The fake asks no resolver. A name is taken to lead to a public address, except ``localhost``
    and the names below it, and those that end in ``.invalid``, which exist nowhere (RFC 2606).
    """
    if not isinstance(uri, str) or not uri:
        return False
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        return False
    if not _listed(parts.scheme, options.allowed_schemes, options.disallowed_schemes):
        return False
    host = _host(parts.hostname or "")
    if host is None or not _listed(host, options.allowed_hosts, options.disallowed_hosts):
        return False
    if port and not _listed(str(port), options.allowed_ports, options.disallowed_ports):
        return False
    return host in options.allowed_hosts or not _is_local(host)


def _listed(value: str, allowed: tuple[str, ...], disallowed: tuple[str, ...]) -> bool:
    """A list of what is allowed takes precedence over one of what is not."""
    if not value:
        return False
    return value in allowed if allowed else value not in disallowed


def _host(host: str) -> str | None:
    """The host in its usual form; None if it is neither an address nor a name that resolves."""
    for kind in (IPv4Address, IPv6Address):
        try:
            return str(kind(host))
        except ValueError:
            continue
    name = host.removesuffix(".")
    try:
        labels = name.encode("idna").decode().split(".")
    except UnicodeError:
        return None
    if _NUMBER.fullmatch(labels[-1]) or labels[-1].lower() == "invalid" or len(name) > 253:
        return None
    return host if all(map(_LABEL.fullmatch, labels)) else None


def _is_local(host: str) -> bool:
    """Whether a host is this machine, or reached without a router. Private networks are neither."""
    name = host.removesuffix(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address: IPv4Address | IPv6Address
    try:
        address = IPv4Address(host)
    except ValueError:
        try:
            address = IPv6Address(host)
        except ValueError:
            return False
        address = address.ipv4_mapped or address
    return address.is_loopback or address.is_link_local


def download(world: World, uri: str, options: Options, spool: Spool, disk_format: str | None
             ) -> Blob:
    """Return the data that a URI leads to, over all redirects.

    Args:
        world: has the URLs.
        uri: where to begin; it has passed the filter.
        options: have the filter, which each redirect must pass.
        spool: stores the data.
        disk_format: the image's, for a file of which only the size is known.

    Raises:
        DownloadFailed: the URL is unknown, returns an error, breaks off, or redirects too often or
            to where Glance does not go.
        StorageError: the system cannot store the data.
    """
    for _ in range(_MAX_REDIRECTS + 1):
        file = world.urls.get(uri)
        if file is None:
            raise DownloadFailed(f"{uri} cannot be reached")
        if file.redirect is None:
            size = file.size or 0 if file.data is None else len(file.data)
            if size > options.image_size_cap:
                raise DownloadFailed(f"{uri} is larger than image_size_cap")
            return _content(file, spool, disk_format, options.hashing_algorithm)
        uri = urljoin(uri, file.redirect)
        if not passes(uri, options):
            raise DownloadFailed(f"redirect to disallowed URL {uri}")
    raise DownloadFailed("redirects without end")


def _content(file: WebFile, spool: Spool, disk_format: str | None, algorithm: str) -> Blob:
    if file.status >= 300:
        raise DownloadFailed(f"{file.url} returns {file.status}")
    if file.status == 204:
        return Blob.of(spool, b"", algorithm)
    if file.data is None:
        return Blob.zeros(spool, file.size or 0, file.format or disk_format or "raw", algorithm)
    if file.size is not None and file.size != len(file.data):
        raise DownloadFailed(f"{file.url} breaks off")
    return Blob.of(spool, file.data, algorithm)
