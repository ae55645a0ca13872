"""Registers an image record. urllib3, Retry for every method.

BUG: Retry sends the POST again after a 503, though the first may have been done.
CAUGHT BY: images.create 503-after
DEPTH: 1
PATTERN: retry of a non-idempotent request without checking
"""

from __future__ import annotations

import json

import urllib3
from urllib3.util import Retry

from fake_ims import FakeIMS


class RegisterError(Exception):
    pass


def register(url: str, token: str, name: str) -> str:
    retries = Retry(total=4, connect=4, read=0, backoff_factor=1, status_forcelist=(503,),
                    allowed_methods=None)
    headers = {"X-Auth-Token": token, "Content-Type": "application/json"}
    with urllib3.PoolManager(headers=headers, timeout=20, retries=retries) as http:
        try:
            response = http.request("POST", f"{url}/v2/images", body=json.dumps({"name": name}))
            if response.status != 201:
                raise RegisterError(f"{name}: {response.status} {response.data[:200]!r}")
            return str(json.loads(response.data)["id"])
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            raise RegisterError(f"{name}: {error}") from error


def test_register(fake_ims: FakeIMS) -> None:
    image_id = register(fake_ims.url, fake_ims.token, "disk")
    assert [image.id for image in fake_ims.images] == [image_id]
