"""Fills several image records in threads. requests, a pool.

BUG: nobody reads the results of the futures, so an exception in a thread is lost.
CAUGHT BY: images.upload 500
DEPTH: 1
PATTERN: silent swallowing of errors
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import requests

from fake_ims import FakeIMS


class FillError(Exception):
    pass


def fill(url: str, token: str, contents: dict[str, bytes]) -> None:
    with ThreadPoolExecutor(2) as pool:
        for image_id, data in contents.items():
            pool.submit(_fill, url, token, image_id, data)


def _fill(url: str, token: str, image_id: str, data: bytes) -> None:
    headers = {"X-Auth-Token": token, "Content-Type": "application/octet-stream"}
    path = f"{url}/v2/images/{image_id}"
    try:
        requests.put(f"{path}/file", data=data, headers=headers, timeout=30).raise_for_status()
        shown = requests.get(path, headers=headers, timeout=30)
        shown.raise_for_status()
        status = shown.json()["status"]
    except requests.RequestException as error:
        raise FillError(f"{image_id}: {error}") from error
    if status != "active":
        raise FillError(f"{image_id} is {status}")


def test_fill(fake_ims: FakeIMS) -> None:
    images = [fake_ims.images.add(name=name, status="queued", disk_format="raw",
                                  container_format="bare") for name in ("kernel", "root")]
    fill(fake_ims.url, fake_ims.token, {image.id: b"bytes" for image in images})
    assert [image.data for image in images] == [b"bytes", b"bytes"]
