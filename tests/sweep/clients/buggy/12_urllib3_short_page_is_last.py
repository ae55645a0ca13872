"""Lists all ids, a page of ten at a time. urllib3.

BUG: a page with fewer items than asked for counts as the last one; ``next`` is not looked at.
CAUGHT BY: images.list small-pages
DEPTH: 1
PATTERN: ignores pagination
"""

from __future__ import annotations

import json

import urllib3

from fake_ims import FakeIMS


class ListError(Exception):
    pass


def ids(url: str, token: str) -> set[str]:
    found: list[str] = []
    with urllib3.PoolManager(headers={"X-Auth-Token": token}, timeout=15, retries=False) as http:
        while True:
            marker = f"&marker={found[-1]}" if found else ""
            try:
                response = http.request("GET", f"{url}/v2/images?limit=10{marker}")
                page = json.loads(response.data) if response.status == 200 else None
            except (urllib3.exceptions.HTTPError, ValueError) as error:
                raise ListError(repr(error)) from error
            if page is None:
                raise ListError(f"{response.status} {response.data[:100]!r}")
            found += [image["id"] for image in page["images"]]
            if len(page["images"]) < 10:
                return set(found)


def test_ids(fake_ims: FakeIMS) -> None:
    images = {fake_ims.images.add(name=f"disk-{number}").id for number in range(12)}
    assert ids(fake_ims.url, fake_ims.token) == images
