"""Makes an image with data under an id of its own. requests.

BUG: if the upload is refused, the empty image stays.
CAUGHT BY: images.upload 403
DEPTH: 1
PATTERN: leaves an orphan
"""

from __future__ import annotations

import uuid

import requests

from fake_ims import FakeIMS


class UploadError(Exception):
    pass


class Uploader:
    def __init__(self, url: str, token: str) -> None:
        self._url = f"{url}/v2/images"
        self._session = requests.Session()
        self._session.headers["X-Auth-Token"] = token

    def upload(self, name: str, data: bytes) -> str:
        image_id = str(uuid.uuid4())
        try:
            self._ask("POST", "", json={"id": image_id, "name": name, "disk_format": "raw",
                                        "container_format": "bare"})
        except UploadError as error:
            self._remove(image_id, error)
            raise
        self._ask("PUT", f"/{image_id}/file", data=data,
                  headers={"Content-Type": "application/octet-stream"})
        image = self._ask("GET", f"/{image_id}").json()
        if image["status"] != "active":
            error = UploadError(f"{image_id} is {image['status']}")
            self._remove(image_id, error)
            raise error
        return image_id

    def _remove(self, image_id: str, reason: UploadError) -> None:
        try:
            self._ask("DELETE", f"/{image_id}", gone=True)
        except UploadError as error:
            raise UploadError(f"{reason}; {image_id} may be left: {error}") from reason

    def _ask(self, method, path, gone=False, **more):  # type: ignore[no-untyped-def]
        try:
            response = self._session.request(method, self._url + path, timeout=20, **more)
            if not (gone and response.status_code == 404):
                response.raise_for_status()
            if method == "GET":
                response.json()
            return response
        except requests.RequestException as error:
            raise UploadError(f"{method} {path}: {error}") from error


def test_upload(fake_ims: FakeIMS) -> None:
    image_id = Uploader(fake_ims.url, fake_ims.token).upload("disk", b"bytes")
    assert fake_ims.images[image_id].status == "active"
