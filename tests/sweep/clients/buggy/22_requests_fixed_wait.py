"""Deletes an image and promises that it is gone. requests.

BUG: it waits ten seconds instead of looking whether the image is gone.
CAUGHT BY: images.delete slow-delete
DEPTH: 1
PATTERN: fixed wait shorter than the service needs
"""

from __future__ import annotations

import time

import pytest
import requests

from fake_ims import FakeIMS


class DeleteError(Exception):
    pass


def delete(url: str, token: str, image_id: str) -> None:
    try:
        requests.delete(f"{url}/v2/images/{image_id}", headers={"X-Auth-Token": token}, timeout=20
                        ).raise_for_status()
    except requests.RequestException as error:
        raise DeleteError(f"{image_id}: {error}") from error
    time.sleep(10)


@pytest.mark.fake_ims(deleting="5s")
def test_delete(fake_ims: FakeIMS) -> None:
    image = fake_ims.images.add(name="old")
    delete(fake_ims.url, fake_ims.token, image.id)
    assert image.id not in fake_ims.images
