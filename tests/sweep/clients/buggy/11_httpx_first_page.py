"""Counts the images of each operating system. httpx.

BUG: only the first page is read.
CAUGHT BY: images.list small-pages
DEPTH: 1
PATTERN: ignores pagination
"""

from __future__ import annotations

from collections import Counter

import httpx

from fake_ims import FakeIMS


class CountError(Exception):
    pass


def systems(client: httpx.Client) -> Counter[str]:
    try:
        response = client.get("/v2/images", params={"limit": 1000})
        response.raise_for_status()
        images = response.json()["images"]
    except (httpx.HTTPError, ValueError) as error:
        raise CountError(repr(error)) from error
    return Counter(image["os_type"] for image in images)


def test_systems(fake_ims: FakeIMS) -> None:
    for system in ("linux", "linux", "windows"):
        fake_ims.images.add(name="disk", os_type=system)
    with httpx.Client(base_url=fake_ims.url, headers=fake_ims.headers, timeout=10) as client:
        assert systems(client) == {"linux": 2, "windows": 1}
