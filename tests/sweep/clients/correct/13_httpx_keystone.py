"""Logs in at Keystone, keeps the token, and logs in again when it is refused.

httpx with an ``Auth`` of its own, sync. A refused token is renewed once for a request.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any

import httpx
import pytest

from fake_ims import FakeIMS, sweep


class CloudError(Exception):
    """The cloud refused, or did not answer."""


class Busy(CloudError):
    """The log-in was refused for now."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(f"log-in: {response.status_code} {response.text[:200]}")
        self.response = response


def asked(response: httpx.Response) -> float:
    """The seconds that a response asks to wait."""
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isdecimal() else 0


class KeystoneAuth(httpx.Auth):
    requires_response_body = True

    def __init__(self, env: dict[str, str]) -> None:
        domain = {"name": env["OS_USER_DOMAIN_NAME"]}
        self._url = f"{env['OS_AUTH_URL']}/auth/tokens"
        self._body = {"auth": {
            "identity": {"methods": ["password"], "password": {"user": {
                "name": env["OS_USERNAME"], "domain": domain, "password": env["OS_PASSWORD"]}}},
            "scope": {"project": {"name": env["OS_PROJECT_NAME"], "domain": domain}}}}
        self._token = ""

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        for last in (False, True):
            if last or not self._token:
                # A request of one's own has no time-out, unless it is given one.
                answer = yield httpx.Request("POST", self._url, json=self._body,
                                             extensions=request.extensions)
                if answer.status_code in (429, 502, 503, 504):
                    raise Busy(answer)
                if answer.status_code != 201 or "X-Subject-Token" not in answer.headers:
                    raise CloudError(f"log-in: {answer.status_code} {answer.text[:200]}")
                self._token = answer.headers["X-Subject-Token"]
            request.headers["X-Auth-Token"] = self._token
            response = yield request
            if response.status_code != 401 or last:
                return


class Cloud:
    def __init__(self, url: str, env: dict[str, str]) -> None:
        self._client = httpx.Client(base_url=url, auth=KeystoneAuth(env), timeout=20)

    def names(self) -> list[str]:
        found: dict[str, str] = {}
        path = "/v2/images"
        while path:
            page = self._get(path)
            found |= {image["id"]: image["name"] for image in page["images"]}
            path = page.get("next")
        return sorted(found.values())

    def status(self, image_id: str) -> str:
        return str(self._get(f"/v2/images/{image_id}")["status"])

    def _get(self, path: str) -> Any:
        for attempt in range(6):
            wait = 2.0 ** (attempt + 1)
            try:
                response = self._client.get(path)
                if response.status_code == 200:
                    return response.json()
                if response.status_code not in (429, 502, 503, 504) or attempt == 5:
                    raise CloudError(f"GET {path}: {response.status_code} {response.text[:200]}")
                wait = max(wait, asked(response))
            except Busy as error:
                if attempt == 5:
                    raise
                wait = max(wait, asked(error.response))
            except (httpx.TransportError, ValueError) as error:
                if attempt == 5:
                    raise CloudError(f"GET {path}: {error!r}") from error
            time.sleep(wait)
        raise AssertionError("unreachable")

    def close(self) -> None:
        self._client.close()


@pytest.mark.fake_ims(auth="issued")
@sweep(survive=("503", "503-30s", "429", "token-revoked", "token-expired", "reset-before",
                "reset-after", "no-answer", "outage-30s"))
def test_names(fake_ims: FakeIMS, fake_ims_env: dict[str, str]) -> None:
    image = fake_ims.images.add(name="disk")
    cloud = Cloud(fake_ims.url, fake_ims_env)
    try:
        assert cloud.names() == ["disk"]
        assert cloud.status(image.id) == "active"
    finally:
        cloud.close()
