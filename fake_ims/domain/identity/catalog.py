"""The service catalog: which services the cloud has, and where."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec

from ...contract.identity import ELSEWHERE
from .people import derived_id

INTERFACES = ("public", "internal", "admin")

# type: (name, path of the endpoint)
OURS = {
    "image": ("glance", ""),
    "ims": ("ims", ""),
    # With a root of its own above it: clients go up from there to look for other versions.
    "identity": ("keystone", "/identity/v3"),
}
# What clients look up by type beside images. They find a URL, and there a clear 501.
OTHERS = (
    "antiddos", "as", "block-storage", "ccev2.0", "ces", "compute", "cts", "data-protect",
    "ddsv3", "dms", "dns", "ecs", "elb", "elbv3", "eps", "evs", "key-manager", "kms", "mrs", "nat",
    "network", "object", "object-store", "obs", "orchestration", "placement", "rdsv3", "sdrs",
    "sfsturbo", "share", "smn", "swrv2", "tms", "vbs", "volume", "volumev2", "volumev3", "vpc",
    "vpc2.0",
)


@lru_cache(maxsize=32)
def catalog(base_url: str, region: str) -> list[dict[str, Any]]:
    """The catalog as a token shows it, for a client that reaches the fake at ``base_url``."""
    found = []
    for kind, (name, path) in OURS.items():
        found.append(_service(kind, name, f"{base_url}{path}", region, INTERFACES))
    for kind in OTHERS:
        found.append(_service(kind, kind, f"{base_url}/{ELSEWHERE}/{kind}", region, ("public",)))
    return found


def _service(
    kind: str, name: str, url: str, region: str, interfaces: tuple[str, ...]
) -> dict[str, Any]:
    return {
        "endpoints": [
            {"id": derived_id("endpoint", kind, interface, region), "interface": interface,
             "region_id": region, "url": url, "region": region}
            for interface in interfaces
        ],
        "id": derived_id("service", kind),
        "type": kind,
        "name": name,
    }


@lru_cache(maxsize=32)
def rendered(base_url: str, region: str) -> bytes:
    """The catalog as JSON, to be put into a token as it is."""
    return msgspec.json.encode(catalog(base_url, region))
