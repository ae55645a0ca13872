"""Sets the minimum of memory of an image. requests; tries again with longer and longer pauses.

BUG: it tries again whatever the status is: 400 and 403 five times over.
CAUGHT BY: images.update 400
DEPTH: 1
PATTERN: retries 400s
"""

from __future__ import annotations

import json
import time

import requests

from fake_ims import FakeIMS, sweep


class UpdateError(Exception):
    pass


def set_memory(url: str, token: str, image_id: str, megabytes: int) -> None:
    body = json.dumps([{"op": "replace", "path": "/min_ram", "value": megabytes}])
    headers = {"X-Auth-Token": token,
               "Content-Type": "application/openstack-images-v2.1-json-patch"}
    for attempt in range(6):
        try:
            response = requests.patch(f"{url}/v2/images/{image_id}", data=body, headers=headers,
                                      timeout=20)
            response.raise_for_status()
            return
        except requests.RequestException as error:
            if attempt == 5:
                raise UpdateError(f"{image_id}: {error}") from error
        time.sleep(7 + 2 ** attempt)


@sweep(survive=("503", "429*", "503-30s"))
def test_set_memory(fake_ims: FakeIMS) -> None:
    image = fake_ims.images.add(name="disk")
    set_memory(fake_ims.url, fake_ims.token, image.id, 1024)
    assert image["min_ram"] == 1024
    if fake_ims.sweep is not None and {"400", "403", "404"} & set(fake_ims.sweep.failures):
        assert len(fake_ims.requests) == 1, "what was refused was sent again"
