"""The differences between services: ``otc`` (the default) and ``openstack`` (plain Glance)."""

from __future__ import annotations

from functools import cache

from ..errors import unknown
from .model import Profile

NAMES = ("otc", "openstack")


def profile(name: str) -> Profile:
    """Return the profile with this name.

    Raises:
        UsageError: the profile is unknown.
    """
    if name == "otc":
        return _otc()
    if name == "openstack":
        return _openstack()
    raise unknown("profile", name, NAMES)


@cache
def _otc() -> Profile:
    from .otc import OTC

    return OTC


@cache
def _openstack() -> Profile:
    from .openstack import OPENSTACK

    return OPENSTACK


__all__ = ["NAMES", "Profile", "profile"]
