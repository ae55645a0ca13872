"""Registers an image record under an id of its own. requests.

BUG: what the service refuses to create is returned as None, without a word.
CAUGHT BY: images.create quota
DEPTH: 1
PATTERN: silent swallowing of errors
"""

from __future__ import annotations

import uuid

import requests

from fake_ims import FakeIMS


class RegisterError(Exception):
    pass


def register(url: str, token: str, name: str) -> str | None:
    image_id = str(uuid.uuid4())
    try:
        response = requests.post(f"{url}/v2/images", json={"id": image_id, "name": name},
                                 headers={"X-Auth-Token": token}, timeout=20)
    except requests.RequestException as error:
        raise RegisterError(f"{name}: {error}") from error
    if response.status_code >= 500:
        raise RegisterError(f"{name}: {response.status_code} {response.text}")
    return image_id if response.status_code == 201 else None


def test_register(fake_ims: FakeIMS) -> None:
    image_id = register(fake_ims.url, fake_ims.token, "disk")
    assert image_id is not None
    assert fake_ims.images[image_id].name == "disk"
