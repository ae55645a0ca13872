"""Warn about a fake that other machines can reach."""

from __future__ import annotations

import ipaddress
import sys
import warnings

from ..errors import ExposedWarning

#: How Python programs say it; ``fake-ims serve`` has options instead.
ARGUMENTS = ("control_token=", "control=False", "host='127.0.0.1'")
OPTIONS = ("--control-token TOKEN", "--no-control", "--host 127.0.0.1")


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach an address.

    Args:
        address: an IPv4 or IPv6 address, perhaps with a zone: ``fe80::1%eth0``.
    """
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback


def text(address: str, open_control: bool, words: tuple[str, str, str]) -> str:
    """Return the warning.

    Args:
        address: the address that the fake listens on.
        open_control: whether the control API needs no token.
        words: how to set a control token, no control API, and an address of this machine only.
    """
    token, none, local = words
    reach = f"the fake listens on {address}: everybody in the network can reach it"
    if open_control:
        return (f"{reach}, and its control API too. Use {token} or {none} to protect the control "
                f"API, or {local} to be reached from this machine only")
    return f"{reach}. Use {local} to be reached from this machine only"


def warn(warning: str) -> None:
    """Warn at the first line that is not of this package, however it got here.

    Raises:
        ExposedWarning: warnings are errors.
    """
    level = 1
    frame = sys._getframe()
    while frame.f_back is not None and _is_ours(frame.f_globals.get("__name__", "")):
        frame = frame.f_back
        level += 1
    warnings.warn(warning, ExposedWarning, level)


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] in ("fake_ims", "pytest_fake_ims")
