"""Lists the names of all images. requests.

BUG: no time-out.
CAUGHT BY: images.list no-answer
DEPTH: 1
PATTERN: missing time-out
"""

from __future__ import annotations

import requests

from fake_ims import FakeIMS


class ListError(Exception):
    pass


def names(url: str, token: str) -> set[str]:
    found: dict[str, str] = {}
    path = "/v2/images"
    while path:
        try:
            response = requests.get(url + path, headers={"X-Auth-Token": token})
            response.raise_for_status()
            page = response.json()
        except requests.RequestException as error:
            raise ListError(f"GET {path}: {error}") from error
        found |= {image["id"]: image["name"] for image in page["images"]}
        path = page.get("next")
    return set(found.values())


def test_names(fake_ims: FakeIMS) -> None:
    fake_ims.images.add(name="a")
    fake_ims.images.add(name="b")
    assert names(fake_ims.url, fake_ims.token) == {"a", "b"}
