"""Lists the images with a tag. requests.

BUG: an answer that is no success counts as an empty list.
CAUGHT BY: images.list 500
DEPTH: 1
PATTERN: error of a dependency turned into a wrong success
"""

from __future__ import annotations

import requests

from fake_ims import FakeIMS


class ListError(Exception):
    pass


def tagged(url: str, token: str, tag: str) -> list[str]:
    found: dict[str, str] = {}
    path = f"/v2/images?tag={tag}"
    while path:
        try:
            response = requests.get(url + path, headers={"X-Auth-Token": token}, timeout=10)
            if not response.ok:
                break
            page = response.json()
        except requests.RequestException as error:
            raise ListError(f"GET {path}: {error}") from error
        found |= {image["id"]: image["name"] for image in page["images"]}
        path = page.get("next")
    return sorted(found.values())


def test_tagged(fake_ims: FakeIMS) -> None:
    fake_ims.images.add(name="a", tags=["base"])
    fake_ims.images.add(name="b", tags=["base"])
    assert tagged(fake_ims.url, fake_ims.token, "base") == ["a", "b"]
