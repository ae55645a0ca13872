"""Deletes an image. http.client; a lost answer is asked for again.

BUG: the 404 of the second try is taken for a failure, though the first has deleted the image.
CAUGHT BY: images.delete reset-after
DEPTH: 1
PATTERN: wrong handling of the error of a retry
"""

from __future__ import annotations

import http.client
import time
from urllib.parse import urlsplit

from fake_ims import FakeIMS, sweep


class DeleteError(Exception):
    pass


def delete(url: str, token: str, image_id: str) -> None:
    problem = ""
    cause: Exception | None = None
    for attempt in range(5):
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=15)
        wait = 2.0 ** (attempt + 1)
        try:
            connection.request("DELETE", f"/v2/images/{image_id}", headers={"X-Auth-Token": token})
            response = connection.getresponse()
            problem, cause = f"{response.status} {response.read(200)!r}", None
            if response.status == 204:
                return
            if response.status not in (429, 503):
                break
            wait = max(wait, float(response.headers.get("Retry-After", 0)))
        except (OSError, http.client.HTTPException) as error:
            problem, cause = repr(error), error
        finally:
            connection.close()
        if attempt < 4:
            time.sleep(wait)
    raise DeleteError(f"{image_id}: {problem}") from cause


@sweep(survive=("503", "429*", "reset-before", "reset-after"))
def test_delete(fake_ims: FakeIMS) -> None:
    image = fake_ims.images.add(name="old")
    delete(fake_ims.url, fake_ims.token, image.id)
    assert image.id not in fake_ims.images or (
        fake_ims.sweep is not None and "slow-delete" in fake_ims.sweep.failures)
