"""Makes an image with data. requests; removes the image if its upload fails.

BUG: a clean-up that fails raises its own error, in place of the upload's, and names no image.
CAUGHT BY: images.upload * + images.delete 503
DEPTH: 2
PATTERN: hides the planted error behind another error
"""

from __future__ import annotations

import uuid
from typing import Any

import requests

from fake_ims import FakeIMS, sweep


class UploadError(Exception):
    pass


class Uploader:
    def __init__(self, url: str, token: str) -> None:
        self._url = f"{url}/v2/images"
        self._headers = {"X-Auth-Token": token}

    def upload(self, name: str, data: bytes) -> str:
        image_id = str(uuid.uuid4())
        try:
            self._ask("POST", "", json={"id": image_id, "name": name, "disk_format": "raw",
                                        "container_format": "bare"})
            try:
                self._ask("PUT", f"/{image_id}/file", data=data,
                          headers={"Content-Type": "application/octet-stream"})
            except UploadError:
                if self._ask("GET", f"/{image_id}").json()["status"] == "queued":
                    raise
            status = self._ask("GET", f"/{image_id}").json()["status"]
            if status != "active":
                raise UploadError(f"image {image_id} is {status}")
        except UploadError:
            self._ask("DELETE", f"/{image_id}", fine=404)
            raise
        return image_id

    def _ask(self, method: str, path: str, fine: int = 200, **more: Any) -> requests.Response:
        headers = {**self._headers, **more.pop("headers", {})}
        try:
            response = requests.request(method, self._url + path, headers=headers, timeout=20,
                                        **more)
            if response.status_code != fine:
                response.raise_for_status()
            if method == "GET":
                response.json()
            return response
        except requests.RequestException as error:
            raise UploadError(f"{method} failed: {type(error).__name__}") from error


@sweep(operations=("images.upload", "images.delete"))
def test_upload(fake_ims: FakeIMS) -> None:
    image_id = Uploader(fake_ims.url, fake_ims.token).upload("disk", b"bytes")
    assert fake_ims.images[image_id].status == "active"
