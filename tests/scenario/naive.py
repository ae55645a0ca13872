"""Clients as people write them: each method has the bug that a scenario of the gallery finds, or,
named ``careful_...``, has it not."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import quote, urlsplit

from fake_ims import FakeIMS


class Failed(Exception):
    """What a client says to its user."""


class Client:
    """A client of nothing but ``http.client``. ``sleep`` moves the fake's clock."""

    def __init__(self, fake: FakeIMS, headers: Mapping[str, str] | None = None) -> None:
        self._host = urlsplit(fake.url).netloc
        self._headers = dict(fake.headers if headers is None else headers)
        self.sleep: Callable[[float], object] = fake.clock.advance

    def ask(
        self, method: str, path: str, body: object = None,
        media_type: str = "application/json",
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers and body."""
        raw = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        headers = {**self._headers, **({} if raw is None else {"Content-Type": media_type})}
        connection = HTTPConnection(self._host, timeout=30)
        try:
            connection.request(method, path, raw, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def json(self, method: str, path: str, body: object = None, **more: str) -> Any:
        """The document of an answer that must be a good one."""
        status, _, text = self.ask(method, path, body, **more)
        if status >= 400:
            raise Failed(f"{method} {path}: {status}")
        return json.loads(text or b"null")

    # making images

    def create(self, name: str, image_id: str | None = None) -> str:
        """Make an image; tries again after a lost connection, as it was."""
        document = {"name": name, "disk_format": "raw", "container_format": "bare",
                    **({} if image_id is None else {"id": image_id})}
        for _ in range(2):
            try:
                status, _, text = self.ask("POST", "/v2/images", document)
            except (OSError, HTTPException):
                continue
            if status == 409 and image_id is not None:
                return image_id  # it was made by the try whose answer was lost
            if status >= 400:
                raise Failed(f"{status}")
            return str(json.loads(text)["id"])
        raise Failed("the service does not answer")

    def upload(self, image_id: str, data: bytes) -> None:
        """Send the bytes of an image."""
        self.json("PUT", f"/v2/images/{image_id}/file", data,
                  media_type="application/octet-stream")

    def wait(self, image_id: str, ends: tuple[str, ...] = ("active",), looks: int = 1000) -> str:
        """Wait for one of some statuses."""
        for _ in range(looks):
            status = self.json("GET", f"/v2/images/{image_id}")["status"]
            if status in ends:
                return str(status)
            self.sleep(2)
        raise Failed(f"the image is not {' or '.join(ends)} after {looks} looks")

    def wait_for_job(self, project_id: str, job_id: str, *, deadline: float | None = None) -> Any:
        """Wait for the end of a job; without a deadline, a hundred looks stand for ever."""
        waited = 0.0
        for _ in range(101):
            job = self.json("GET", f"/v1/{project_id}/jobs/{job_id}")
            if job["status"] == "SUCCESS":
                return job
            if job["status"] == "FAIL" and deadline is not None:
                raise Failed(f"{job['error_code']}: {job['fail_reason']}")
            if deadline is not None and waited >= deadline:
                raise Failed(f"the job is still {job['status']} after {waited:g} s")
            self.sleep(10)
            waited += 10
        raise Failed("it waits for ever")

    def start_import(self, name: str = "imported") -> str:
        """Begin an import from a bucket; gives the id of the job."""
        body = {"name": name, "image_url": "ims-image:centos.qcow2", "min_disk": 40,
                "os_version": "CentOS 7.0 64bit"}
        return str(self.json("POST", "/v2/cloudimages/action", body)["job_id"])

    # looking

    def names(self) -> list[str]:
        """The names of all images, page by page."""
        found: list[str] = []
        path = "/v2/images?limit=2"
        while path:
            page = self.json("GET", path)
            found += [image["name"] for image in page["images"]]
            path = page.get("next", "")
        return found

    def named(self, name: str) -> list[Any]:
        """The images of a name, as a list has them."""
        return list(self.json("GET", f"/v2/images?name={quote(name)}")["images"])

    def download(self, image_id: str, *, checked: bool) -> bytes:
        """The bytes of an image; checked against what the image says of them, or not."""
        status, _, data = self.ask("GET", f"/v2/images/{image_id}/file")
        if status >= 400:
            raise Failed(f"{status}")
        if checked:
            image = self.json("GET", f"/v2/images/{image_id}")
            if len(data) != image["size"]:
                raise Failed(f"{len(data)} bytes of {image['size']}")
            if hashlib.md5(data, usedforsecurity=False).hexdigest() != image["checksum"]:
                raise Failed("the checksum is another one")
        return data
