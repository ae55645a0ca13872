"""Registers an image record. requests; a lost connection is tried again.

BUG: the create is sent again without an id of its own and without looking for the first one.
CAUGHT BY: images.create reset-after
DEPTH: 1
PATTERN: retry of a non-idempotent request without checking
"""

from __future__ import annotations

import time

import requests

from fake_ims import FakeIMS


class RegisterError(Exception):
    pass


def register(url: str, token: str, name: str) -> str:
    for attempt in range(3):
        try:
            response = requests.post(f"{url}/v2/images", json={"name": name}, timeout=20,
                                     headers={"X-Auth-Token": token})
        except requests.ConnectionError as error:
            if attempt == 2:
                raise RegisterError(f"{name}: {error}") from error
            time.sleep(2 ** attempt)
            continue
        except requests.RequestException as error:
            raise RegisterError(f"{name}: {error}") from error
        if response.status_code != 201:
            raise RegisterError(f"{name}: {response.status_code} {response.text}")
        try:
            return str(response.json()["id"])
        except ValueError as error:
            raise RegisterError(f"{name}: {error}") from error
    raise AssertionError("unreachable")


def test_register(fake_ims: FakeIMS) -> None:
    image_id = register(fake_ims.url, fake_ims.token, "disk")
    assert [image.id for image in fake_ims.images] == [image_id]
