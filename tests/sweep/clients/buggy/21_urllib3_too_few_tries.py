"""Finds the id of an image by its name. urllib3's Retry, which is meant to ride out a restart.

BUG: its three tries are over within two seconds; a restart takes half a minute.
CAUGHT BY: images.list 503-30s
DEPTH: 1
PATTERN: does not come back after a 30 s outage
"""

from __future__ import annotations

import json

import urllib3
from urllib3.util import Retry

from fake_ims import FakeIMS, sweep


class NotFound(Exception):
    pass


def find(url: str, token: str, name: str) -> str:
    retries = Retry(total=3, backoff_factor=0.2, status_forcelist=(429, 503))
    path = f"/v2/images?name={name}"
    with urllib3.PoolManager(headers={"X-Auth-Token": token}, timeout=10, retries=retries) as http:
        while path:
            try:
                response = http.request("GET", url + path)
                if response.status != 200:
                    raise NotFound(f"GET {path}: {response.status}")
                page = json.loads(response.data)
            except (urllib3.exceptions.HTTPError, ValueError) as error:
                raise NotFound(f"GET {path}: {error}") from error
            for image in page["images"]:
                return str(image["id"])
            path = page.get("next")
    raise NotFound(name)


@sweep(survive=("503", "429*", "503-30s"))
def test_find(fake_ims: FakeIMS) -> None:
    image = fake_ims.images.add(name="golden")
    assert find(fake_ims.url, fake_ims.token, "golden") == image.id
