"""Lists all images over pages: follows ``next``, drops what a page repeats.

httpx, sync, a generator. Retries each page five times, and honours Retry-After.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx

from fake_ims import FakeIMS, sweep


class ListError(Exception):
    """The list could not be read to its end."""


class Catalogue:
    def __init__(self, url: str, token: str) -> None:
        self._client = httpx.Client(base_url=url, headers={"X-Auth-Token": token},
                                    timeout=httpx.Timeout(15.0))

    def images(self, **filters: str) -> Iterator[dict[str, Any]]:
        seen: set[str] = set()
        path: str | None = str(httpx.URL("/v2/images", params={**filters, "limit": "2"}))
        while path is not None:
            page = self._page(path)
            for image in page["images"]:
                if image["id"] not in seen:
                    seen.add(image["id"])
                    yield image
            path = page.get("next")

    def _page(self, path: str) -> Any:
        for attempt in range(6):
            wait = float(2 ** (attempt + 1))
            try:
                response = self._client.get(path)
                if response.status_code == 200:
                    return response.json()
                if response.status_code not in (429, 500, 502, 503, 504) or attempt == 5:
                    raise ListError(f"GET {path}: {response.status_code} {response.text}")
                asked = response.headers.get("Retry-After", "")
                wait = max(wait, float(asked) if asked.isdecimal() else 0)
            except (httpx.TransportError, ValueError) as error:
                if attempt == 5:
                    raise ListError(f"GET {path}: {error!r}") from error
            time.sleep(wait)
        raise AssertionError("unreachable")

    def close(self) -> None:
        self._client.close()


@sweep(survive=("500", "503", "503-retry-after", "503-30s", "429*", "reset-before", "reset-after",
                "no-answer*", "garbage", "gateway-page", "truncated", "invalid-json", "outage-30s",
                "small-pages", "page-repeat"))
def test_all_names(fake_ims: FakeIMS) -> None:
    for number in range(5):
        fake_ims.images.add(name=f"disk-{number}")
    catalogue = Catalogue(fake_ims.url, fake_ims.token)
    try:
        names = sorted(image["name"] for image in catalogue.images(visibility="private"))
    finally:
        catalogue.close()
    assert names == [f"disk-{number}" for number in range(5)]
