"""Deletes all images with a tag, a page at a time. requests.

BUG: it deletes the images of a page before it follows ``next``, whose marker is then gone.
CAUGHT BY: images.list small-pages
DEPTH: 1
PATTERN: ignores pagination
"""

from __future__ import annotations

from typing import Any

import requests

from fake_ims import FakeIMS, sweep


class CleaningError(Exception):
    pass


class Cleaner:
    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._session = requests.Session()
        self._session.headers["X-Auth-Token"] = token

    def clean(self, tag: str) -> None:
        path = f"/v2/images?tag={tag}"
        while path:
            page = self._ask("GET", path).json()
            for image in page["images"]:
                self._ask("DELETE", f"/v2/images/{image['id']}")
            path = page.get("next")

    def _ask(self, method: str, path: str) -> Any:
        try:
            response = self._session.request(method, self._url + path, timeout=20)
            response.raise_for_status()
            if method == "GET":
                response.json()
            return response
        except requests.RequestException as error:
            raise CleaningError(f"{method} {path}: {error}") from error


@sweep(survive=("small-pages",))
def test_clean(fake_ims: FakeIMS) -> None:
    for number in range(3):
        fake_ims.images.add(name=f"old-{number}", tags=["old"])
    Cleaner(fake_ims.url, fake_ims.token).clean("old")
    slow = fake_ims.sweep is not None and "slow-delete" in fake_ims.sweep.failures
    assert slow or not len(fake_ims.images)
