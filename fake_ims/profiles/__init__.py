"""The differences between services: ``otc`` (the default) and ``openstack`` (plain Glance)."""

from __future__ import annotations

from ..errors import unknown
from .model import Profile

NAMES = ("otc", "openstack")


def profile(name: str) -> Profile:
    """Return the profile with this name.

    Raises:
        UsageError: the profile is unknown.
    """
    if name == "otc":
        from .otc import OTC

        return OTC
    if name == "openstack":
        from .openstack import OPENSTACK

        return OPENSTACK
    raise unknown("profile", name, NAMES)


__all__ = ["NAMES", "Profile", "profile"]
