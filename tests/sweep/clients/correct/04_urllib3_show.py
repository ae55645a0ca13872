"""Finds an image by name and reads its attributes; only reads, retried by urllib3's own Retry.

urllib3, sync. Retry honours Retry-After itself, and never repeats a 4xx but 429.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import urllib3
from urllib3.util import Retry

from fake_ims import FakeIMS, sweep


class Unavailable(Exception):
    """The service did not answer as it should."""


class NotThere(Exception):
    """The list has no image of this name."""


class Reader:
    def __init__(self, url: str, token: str) -> None:
        self._url = url
        # 0, 4, 8, 16 and 32 seconds between the tries.
        self._pool = urllib3.PoolManager(
            headers={"X-Auth-Token": token}, timeout=urllib3.Timeout(connect=5, read=20),
            retries=Retry(total=6, backoff_factor=2, status_forcelist=(429, 502, 503, 504),
                          allowed_methods=("GET",)))

    def find(self, name: str) -> Any:
        path = f"/v2/images?name={quote(name)}"
        while path:
            page = self._get(path)
            for image in page["images"]:
                if image["name"] == name:
                    return self._get(f"/v2/images/{image['id']}")
            path = page.get("next")
        raise NotThere(name)

    def _get(self, path: str) -> Any:
        try:
            response = self._pool.request("GET", self._url + path)
        except urllib3.exceptions.HTTPError as error:
            raise Unavailable(f"GET {path}: {error}") from error
        if response.status != 200:
            raise Unavailable(f"GET {path}: {response.status} {response.data[:200]!r}")
        try:
            return json.loads(response.data)
        except ValueError as error:
            raise Unavailable(f"GET {path}: no JSON: {response.data[:200]!r}") from error

    def close(self) -> None:
        self._pool.clear()


@sweep(survive=("503", "503-retry-after", "503-30s", "429", "429-retry-after", "reset-before",
                "reset-after", "gateway-page", "outage-30s", "small-pages", "no-answer"))
def test_find(fake_ims: FakeIMS) -> None:
    fake_ims.images.add(name="other")
    image = fake_ims.images.add(name="golden image", min_ram=512)
    reader = Reader(fake_ims.url, fake_ims.token)
    try:
        found = reader.find("golden image")
    finally:
        reader.close()
    assert found["id"] == image.id
    assert found["min_ram"] == 512
