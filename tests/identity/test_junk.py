"""Log-ins that nobody would send: each is answered, none with a failure of ours."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from fake_ims import FakeIMS

VALUES: list[Any] = [
    None, True, 1, 1.5, -1, "", "x", "\0", "é", "😀", "a:b", "\r\n", "x" * 5000, [], {}, [[]],
    {"id": "x"}, {"name": "x"}, {"id": None}, {"domain": {}}, "unscoped",
    {"user": {"id": "x", "password": "y"}}, {"id": "x", "name": "y", "domain": {"id": "z"}}]
NAMES = ["auth", "identity", "methods", "password", "token", "application_credential", "hw_ak_sk",
         "user", "domain", "project", "scope", "id", "name", "secret", "access", "key", "system",
         "OS-TRUST:trust", "unscoped"]
USER = {"name": "ims-user", "domain": {"name": "D"}, "password": "x"}
BODIES: list[Any] = [
    {"auth": {"identity": {"methods": ["password"], "password": {"user": USER}},
              "scope": {"project": {"name": "p", "domain": {"id": "d"}}}}},
    {"auth": {"identity": {"methods": ["application_credential"],
                           "application_credential": {"id": "x", "secret": "y"}}}},
    {"auth": {"identity": {"methods": ["application_credential"],
                           "application_credential": {"name": "x", "user": {"id": "u"}}}}},
    {"auth": {"identity": {"methods": ["token", "hw_ak_sk"], "token": {"id": "x"},
                           "hw_ak_sk": {"access": {"key": "x"}, "secret": {"key": "y"}}},
              "scope": {"domain": {"id": "x"}}}},
]


def spoilt(chance: random.Random, document: Any) -> Any:
    """A document with something wrong here or there."""
    if chance.random() < 0.03:
        return chance.choice(VALUES)
    if isinstance(document, list):
        extra = [chance.choice(NAMES)] if chance.random() < 0.1 else []
        return [spoilt(chance, item) for item in document] + extra
    if isinstance(document, dict):
        document = {name: spoilt(chance, value) for name, value in document.items()}
        if chance.random() < 0.1:
            document[chance.choice(NAMES)] = chance.choice(VALUES)
        if document and chance.random() < 0.04:
            del document[chance.choice(list(document))]
    return document


@pytest.mark.parametrize("profile", ["otc", "openstack"])
@pytest.mark.parametrize("auth", ["any", "strict", "triple"])
def test_junk(fake_ims: FakeIMS, door: Any, auth: Any, profile: Any) -> None:
    fake_ims.reset(auth=auth, profile=profile)
    chance = random.Random(f"{auth}{profile}")
    statuses = set()
    for _ in range(250):
        body = json.dumps(spoilt(chance, chance.choice(BODIES))).encode()
        reply = door.wire.send("POST", "/v3/auth/tokens", body,
                               {"Content-Type": "application/json"})
        statuses.add(reply.status)
        assert reply.status in (201, 400, 401, 403, 404), (body, reply)
        if reply.status == 201:
            token = reply.headers["X-Subject-Token"]
            for path in ("/v3/auth/tokens", "/v3/auth/projects", "/v2/images"):
                looked = door.caller(token).send("GET", path, headers={"X-Subject-Token": token})
                assert looked.status == 200 or (looked.status == 403 and path == "/v2/images"), (
                    body, looked)
        else:
            assert reply.json["error"]["code"] == reply.status
    assert {400, 401} <= statuses or auth != "strict"
