"""Makes an image with data. urllib3, whose Retry sends the PUT again.

BUG: it takes the 409 of the second PUT for a failed upload and deletes the good image.
CAUGHT BY: images.upload reset-after
DEPTH: 1
PATTERN: undoes good work
"""

from __future__ import annotations

import json
import uuid

import urllib3
from urllib3.util import Retry

from fake_ims import FakeIMS


class UploadError(Exception):
    pass


class Uploader:
    def __init__(self, url: str, token: str) -> None:
        self._url = f"{url}/v2/images"
        self._http = urllib3.PoolManager(
            headers={"X-Auth-Token": token}, timeout=20, retries=Retry(
                total=5, backoff_factor=1, status_forcelist=(429, 503), raise_on_status=False,
                allowed_methods=("PUT", "GET", "DELETE")))

    def upload(self, name: str, data: bytes) -> str:
        image_id = str(uuid.uuid4())
        try:
            self._ask("POST", "", 201, json.dumps({
                "id": image_id, "name": name, "disk_format": "raw", "container_format": "bare"}))
            self._ask("PUT", f"/{image_id}/file", 204, data, "application/octet-stream")
        except UploadError as error:
            self._remove(image_id, error)
            raise
        image = json.loads(self._ask("GET", f"/{image_id}", 200).decode())
        if image["status"] == "killed":
            killed = UploadError(f"{image_id} was killed")
            self._remove(image_id, killed)
            raise killed
        return image_id

    def _remove(self, image_id: str, reason: UploadError) -> None:
        try:
            self._ask("DELETE", f"/{image_id}", (204, 404))
        except UploadError as error:
            raise UploadError(f"{reason}; {image_id} may be left: {error}") from reason

    def _ask(self, method, path, expected, body=None, kind="application/json") -> bytes:  # type: ignore[no-untyped-def]
        headers = {"Content-Type": kind, **self._http.headers}
        try:
            response = self._http.request(method, self._url + path, body=body, headers=headers)
        except urllib3.exceptions.HTTPError as error:
            raise UploadError(f"{method} {path}: {error}") from error
        if response.status not in (expected if isinstance(expected, tuple) else (expected,)):
            raise UploadError(f"{method} {path}: {response.status} {response.data[:200]!r}")
        if method == "GET":
            try:
                json.loads(response.data)
            except ValueError as error:
                raise UploadError(f"{method} {path}: no JSON") from error
        return response.data

    def close(self) -> None:
        self._http.clear()


def test_upload(fake_ims: FakeIMS) -> None:
    uploader = Uploader(fake_ims.url, fake_ims.token)
    try:
        image_id = uploader.upload("disk", b"bytes")
    finally:
        uploader.close()
    assert fake_ims.images[image_id].data == b"bytes"
