"""Makes an image with data and waits for it at most two minutes. urllib3.

BUG: an image that is not done after two minutes is reported, and stays as it is.
CAUGHT BY: images.upload dies-saving
DEPTH: 1
PATTERN: leaves an orphan
"""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

import urllib3

from fake_ims import FakeIMS


class UploadError(Exception):
    pass


class NotDone(UploadError):
    pass


class Uploader:
    def __init__(self, url: str, token: str) -> None:
        self._url = f"{url}/v2/images"
        self._token = token
        self._http = urllib3.PoolManager(timeout=20, retries=False)

    def upload(self, name: str, data: bytes) -> str:
        image_id = str(uuid.uuid4())
        try:
            self._ask("POST", "", {"id": image_id, "name": name, "disk_format": "raw",
                                   "container_format": "bare"})
            try:
                self._ask("PUT", f"/{image_id}/file", data)
            except UploadError:
                if self._ask("GET", f"/{image_id}")["status"] == "queued":
                    raise
            self._wait(image_id)
        except NotDone:
            raise
        except UploadError as error:
            self._remove(image_id, error)
            raise
        return image_id

    def _wait(self, image_id: str) -> None:
        for _ in range(60):
            status = self._ask("GET", f"/{image_id}")["status"]
            if status == "active":
                return
            if status == "killed":
                raise UploadError(f"{image_id} was killed")
            time.sleep(2)
        raise NotDone(f"{image_id} is still {status} after two minutes")

    def _remove(self, image_id: str, reason: UploadError) -> None:
        try:
            self._ask("DELETE", f"/{image_id}")
        except UploadError as error:
            if ": 404" not in str(error):
                raise UploadError(f"{reason}; {image_id} may be left: {error}") from reason

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
        data = body if isinstance(body, bytes) or body is None else json.dumps(body)
        try:
            response = self._http.request(method, self._url + path, body=data, headers={
                "X-Auth-Token": self._token, "Content-Type": kind})
            if response.status not in (200, 201, 204):
                raise UploadError(f"{method} {path}: {response.status} {response.data[:200]!r}")
            return json.loads(response.data or b"null")
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            raise UploadError(f"{method} {path}: {error!r}") from error

    def close(self) -> None:
        self._http.clear()


def test_upload(fake_ims: FakeIMS) -> None:
    uploader = Uploader(fake_ims.url, fake_ims.token)
    try:
        image_id = uploader.upload("disk", b"bytes")
    finally:
        uploader.close()
    assert fake_ims.images[image_id].status == "active"
