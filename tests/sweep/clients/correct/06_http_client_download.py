"""Downloads an image to a file: compares size and checksum, then renames the file into place.

http.client, sync, a new connection for each try. Nothing is left of a failed download.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fake_ims import FakeIMS, sweep


class DownloadFailed(Exception):
    """No file was written."""


class _TryAgain(Exception):
    def __init__(self, text: str, wait: float = 0) -> None:
        super().__init__(text)
        self.wait = wait


class Downloader:
    def __init__(self, url: str, token: str) -> None:
        self._host = urlsplit(url).netloc
        self._headers = {"X-Auth-Token": token}

    def download(self, image_id: str, target: Path) -> None:
        part = target.with_suffix(".part")
        try:
            image = self._repeated(lambda: self._show(image_id))
            self._repeated(lambda: self._fetch(image_id, image, part))
            os.replace(part, target)
        finally:
            part.unlink(missing_ok=True)

    def _repeated(self, work: Any) -> Any:
        for attempt in range(6):
            try:
                return work()
            except (_TryAgain, OSError, http.client.HTTPException) as error:
                if attempt == 5:
                    raise DownloadFailed(f"after {attempt + 1} tries: {error!r}") from error
                time.sleep(max(2.0 ** (attempt + 1), getattr(error, "wait", 0)))
        return None

    def _get(self, path: str) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        connection = http.client.HTTPConnection(self._host, timeout=25)
        try:
            connection.request("GET", path, headers=self._headers)
            response = connection.getresponse()
            if response.status == 200:
                return connection, response
            text = f"GET {path}: {response.status} {response.read(200)!r}"
            if response.status in (429, 500, 502, 503, 504):
                raise _TryAgain(text, float(response.headers.get("Retry-After") or 0))
            raise DownloadFailed(text)
        except BaseException:
            connection.close()
            raise

    def _show(self, image_id: str) -> Any:
        connection, response = self._get(f"/v2/images/{image_id}")
        try:
            image = json.loads(response.read())
        except ValueError as error:
            raise _TryAgain(f"no JSON: {error}") from error
        finally:
            connection.close()
        if image["status"] != "active":
            raise DownloadFailed(f"image {image_id} is {image['status']}")
        return image

    def _fetch(self, image_id: str, image: Any, part: Path) -> None:
        connection, response = self._get(f"/v2/images/{image_id}/file")
        digest = hashlib.md5()
        size = 0
        try:
            with part.open("wb") as file:
                while chunk := response.read(1 << 16):
                    digest.update(chunk)
                    size += file.write(chunk)
        finally:
            connection.close()
        if (size, digest.hexdigest()) != (image["size"], image["checksum"]):
            raise _TryAgain(f"{size} bytes with checksum {digest.hexdigest()}")


@sweep(survive=("503", "503-retry-after", "503-30s", "429*", "500", "reset-before", "reset-after",
                "no-answer*", "garbage", "gateway-page", "truncated", "invalid-json", "corrupt",
                "short", "outage-30s"))
def test_download(fake_ims: FakeIMS, tmp_path: Path) -> None:
    data = bytes(range(256)) * 20
    image = fake_ims.images.add(name="disk", data=data)
    target = tmp_path / "disk.raw"
    try:
        Downloader(fake_ims.url, fake_ims.token).download(image.id, target)
    except DownloadFailed:
        assert list(tmp_path.iterdir()) == []
        raise
    assert target.read_bytes() == data
