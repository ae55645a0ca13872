"""Adds up the sizes of all images, two on a page. requests.

BUG: an image that a page repeats is counted twice.
CAUGHT BY: images.list page-repeat
DEPTH: 1
PATTERN: incomplete state used as truth
"""

from __future__ import annotations

import requests

from fake_ims import FakeIMS


class UsageUnknown(Exception):
    pass


def used(url: str, token: str) -> int:
    total = 0
    path = "/v2/images?limit=2"
    while path:
        try:
            response = requests.get(url + path, headers={"X-Auth-Token": token}, timeout=15)
            response.raise_for_status()
            page = response.json()
        except requests.RequestException as error:
            raise UsageUnknown(f"GET {path}: {error}") from error
        total += sum(image["size"] or 0 for image in page["images"])
        path = page.get("next")
    return total


def test_used(fake_ims: FakeIMS) -> None:
    for number in range(5):
        fake_ims.images.add(name=f"disk-{number}", data=b"0123456789")
    assert used(fake_ims.url, fake_ims.token) == 50
