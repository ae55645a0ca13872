"""Takes an attribute away from an image with PATCH. requests; retries what was lost.

BUG: "remove" cannot be repeated; the error of the second one is taken for a failure.
CAUGHT BY: images.update reset-after
DEPTH: 1
PATTERN: wrong handling of the error of a retry
"""

from __future__ import annotations

import json
import time

import requests

from fake_ims import FakeIMS, sweep


class UpdateError(Exception):
    pass


def remove(url: str, token: str, image_id: str, attribute: str) -> None:
    body = json.dumps([{"op": "remove", "path": f"/{attribute}"}])
    headers = {"X-Auth-Token": token,
               "Content-Type": "application/openstack-images-v2.1-json-patch"}
    for attempt in range(4):
        try:
            response = requests.patch(f"{url}/v2/images/{image_id}", data=body, headers=headers,
                                      timeout=20)
            response.raise_for_status()
            return
        except (requests.ConnectionError, requests.Timeout) as error:
            if attempt == 3:
                raise UpdateError(f"{image_id}: {error}") from error
        except requests.RequestException as error:
            raise UpdateError(f"{image_id}: {error}") from error
        time.sleep(2 ** attempt)


@sweep(survive=("reset-before", "reset-after"))
def test_remove(fake_ims: FakeIMS) -> None:
    image = fake_ims.images.add(name="disk", colour="blue")
    remove(fake_ims.url, fake_ims.token, image.id, "colour")
    assert "colour" not in image.attributes
