"""Says which image to boot: the newest of a family, or the last one known if the service is down.

urllib3, sync, a cache in a file as fallback. Says so when the answer is from the cache.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import urllib3
from urllib3.util import Retry

from fake_ims import FakeIMS, sweep


class NoImage(Exception):
    """Neither the service nor the cache knows an image."""


class Choice(NamedTuple):
    image_id: str
    cached: bool


class Chooser:
    def __init__(self, url: str, token: str, cache: Path) -> None:
        self._url = url
        self._cache = cache
        self._http = urllib3.PoolManager(headers={"X-Auth-Token": token}, timeout=10, retries=Retry(
            total=2, backoff_factor=1, status_forcelist=(429, 503), raise_on_status=False))

    def choose(self, family: str) -> Choice:
        try:
            images = self._images(f"/v2/images?tag={family}&status=active")
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            return self._cached(error)
        if not images:
            raise NoImage(f"no active image is tagged {family!r}")
        newest = max(images, key=lambda image: (image["created_at"], image["name"]))
        self._cache.write_text(json.dumps(newest["id"]))
        return Choice(newest["id"], cached=False)

    def _images(self, path: str) -> list[Any]:
        found: list[Any] = []
        while path:
            response = self._http.request("GET", self._url + path)
            if response.status != 200:
                raise OSError(f"GET {path}: {response.status} {response.data[:200]!r}")
            page = json.loads(response.data)
            found += page["images"]
            path = page.get("next")
        return found

    def _cached(self, reason: Exception) -> Choice:
        try:
            return Choice(json.loads(self._cache.read_text()), cached=True)
        except (OSError, ValueError) as error:
            raise NoImage(f"{reason}; and no cache: {error}") from reason

    def close(self) -> None:
        self._http.clear()


@sweep(survive=("4*", "5*", "outage*", "reset-*", "no-answer*", "garbage", "gateway-page",
                "truncated", "invalid-json", "small-pages", "page-repeat", "lost-blocked"))
def test_choose(fake_ims: FakeIMS, tmp_path: Path) -> None:
    for number in (1, 2):
        newest = fake_ims.images.add(name=f"base-{number}", tags=["base"])
    (tmp_path / "cache").write_text(json.dumps(newest.id))
    chooser = Chooser(fake_ims.url, fake_ims.token, tmp_path / "cache")
    try:
        choice = chooser.choose("base")
    finally:
        chooser.close()
    assert choice.image_id == newest.id
    assert not choice.cached or fake_ims.sweep is not None
