"""Deletes an image. http.client.

BUG: the status of the answer is never looked at.
CAUGHT BY: images.delete 403
DEPTH: 1
PATTERN: silent swallowing of errors
"""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

from fake_ims import FakeIMS


class DeleteError(Exception):
    pass


def delete(url: str, token: str, image_id: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
    try:
        connection.request("DELETE", f"/v2/images/{image_id}", headers={"X-Auth-Token": token})
        connection.getresponse().read()
    except (OSError, http.client.HTTPException) as error:
        raise DeleteError(f"{image_id}: {error!r}") from error
    finally:
        connection.close()


def test_delete(fake_ims: FakeIMS) -> None:
    image = fake_ims.images.add(name="old")
    delete(fake_ims.url, fake_ims.token, image.id)
    assert image.id not in fake_ims.images or (
        fake_ims.sweep is not None and "slow-delete" in fake_ims.sweep.failures)
