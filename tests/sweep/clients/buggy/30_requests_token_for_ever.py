"""Logs in at Keystone and reads images with the token. requests; survives the end of a token.

BUG: after a 401 it asks again with the token that it keeps, instead of a new one.
CAUGHT BY: images.show token-expired
DEPTH: 1
PATTERN: caches a token for ever
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import pytest
import requests

from fake_ims import FakeIMS, sweep


class CloudError(Exception):
    pass


class Cloud:
    def __init__(self, url: str, env: dict[str, str]) -> None:
        self._url = url
        self._env = env

    @cached_property
    def _token(self) -> str:
        env = self._env
        domain = {"name": env["OS_USER_DOMAIN_NAME"]}
        try:
            response = requests.post(f"{env['OS_AUTH_URL']}/auth/tokens", timeout=20, json={
                "auth": {
                    "identity": {"methods": ["password"], "password": {"user": {
                        "name": env["OS_USERNAME"], "domain": domain,
                        "password": env["OS_PASSWORD"]}}},
                    "scope": {"project": {"name": env["OS_PROJECT_NAME"], "domain": domain}}}})
            response.raise_for_status()
        except requests.RequestException as error:
            raise CloudError(f"log-in: {error}") from error
        if "X-Subject-Token" not in response.headers:
            raise CloudError("log-in: no token")
        return response.headers["X-Subject-Token"]

    def show(self, image_id: str) -> Any:
        try:
            for _ in range(2):
                response = requests.get(f"{self._url}/v2/images/{image_id}", timeout=20,
                                        headers={"X-Auth-Token": self._token})
                if response.status_code != 401:
                    break
            response.raise_for_status()
            return response.json()
        except requests.RequestException as error:
            raise CloudError(f"{image_id}: {error}") from error


@pytest.mark.fake_ims(auth="issued")
@sweep(survive=("token-expired", "token-revoked"))
def test_show(fake_ims: FakeIMS, fake_ims_env: dict[str, str]) -> None:
    image = fake_ims.images.add(name="disk", data=b"bytes")
    cloud = Cloud(fake_ims.url, fake_ims_env)
    assert cloud.show(image.id)["name"] == "disk"
    assert cloud.show(image.id)["status"] == "active"
