"""Says whether an image is there. requests.

BUG: every status but 200 means "no", also that of a broken service.
CAUGHT BY: images.show 500
DEPTH: 1
PATTERN: error of a dependency turned into a wrong success
"""

from __future__ import annotations

import requests

from fake_ims import FakeIMS


class Unknown(Exception):
    pass


def exists(url: str, token: str, image_id: str) -> bool:
    try:
        response = requests.get(f"{url}/v2/images/{image_id}", timeout=10,
                                headers={"X-Auth-Token": token})
    except requests.RequestException as error:
        raise Unknown(f"{image_id}: {error}") from error
    return response.status_code == 200


def test_exists(fake_ims: FakeIMS) -> None:
    image = fake_ims.images.add(name="disk")
    assert exists(fake_ims.url, fake_ims.token, image.id)
