"""Reads the attributes of an image. requests; waits politely when the service is busy.

BUG: there is no end to its retries.
CAUGHT BY: images.show 503-lasting
DEPTH: 1
PATTERN: never gives up
"""

from __future__ import annotations

import time
from typing import Any

import requests

from fake_ims import FakeIMS, sweep


class ShowError(Exception):
    pass


def show(url: str, token: str, image_id: str) -> Any:
    wait = 1.0
    while True:
        try:
            response = requests.get(f"{url}/v2/images/{image_id}", timeout=20,
                                    headers={"X-Auth-Token": token})
            if response.status_code == 200:
                return response.json()
        except requests.RequestException as error:
            raise ShowError(f"{image_id}: {error}") from error
        if response.status_code not in (429, 503):
            raise ShowError(f"{image_id}: {response.status_code} {response.text}")
        time.sleep(max(wait, float(response.headers.get("Retry-After", 0))))
        wait = min(wait * 2, 30)


@sweep(survive=("503", "429", "503-30s"))
def test_show(fake_ims: FakeIMS) -> None:
    image = fake_ims.images.add(name="disk", min_ram=64)
    assert show(fake_ims.url, fake_ims.token, image.id)["min_ram"] == 64
