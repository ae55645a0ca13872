"""Registers an image record of a unique name. httpx; after a lost answer it looks by the name.

BUG: if the look-up fails, it creates a second one: "could not look" is taken for "is not there".
CAUGHT BY: images.create reset-after + images.list 503
DEPTH: 2
PATTERN: retry of a non-idempotent request without checking
"""

from __future__ import annotations

import time

import httpx

from fake_ims import FakeIMS, sweep


class RegisterError(Exception):
    pass


def register(client: httpx.Client, name: str) -> str:
    for attempt in range(3):
        try:
            response = client.post("/v2/images", json={"name": name})
            response.raise_for_status()
            return str(response.json()["id"])
        except httpx.HTTPStatusError as error:
            raise RegisterError(f"{name}: {error}") from error
        except (httpx.TransportError, ValueError) as error:
            found = _find(client, name)
            if found is not None:
                return found
            if attempt == 2:
                raise RegisterError(f"{name}: {error!r}") from error
        time.sleep(2 ** attempt)
    raise AssertionError("unreachable")


def _find(client: httpx.Client, name: str) -> str | None:
    path = f"/v2/images?name={name}"
    while path:
        try:
            response = client.get(path)
            response.raise_for_status()
            page = response.json()
        except (httpx.HTTPError, ValueError):
            return None
        for image in page["images"]:
            return str(image["id"])
        path = page.get("next")
    return None


@sweep(survive=("reset-before", "reset-after", "truncated"))
def test_register(fake_ims: FakeIMS) -> None:
    with httpx.Client(base_url=fake_ims.url, headers=fake_ims.headers, timeout=15) as client:
        image_id = register(client, "disk-7f3a")
    assert [image.id for image in fake_ims.images] == [image_id]
