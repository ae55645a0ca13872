"""Makes an image with data; logs in at Keystone, and again when its token is refused. httpx.

BUG: after a new log-in it begins from the start, with a new image; the first one stays.
CAUGHT BY: images.create token-revoked
DEPTH: 1
PATTERN: leaves an orphan
"""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest

from fake_ims import FakeIMS


class CloudError(Exception):
    pass


class TokenRefused(CloudError):
    pass


class Cloud:
    def __init__(self, client: httpx.Client, env: dict[str, str]) -> None:
        self._client = client
        self._env = env
        self._log_in()

    def upload(self, name: str, data: bytes) -> str:
        try:
            return self._upload(name, data)
        except TokenRefused:
            self._log_in()
            return self._upload(name, data)

    def _upload(self, name: str, data: bytes) -> str:
        image_id = str(uuid.uuid4())
        path = f"/v2/images/{image_id}"
        try:
            self._ask("POST", "/v2/images", json={
                "id": image_id, "name": name, "disk_format": "raw", "container_format": "bare"})
            try:
                self._ask("PUT", f"{path}/file", content=data,
                          headers={"Content-Type": "application/octet-stream"})
            except CloudError:
                if self._ask("GET", path).json()["status"] == "queued":
                    raise
            status = self._ask("GET", path).json()["status"]
            if status != "active":
                raise CloudError(f"{image_id} is {status}")
        except TokenRefused:
            raise
        except CloudError as error:
            self._clean(path, error)
            raise
        return image_id

    def _clean(self, path: str, reason: CloudError) -> None:
        try:
            self._ask("DELETE", path)
        except CloudError as error:
            if "404" not in str(error):
                raise CloudError(f"{reason}; {path} may be left: {error}") from reason

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        try:
            response = self._client.request(method, path, **more)
            if response.status_code == 401:
                raise TokenRefused(f"{method} {path}: 401")
            response.raise_for_status()
            if method == "GET":
                response.json()
            return response
        except (httpx.HTTPError, ValueError) as error:
            raise CloudError(f"{method} {path}: {error}") from error

    def _log_in(self) -> None:
        env = self._env
        domain = {"name": env["OS_USER_DOMAIN_NAME"]}
        body = {"auth": {
            "identity": {"methods": ["password"], "password": {"user": {
                "name": env["OS_USERNAME"], "domain": domain, "password": env["OS_PASSWORD"]}}},
            "scope": {"project": {"name": env["OS_PROJECT_NAME"], "domain": domain}}}}
        self._client.headers.pop("X-Auth-Token", None)
        response = self._ask("POST", f"{env['OS_AUTH_URL']}/auth/tokens", json=body)
        token = response.headers.get("X-Subject-Token")
        if token is None:
            raise CloudError("log-in: no token")
        self._client.headers["X-Auth-Token"] = token


@pytest.mark.fake_ims(auth="issued")
def test_upload(fake_ims: FakeIMS, fake_ims_env: dict[str, str]) -> None:
    with httpx.Client(base_url=fake_ims.url, timeout=20) as client:
        image_id = Cloud(client, fake_ims_env).upload("disk", b"bytes")
    assert fake_ims.images[image_id].status == "active"
    assert len(fake_ims.images) == 1
