"""What differs between services: ``otc`` (the default) and ``openstack`` (plain Glance)."""

from __future__ import annotations

from ..errors import unknown
from .model import Profile

NAMES = ("otc", "openstack")


def profile(name: str) -> Profile:
    """The profile of that name.

    Raises:
        UsageError: there is none.
    """
    if name == "otc":
        from .otc import OTC

        return OTC
    if name == "openstack":
        from .openstack import OPENSTACK

        return OPENSTACK
    raise unknown("profile", name, NAMES)


__all__ = ["NAMES", "Profile", "profile"]
