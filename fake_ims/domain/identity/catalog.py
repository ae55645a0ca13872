"""The service catalog: the services of the cloud and their endpoints."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec

from ...contract.identity import ELSEWHERE
from ...contract.neighbours import LOOKUP_VERSIONS, OBS_TYPES
from ..shape import PLAIN, Shape
from .people import derived_id

INTERFACES = ("public", "internal", "admin")

# type: (name, path of the endpoint)
OURS = {
    "image": ("glance", ""),
    "ims": ("ims", ""),
    # It has a version list above it: clients go up from here to look for other versions.
    "identity": ("keystone", "/identity/v3"),
}
# Other services that clients look up by type. Their endpoint exists and responds with a clear 501;
# some of them have look-ups, and OBS works in miniature: contract/neighbours.py.
OTHERS = (
    "antiddos", "as", "block-storage", "ccev2.0", "ces", "compute", "cts", "data-protect",
    "ddsv3", "dms", "dns", "ecs", "elb", "elbv3", "eps", "evs", "key-manager", "kms", "mrs", "nat",
    "network", "object", "object-store", "obs", "orchestration", "placement", "rdsv3", "sdrs",
    "sfsturbo", "share", "smn", "swrv2", "tms", "vbs", "volume", "volumev2", "volumev3", "vpc",
    "vpc2.0",
)


@lru_cache(maxsize=32)
def catalog(
    base_url: str, region: str, shape: Shape = PLAIN, has_obs: bool = False
) -> list[dict[str, Any]]:
    """Return the catalog of a token.

    Args:
        base_url: where the client reaches the fake.
        region: name of the region.
        shape: prefix, endpoint and further regions.
        has_obs: whether the fake serves OBS.
    """
    found = []
    regions = (region, *shape.regions)
    for kind, (name, path) in OURS.items():
        if kind == "image":
            path = shape.prefix + shape.endpoint
        elif kind == "ims":
            path = shape.prefix
        found.append(_service(kind, name, f"{base_url}{path}", regions, INTERFACES))
    for kind in OTHERS:
        url = f"{base_url}/{ELSEWHERE}/{kind}{LOOKUP_VERSIONS.get(kind, '')}"
        if kind in OBS_TYPES and has_obs:
            url = base_url  # its clients drop a path
        found.append(_service(kind, kind, url, regions, ("public",)))
    return found


def _service(
    kind: str, name: str, url: str, regions: tuple[str, ...], interfaces: tuple[str, ...]
) -> dict[str, Any]:
    return {
        "endpoints": [
            {"id": derived_id("endpoint", kind, interface, region), "interface": interface,
             "region_id": region, "url": url, "region": region}
            for region in regions for interface in interfaces
        ],
        "id": derived_id("service", kind),
        "type": kind,
        "name": name,
    }


@lru_cache(maxsize=32)
def rendered(
    base_url: str, region: str, shape: Shape = PLAIN, has_obs: bool = False
) -> bytes:
    """Return the catalog as JSON, ready to be placed into a token."""
    return msgspec.json.encode(catalog(base_url, region, shape, has_obs))
