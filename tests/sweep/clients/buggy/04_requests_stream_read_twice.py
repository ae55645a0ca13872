"""Fills an image record from a file. requests; a busy service is tried again.

BUG: the retry sends the rest of a file that has been read to its end: nothing.
CAUGHT BY: images.upload 503
DEPTH: 1
PATTERN: reuses a consumed stream
"""

from __future__ import annotations

import time
from pathlib import Path

import requests

from fake_ims import FakeIMS, sweep


class FillError(Exception):
    pass


def fill(url: str, token: str, image_id: str, path: Path) -> None:
    headers = {"X-Auth-Token": token, "Content-Type": "application/octet-stream"}
    with path.open("rb") as file:
        for attempt in range(5):
            try:
                response = requests.put(f"{url}/v2/images/{image_id}/file", data=file, timeout=60,
                                        headers=headers)
            except requests.RequestException as error:
                raise FillError(f"{image_id}: {error}") from error
            if response.status_code == 204:
                break
            if response.status_code not in (429, 503) or attempt == 4:
                raise FillError(f"{image_id}: {response.status_code} {response.text}")
            time.sleep(max(2 ** attempt, int(response.headers.get("Retry-After", 0))))
    try:
        response = requests.get(f"{url}/v2/images/{image_id}", headers=headers, timeout=20)
        response.raise_for_status()
        status = response.json()["status"]
    except requests.RequestException as error:
        raise FillError(f"{image_id}: {error}") from error
    if status != "active":
        raise FillError(f"{image_id} is {status}")


@sweep(survive=("503", "429"), operations=("images.upload",))
def test_fill(fake_ims: FakeIMS, tmp_path: Path) -> None:
    image = fake_ims.images.add(name="disk", status="queued", disk_format="raw",
                                container_format="bare")
    (tmp_path / "disk").write_bytes(b"the bytes of a disk")
    fill(fake_ims.url, fake_ims.token, image.id, tmp_path / "disk")
    assert image.data == b"the bytes of a disk"
