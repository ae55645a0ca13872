"""The token and the host names with which the control API can be used."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from ..errors import UsageError, shown

_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^\[\]:/@\\?#\s]+))(?::\d*)?")
_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?")


@dataclass(frozen=True)
class Access:
    """What a control request must show.

    Attributes:
        token: what ``X-Fake-Ims-Control`` must contain; None for no check.
        hosts: names in ``Host`` that are accepted besides loopback and the address of the
            connection, in lower case.
    """

    token: str | None
    hosts: frozenset[str]

    @classmethod
    def checked(cls, token: object, host: str, allowed_hosts: object) -> Access:
        """Return what users have set.

        Args:
            token: the control token; None for no check.
            host: the address or name that the fake listens on.
            allowed_hosts: further names that clients use for the fake, without a port.

        Raises:
            UsageError: the token cannot be sent in a header, or an entry is not a host name.
        """
        if token is not None and not (isinstance(token, str) and token.isprintable()
                                      and token == token.strip() != ""):
            raise UsageError("control_token must be a string that a header can contain, without "
                             f"spaces at its ends, not {shown(token)}")
        if isinstance(allowed_hosts, (str, bytes)) or not isinstance(allowed_hosts, Iterable):
            raise UsageError("allowed_hosts must be a list of names such as ['fake-ims'], not "
                             f"{shown(allowed_hosts)}")
        return cls(token, frozenset({_plain(host), *map(_allowed, allowed_hosts)}))

    def knows(self, host: str, local: str) -> bool:
        """Return whether a request may have this ``Host`` header.

        Args:
            host: the header.
            local: the address that the client has connected to.
        """
        found = _HOST.fullmatch(host.strip())
        if found is None:
            return False
        name = _plain(found[1] or found[2])
        if name == "localhost" or name.endswith(".localhost") or name in self.hosts:
            return True
        address = _address(name)
        return address is not None and (address.is_loopback or address == _address(local))


def _plain(name: str) -> str:
    return name.lower().removesuffix(".")


def _allowed(given: object) -> str:
    if isinstance(given, str) and (_NAME.fullmatch(given) or _address(given) is not None):
        return _plain(given)
    raise UsageError(f"allowed_hosts: {shown(given)} is not a host name; write for example "
                     "'fake-ims', without scheme and port")


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return (isinstance(found, IPv6Address) and found.ipv4_mapped) or found
