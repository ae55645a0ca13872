"""Makes sure that there is a record of a name: looks, and creates it if there is none. httpx.

BUG: it looks at the first page of the list only, and takes it for all images.
CAUGHT BY: images.list small-pages
DEPTH: 1
PATTERN: incomplete state used as truth
"""

from __future__ import annotations

import httpx

from fake_ims import FakeIMS


class EnsureError(Exception):
    pass


def ensure(client: httpx.Client, name: str) -> str:
    try:
        response = client.get("/v2/images", params={"limit": 100})
        response.raise_for_status()
        for image in response.json()["images"]:
            if image["name"] == name:
                return str(image["id"])
        response = client.post("/v2/images", json={"name": name})
        response.raise_for_status()
        return str(response.json()["id"])
    except (httpx.HTTPError, ValueError) as error:
        raise EnsureError(f"{name}: {error!r}") from error


def test_ensure(fake_ims: FakeIMS) -> None:
    golden = fake_ims.images.add(name="golden")
    fake_ims.images.add(name="newer")
    with httpx.Client(base_url=fake_ims.url, headers=fake_ims.headers, timeout=10) as client:
        assert ensure(client, "golden") == golden.id
