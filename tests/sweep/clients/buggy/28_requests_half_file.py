"""Downloads an image into a file and compares its checksum. requests, in pieces.

BUG: a download that breaks off leaves half of the file under its final name.
CAUGHT BY: images.download truncated
DEPTH: 1
PATTERN: leaves something behind when it fails
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import requests

from fake_ims import FakeIMS


class DownloadError(Exception):
    pass


def download(url: str, token: str, image_id: str, target: Path) -> None:
    headers = {"X-Auth-Token": token}
    digest = hashlib.md5()
    try:
        shown = requests.get(f"{url}/v2/images/{image_id}", headers=headers, timeout=20)
        shown.raise_for_status()
        checksum = shown.json()["checksum"]
        with requests.get(f"{url}/v2/images/{image_id}/file", headers=headers, timeout=20,
                          stream=True) as response:
            response.raise_for_status()
            with target.open("wb") as file:
                for piece in response.iter_content(64):
                    digest.update(piece)
                    file.write(piece)
    except requests.RequestException as error:
        raise DownloadError(f"{image_id}: {error}") from error
    if digest.hexdigest() != checksum:
        target.unlink()
        raise DownloadError(f"{image_id}: wrong checksum")


def test_download(fake_ims: FakeIMS, tmp_path: Path) -> None:
    image = fake_ims.images.add(name="disk", data=b"0123456789" * 100)
    target = tmp_path / "disk"
    try:
        download(fake_ims.url, fake_ims.token, image.id, target)
    except DownloadError:
        assert not target.exists()
        raise
    assert target.read_bytes() == b"0123456789" * 100
