"""Log-ins that nobody would send: each is answered, none with a failure of ours."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from http.client import HTTPConnection
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
@pytest.mark.parametrize("auth", ["any", "issued", "triple"])
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
    assert {400, 401} <= statuses or auth != "issued"


# every position of the document

WRONG: list[Any] = [None, True, 0, -1.5, "", "x", "\0", [], {}, [{}], {"x": {}}, ["x"]]
LEFT_OUT = object()
MODES = [pytest.param(auth, profile, marks=pytest.mark.fake_ims(auth=auth, profile=profile))
         for auth in ("any", "issued", "triple") for profile in ("otc", "openstack")]


def log_ins(fake: FakeIMS) -> Iterator[Any]:
    """A good log-in by each method, and to each kind of scope, with all that it may have."""
    credential = fake.identity.application_credential(fake.username)
    domain = {"name": fake.user_domain_name, "id": fake.user_domain_id}
    user = {"name": fake.username, "id": fake.user_id, "domain": domain,
            "password": fake.password}
    shown = {
        "password": {"user": user},
        "token": {"id": fake.token},
        "application_credential": {"id": credential.id, "name": credential.name, "user": user,
                                   "secret": credential.secret},
        "hw_ak_sk": {"access": {"key": fake.access_key}, "secret": {"key": fake.secret_key}},
    }
    for method, what in shown.items():
        yield {"auth": {"identity": {"methods": [method], method: what}}}
    identity = {"methods": ["password"], "password": {"user": user}}
    project = {"id": fake.project_id, "name": fake.project_name, "domain": domain}
    for scope in ({"project": project}, {"domain": domain}, {"system": {"all": True}},
                  {"OS-TRUST:trust": {"id": "x"}}, "unscoped", {"unscoped": {}}):
        yield {"auth": {"identity": identity, "scope": scope}}


def positions(document: Any) -> Iterator[tuple[Any, ...]]:
    """Where something stands in a document, from the outside in."""
    yield ()
    items = (document.items() if isinstance(document, dict)
             else enumerate(document) if isinstance(document, list) else ())
    for name, value in items:
        for inner in positions(value):
            yield (name, *inner)


def changed(document: Any, position: tuple[Any, ...], value: Any) -> Any:
    """The document with something else at one position."""
    if not position:
        return value
    name, *rest = position
    copied = document.copy()
    if value is LEFT_OUT and not rest:
        del copied[name]
    else:
        copied[name] = changed(document[name], tuple(rest), value)
    return copied


@pytest.mark.parametrize(("auth", "profile"), MODES)
def test_a_wrong_type_at_any_position(
    fake_ims: FakeIMS, auth: str, profile: str
) -> None:
    connection = HTTPConnection(fake_ims.url.removeprefix("http://"), timeout=30)
    asked = 0
    try:
        for document in log_ins(fake_ims):
            for position in positions(document):
                for value in [*WRONG, *([LEFT_OUT] if position else [])]:
                    body = json.dumps(changed(document, position, value))
                    connection.request("POST", "/v3/auth/tokens", body,
                                       {"Content-Type": "application/json"})
                    answer = connection.getresponse()
                    error = json.loads(answer.read()).get("error", {})
                    assert answer.status in (201, 400, 401, 403, 404), (position, value, error)
                    assert error.get("code", 201) == answer.status, (position, value, error)
                    asked += 1
    finally:
        connection.close()
    assert asked > 1500


@pytest.mark.parametrize("profile", ["otc", "openstack"])
@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(("body", "status"), [
    (b'{"auth": "' + b"x" * 2**20 + b'"}', 413),
    (b"x" * 2**20, 413),
    (b'{"auth": {"identity": ' + b" " * (114688 - 24) + b"}}", 400),
    (b'{"auth": {"identity": ' + b" " * (114688 - 23) + b"}}", 413),
    (b"[" * 100_000, 400),
    (b"[" * 50_000 + b"]" * 50_000, 400),
    (b'{"auth":' * 10_000 + b"1" + b"}" * 10_000, 400),
    (b'{"auth": {"identity": {"methods": ["password"], "password": {"user": '
     + b'{"domain":' * 5000 + b"1" + b"}" * 5004, 400),
])
def test_large_and_deep_bodies(
    fake_ims: FakeIMS, door: Any, body: bytes, status: int, chunked: bool, profile: Any
) -> None:
    fake_ims.reset(profile=profile)
    sent = iter([body[at:at + 65536] for at in range(0, len(body), 65536)]) if chunked else body
    reply = door.wire.send("POST", "/v3/auth/tokens", sent,
                           {"Content-Type": "application/json"}, chunked=chunked)
    assert (reply.status, reply.json["error"]["code"]) == (status, status)
    assert door.enter().status == 201


# tokens that are made of names

@pytest.mark.fake_ims(auth="triple")
@pytest.mark.parametrize(("id", "status"), [
    ("x" * 255, 201), ("x" * 256, 401), ("x" * 100_000, 401), ("a:b", 401), ("é", 401),
    ("a\nb", 401)])
def test_an_id_that_no_triple_can_carry(door: Any, id: str, status: int) -> None:
    reply = door.knock(door.password(scope=door.project(id=id)))
    assert reply.status == status
    if status == 201:
        assert door.caller(reply.headers["X-Subject-Token"]).get("/v2/images").status == 200
