"""Uploads a disk: gives the id itself, looks at the image whenever an answer is in doubt.

requests, sync. Retries what is busy, and lost connections, for three minutes, and honours
Retry-After. Removes the image if its data never arrived, and names it if it cannot.
"""

from __future__ import annotations

import hashlib
import time
import uuid
from typing import Any

import requests

from fake_ims import FakeIMS, sweep

BUSY = (429, 502, 503, 504)


class UploadError(Exception):
    """The upload failed; the text says whether an image is left."""


class Broken(UploadError):
    """The image will never be good."""


class Uploader:
    def __init__(self, url: str, token: str, patience: float = 180.0) -> None:
        self._url = f"{url}/v2/images"
        self._session = requests.Session()
        self._session.headers["X-Auth-Token"] = token
        self._patience = patience

    def upload(self, name: str, data: bytes) -> str:
        image_id = str(uuid.uuid4())
        deadline = time.monotonic() + self._patience
        arrived = False
        try:
            self._create(image_id, name, deadline)
            self._send(image_id, data, deadline)
            arrived = True
            self._wait(image_id, data, deadline)
        except BaseException as error:
            if not arrived or isinstance(error, Broken):
                self._remove(image_id, error)
            raise
        return image_id

    def _create(self, image_id: str, name: str, deadline: float) -> None:
        response = self._ask("POST", "", deadline, json={
            "id": image_id, "name": name, "disk_format": "raw", "container_format": "bare"})
        # 409: an earlier try, whose answer was lost, may have made it.
        if response.status_code == 409 and self._show(image_id, deadline)["name"] == name:
            return
        if response.status_code != 201:
            raise UploadError(f"cannot create {name!r}: {response.status_code} {response.text}")

    def _send(self, image_id: str, data: bytes, deadline: float) -> None:
        for attempt in range(100):
            problem: Exception
            response = None
            try:
                response = self._session.put(
                    f"{self._url}/{image_id}/file", data=data, timeout=30,
                    headers={"Content-Type": "application/octet-stream"})
                if response.status_code == 204:
                    return
                problem = UploadError(f"{response.status_code} {response.text}")
            except requests.RequestException as error:
                problem = error
            if self._show(image_id, deadline)["status"] != "queued":
                return  # the data has arrived all the same
            if (response is not None and response.status_code not in BUSY) or (
                time.monotonic() > deadline
            ):
                raise UploadError(f"cannot upload to {image_id}: {problem}") from problem
            _pause(attempt, response)

    def _wait(self, image_id: str, data: bytes, deadline: float) -> None:
        while True:
            image = self._show(image_id, deadline)
            if image["status"] == "active":
                break
            if image["status"] not in ("queued", "saving") or time.monotonic() > deadline:
                raise Broken(f"image {image_id} is {image['status']}")
            time.sleep(2)
        if image["checksum"] != hashlib.md5(data).hexdigest():
            raise Broken(f"image {image_id} has other data: {image['checksum']}")

    def _show(self, image_id: str, deadline: float) -> Any:
        response = self._ask("GET", f"/{image_id}", deadline)
        if response.status_code != 200:
            raise UploadError(f"cannot read {image_id}: {response.status_code} {response.text}")
        return response.json()

    def _remove(self, image_id: str, reason: BaseException) -> None:
        try:
            response = self._ask("DELETE", f"/{image_id}", time.monotonic() + 30)
            if response.status_code not in (204, 404):
                raise UploadError(f"{response.status_code} {response.text}")
        except UploadError as error:
            raise UploadError(f"{reason}; image {image_id} may be left: {error}") from reason

    def _ask(self, method: str, path: str, deadline: float, **more: Any) -> requests.Response:
        """Only for requests that may be repeated: the id is in each."""
        attempt = 0
        while True:
            response = None
            try:
                response = self._session.request(method, self._url + path, timeout=20, **more)
                if method == "GET" and response.ok:
                    response.json()
                if response.status_code not in BUSY or time.monotonic() > deadline:
                    return response
            except requests.RequestException as error:
                if time.monotonic() > deadline:
                    raise UploadError(f"{method} {path}: {error}") from error
            _pause(attempt, response)
            attempt += 1


def _pause(attempt: int, response: requests.Response | None) -> None:
    asked = "" if response is None else response.headers.get("Retry-After", "")
    time.sleep(max(min(2.0 ** attempt, 20), float(asked) if asked.isdecimal() else 0))


@sweep(survive=("503", "503-retry-after", "503-30s", "429", "429-retry-after", "reset-before",
                "reset-after", "no-answer", "no-answer-after", "garbage", "gateway-page",
                "truncated", "invalid-json", "outage-30s", "503-after"))
def test_upload(fake_ims: FakeIMS) -> None:
    image_id = Uploader(fake_ims.url, fake_ims.token).upload("disk", b"the bytes of a disk")
    assert fake_ims.images[image_id].status == "active"
    assert fake_ims.images[image_id].data == b"the bytes of a disk"
