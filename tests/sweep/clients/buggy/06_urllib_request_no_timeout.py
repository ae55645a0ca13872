"""Reads the status of an image. urllib.request.

BUG: urlopen without a time-out waits for ever.
CAUGHT BY: images.show no-answer
DEPTH: 1
PATTERN: missing time-out
"""

from __future__ import annotations

import http.client
import json
from urllib.request import Request, urlopen

from fake_ims import FakeIMS


class Unreadable(Exception):
    pass


def status(url: str, token: str, image_id: str) -> str:
    request = Request(f"{url}/v2/images/{image_id}", headers={"X-Auth-Token": token})
    try:
        with urlopen(request) as response:
            return str(json.load(response)["status"])
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreadable(f"{image_id}: {error!r}") from error


def test_status(fake_ims: FakeIMS) -> None:
    image = fake_ims.images.add(name="disk", data=b"bytes")
    assert status(fake_ims.url, fake_ims.token, image.id) == "active"
