"""Reads the names of an image's tags. http.client, one connection for all requests.

BUG: after a time-out it sends the retry on the connection that still waits: CannotSendRequest.
CAUGHT BY: images.show no-answer
DEPTH: 1
PATTERN: wrong handling of the error of a retry
"""

from __future__ import annotations

import http.client
import json
import time
from urllib.parse import urlsplit

from fake_ims import FakeIMS, sweep


class TagsUnknown(Exception):
    pass


def tags(url: str, token: str, image_id: str) -> list[str]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=15)
    try:
        for attempt in range(4):
            wait = 2.0 ** attempt
            try:
                connection.request("GET", f"/v2/images/{image_id}",
                                   headers={"X-Auth-Token": token})
                response = connection.getresponse()
                body = response.read()
                if response.status == 200:
                    return list(json.loads(body)["tags"])
                if response.status not in (429, 503) or attempt == 3:
                    raise TagsUnknown(f"{image_id}: {response.status}")
                wait = max(wait, float(response.headers.get("Retry-After", 0)))
            except TimeoutError as error:
                if attempt == 3:
                    raise TagsUnknown(f"{image_id}: {error!r}") from error
            except (OSError, http.client.HTTPException, ValueError) as error:
                raise TagsUnknown(f"{image_id}: {error!r}") from error
            time.sleep(wait)
    finally:
        connection.close()
    raise AssertionError("unreachable")


@sweep(survive=("no-answer", "503", "429*"))
def test_tags(fake_ims: FakeIMS) -> None:
    image = fake_ims.images.add(name="disk", tags=["a"])
    assert tags(fake_ims.url, fake_ims.token, image.id) == ["a"]
