"""Lists all names, one image on a page. urllib.request.

BUG: if a later page cannot be read, what has been read so far counts as all.
CAUGHT BY: images.list 500
DEPTH: 1
PATTERN: incomplete state used as truth
"""

from __future__ import annotations

import http.client
import json
from urllib.request import Request, urlopen

from fake_ims import FakeIMS


class ListError(Exception):
    pass


def names(url: str, token: str) -> set[str]:
    found: set[str] = set()
    path = "/v2/images?limit=1"
    while path:
        request = Request(url + path, headers={"X-Auth-Token": token})
        try:
            with urlopen(request, timeout=15) as response:
                page = json.load(response)
        except (OSError, http.client.HTTPException, ValueError) as error:
            if found:
                break
            raise ListError(f"GET {path}: {error!r}") from error
        found |= {image["name"] for image in page["images"]}
        path = page.get("next")
    return found


def test_names(fake_ims: FakeIMS) -> None:
    for name in ("a", "b", "c"):
        fake_ims.images.add(name=name)
    assert names(fake_ims.url, fake_ims.token) == {"a", "b", "c"}
