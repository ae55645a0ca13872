"""Sets attributes of an image with PATCH, only those that it is asked for.

requests with urllib3's Retry in an adapter. ``replace`` may be repeated: the end is the same.
"""

from __future__ import annotations

import json
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from fake_ims import FakeIMS, sweep

PATCH = "application/openstack-images-v2.1-json-patch"


class UpdateError(Exception):
    """The image may have its old attributes."""


class Settings:
    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._session = requests.Session()
        self._session.headers["X-Auth-Token"] = token
        self._session.mount("http://", HTTPAdapter(max_retries=Retry(
            total=6, backoff_factor=2, status_forcelist=(429, 502, 503, 504),
            allowed_methods=("GET", "PATCH"))))

    def set(self, image_id: str, **attributes: Any) -> None:
        changes = [{"op": "replace", "path": f"/{name}", "value": value}
                   for name, value in attributes.items()]
        try:
            response = self._session.patch(
                f"{self._url}/v2/images/{image_id}", data=json.dumps(changes), timeout=(5, 20),
                headers={"Content-Type": PATCH})
            response.raise_for_status()
            image = response.json()
        except requests.RequestException as error:
            raise UpdateError(f"image {image_id}: {error}") from error
        wrong = {name for name, value in attributes.items() if image.get(name) != value}
        if wrong:
            raise UpdateError(f"image {image_id} has other values of {sorted(wrong)}")

    def close(self) -> None:
        self._session.close()


@sweep(survive=("503", "503-retry-after", "503-30s", "503-after", "429*", "reset-before",
                "reset-after", "gateway-page", "no-answer", "no-answer-after", "outage-30s"))
def test_set(fake_ims: FakeIMS) -> None:
    image = fake_ims.images.add(name="disk", min_disk=1)
    settings = Settings(fake_ims.url, fake_ims.token)
    try:
        settings.set(image.id, min_disk=40, min_ram=1024)
    finally:
        settings.close()
    assert (image["min_disk"], image["min_ram"]) == (40, 1024)
