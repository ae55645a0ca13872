"""The differences between services: ``otc`` (the default) and ``openstack`` (plain Glance)."""

from __future__ import annotations

from functools import lru_cache

from ..contract.options import Options
from ..errors import unknown
from .model import Profile

NAMES = ("otc", "openstack")


@lru_cache(maxsize=64)
def profile(name: str, options: Options | None = None) -> Profile:
    """Return the profile with this name, and with options of Glance.

    Args:
        name: ``otc`` or ``openstack``.
        options: the options; None for the profile's defaults.

    Raises:
        UsageError: the profile is unknown.
    """
    if name == "otc":
        from .otc import OTC, Otc

        return OTC if options is None else Otc(options)
    if name == "openstack":
        from .openstack import OpenStack

        return OpenStack(options)
    raise unknown("profile", name, NAMES)


__all__ = ["NAMES", "Profile", "profile"]
