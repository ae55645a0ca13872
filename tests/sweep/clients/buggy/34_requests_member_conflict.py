"""Shares an image with a project. requests; retries what was lost.

BUG: the 409 of a retry, whose first try has added the member, is taken for a failure.
CAUGHT BY: members.add reset-after
DEPTH: 1
PATTERN: wrong handling of the error of a retry
"""

from __future__ import annotations

import time

import requests

from fake_ims import FakeIMS, sweep


class ShareError(Exception):
    pass


def share(url: str, token: str, image_id: str, project: str) -> None:
    problem = ""
    cause: Exception | None = None
    for attempt in range(5):
        try:
            response = requests.post(f"{url}/v2/images/{image_id}/members", timeout=20,
                                     headers={"X-Auth-Token": token}, json={"member": project})
            if response.status_code == 200:
                return
            problem, cause = f"{response.status_code} {response.text}", None
            if response.status_code not in (429, 503):
                break
        except (requests.ConnectionError, requests.Timeout) as error:
            problem, cause = str(error), error
        if attempt < 4:
            time.sleep(7 + 2 ** attempt)
    raise ShareError(f"{image_id} with {project}: {problem}") from cause


@sweep(survive=("503", "429*", "reset-before", "reset-after", "no-answer"))
def test_share(fake_ims: FakeIMS) -> None:
    image = fake_ims.images.add(name="disk", visibility="private", data=b"bytes")
    share(fake_ims.url, fake_ims.token, image.id, "p2")
    assert set(image.members) == {"p2"}
