"""Reads how large an image is. requests.

BUG: the status is not looked at, so an error's body is read as an image: KeyError.
CAUGHT BY: images.show 403
DEPTH: 1
PATTERN: raises KeyError
"""

from __future__ import annotations

import requests

from fake_ims import FakeIMS


class SizeError(Exception):
    pass


def size(url: str, token: str, image_id: str) -> int:
    try:
        image = requests.get(f"{url}/v2/images/{image_id}", headers={"X-Auth-Token": token},
                             timeout=10).json()
    except requests.RequestException as error:
        raise SizeError(f"{image_id}: {error}") from error
    return int(image["size"])


def test_size(fake_ims: FakeIMS) -> None:
    image = fake_ims.images.add(name="disk", data=b"12345")
    assert size(fake_ims.url, fake_ims.token, image.id) == 5
