"""Logs in at Keystone and reads the status of an image. urllib.request.

BUG: the requests of the service have a time-out, the log-in has none.
CAUGHT BY: identity.tokens.create no-answer
DEPTH: 1
PATTERN: missing time-out
"""

from __future__ import annotations

import http.client
import json
from urllib.request import Request, urlopen

import pytest

from fake_ims import FakeIMS


class CloudError(Exception):
    pass


def token(env: dict[str, str]) -> str:
    domain = {"name": env["OS_USER_DOMAIN_NAME"]}
    body = json.dumps({"auth": {
        "identity": {"methods": ["password"], "password": {"user": {
            "name": env["OS_USERNAME"], "domain": domain, "password": env["OS_PASSWORD"]}}},
        "scope": {"project": {"name": env["OS_PROJECT_NAME"], "domain": domain}}}}).encode()
    request = Request(f"{env['OS_AUTH_URL']}/auth/tokens", body,
                      {"Content-Type": "application/json"})
    try:
        with urlopen(request) as response:
            found = response.headers["X-Subject-Token"]
    except (OSError, http.client.HTTPException) as error:
        raise CloudError(f"log-in: {error!r}") from error
    if not found:
        raise CloudError("log-in: no token")
    return str(found)


def status(url: str, env: dict[str, str], image_id: str) -> str:
    request = Request(f"{url}/v2/images/{image_id}", headers={"X-Auth-Token": token(env)})
    try:
        with urlopen(request, timeout=15) as response:
            return str(json.load(response)["status"])
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise CloudError(f"{image_id}: {error!r}") from error


@pytest.mark.fake_ims(auth="issued")
def test_status(fake_ims: FakeIMS, fake_ims_env: dict[str, str]) -> None:
    image = fake_ims.images.add(name="disk", data=b"bytes")
    assert status(fake_ims.url, fake_ims_env, image.id) == "active"
