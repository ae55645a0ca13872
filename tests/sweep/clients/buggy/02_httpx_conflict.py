"""Registers an image record under an id of its own. httpx; retries what was lost.

BUG: the 409 of a retry, whose first try was done, is taken for a failure.
CAUGHT BY: images.create reset-after
DEPTH: 1
PATTERN: wrong handling of the error of a retry
"""

from __future__ import annotations

import time
import uuid

import httpx

from fake_ims import FakeIMS, sweep


class RegisterError(Exception):
    pass


def register(client: httpx.Client, name: str) -> str:
    image_id = str(uuid.uuid4())
    for attempt in range(5):
        try:
            response = client.post("/v2/images", json={"id": image_id, "name": name})
        except httpx.TransportError as error:
            if attempt == 4:
                raise RegisterError(f"{name}: {error!r}") from error
        else:
            if response.status_code == 201:
                return image_id
            if response.status_code not in (429, 503) or attempt == 4:
                raise RegisterError(f"{name}: {response.status_code} {response.text}")
        time.sleep(8 + 2 ** attempt)
    raise AssertionError("unreachable")


@sweep(survive=("503", "429*", "reset-before", "reset-after"))
def test_register(fake_ims: FakeIMS) -> None:
    with httpx.Client(base_url=fake_ims.url, headers=fake_ims.headers, timeout=15) as client:
        image_id = register(client, "disk")
    assert fake_ims.images[image_id].name == "disk"
