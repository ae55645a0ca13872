"""Makes an image with data. httpx; an upload whose answer is lost is meant to count if it was done.

BUG: when the answer to the upload is lost, it decides by the status that it read before.
CAUGHT BY: images.upload reset-after
DEPTH: 1
PATTERN: stale state used as truth
"""

from __future__ import annotations

import uuid
from typing import Any

import httpx

from fake_ims import FakeIMS, sweep


class UploadError(Exception):
    pass


class Image:
    def __init__(self, client: httpx.Client, name: str) -> None:
        self._client = client
        self.id = str(uuid.uuid4())
        try:
            self._ask("POST", "/v2/images", json={
                "id": self.id, "name": name, "disk_format": "raw", "container_format": "bare"})
            self.status = self._read()
        except UploadError as error:
            self._remove(error)
            raise

    def upload(self, data: bytes) -> None:
        try:
            self._ask("PUT", f"/v2/images/{self.id}/file", content=data,
                      headers={"Content-Type": "application/octet-stream"})
        except UploadError as error:
            if self.status == "queued":
                self._remove(error)
                raise
        self.status = self._read()
        if self.status != "active":
            error = UploadError(f"{self.id} is {self.status}")
            self._remove(error)
            raise error

    def _read(self) -> str:
        return str(self._ask("GET", f"/v2/images/{self.id}").json()["status"])

    def _remove(self, reason: UploadError) -> None:
        try:
            self._ask("DELETE", f"/v2/images/{self.id}")
        except UploadError as error:
            if "404" not in str(error):
                raise UploadError(f"{reason}; {self.id} may be left: {error}") from reason

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        try:
            response = self._client.request(method, path, **more)
            response.raise_for_status()
            if method == "GET":
                response.json()
            return response
        except (httpx.HTTPError, ValueError) as error:
            raise UploadError(f"{method} {path}: {error!r}") from error


@sweep(survive=("images.upload:reset-after", "images.upload:no-answer-after"))
def test_upload(fake_ims: FakeIMS) -> None:
    with httpx.Client(base_url=fake_ims.url, headers=fake_ims.headers, timeout=15) as client:
        image = Image(client, "disk")
        image.upload(b"bytes")
    assert fake_ims.images[image.id].status == "active"
