"""Says which image to boot; if the service is away, the one that was right last time. requests.

BUG: the fallback is for lost connections only; a service that answers 503 is not away for it.
CAUGHT BY: images.list 503
DEPTH: 1
PATTERN: missing fallback
"""

from __future__ import annotations

from pathlib import Path

import requests

from fake_ims import FakeIMS, sweep


class NoImage(Exception):
    pass


def choose(url: str, token: str, family: str, cache: Path) -> str:
    images = []
    path = f"/v2/images?tag={family}"
    try:
        while path:
            response = requests.get(url + path, headers={"X-Auth-Token": token}, timeout=10)
            if response.status_code != 200:
                raise NoImage(f"GET {path}: {response.status_code} {response.text}")
            page = response.json()
            images += page["images"]
            path = page.get("next")
    except requests.RequestException as error:
        try:
            return cache.read_text()
        except OSError:
            raise NoImage(f"{family}: {error}") from error
    if not images:
        raise NoImage(family)
    newest = max(images, key=lambda image: (image["created_at"], image["name"]))
    cache.write_text(newest["id"])
    return str(newest["id"])


@sweep(survive=("503", "outage", "reset-before", "no-answer"))
def test_choose(fake_ims: FakeIMS, tmp_path: Path) -> None:
    image = fake_ims.images.add(name="base", tags=["base"])
    (tmp_path / "cache").write_text(image.id)
    assert choose(fake_ims.url, fake_ims.token, "base", tmp_path / "cache") == image.id
