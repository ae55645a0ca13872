"""No control request is answered 5xx or leaves what cannot be shown, whatever it contains.

The requests are made up from the control API's own routes and schemas. The seed is fixed, so every
run sends the same.
"""

from __future__ import annotations

import json
import logging
from http.client import HTTPConnection
from random import Random
from typing import Any
from urllib.parse import urlsplit

import pytest
from made_up import control_request

from fake_ims import FakeIMS
from fake_ims.control.routes import ROUTES

REQUESTS = 300
SHOWN = ["/v2/images", "/v2/cloudimages", "/v1.1/images/detail", "/v3/users", "/_fake_ims/images",
         "/_fake_ims/state", "/_fake_ims/world", "/_fake_ims/faults", "/_fake_ims/requests",
         "/_fake_ims/requests?form=har", "/_fake_ims/jobs", "/_fake_ims/lifecycle"]


def send(fake: FakeIMS, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
    connection = HTTPConnection(urlsplit(fake.url).netloc, timeout=30)
    try:
        connection.request(method, path, body,
                           {**fake.headers, "Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def no_constant(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")


@pytest.mark.parametrize("profile", ["otc", "openstack"])
@pytest.mark.parametrize("seed", range(2))
def test_no_request_breaks_it(
    fake_ims_factory: Any, profile: str, seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    fake = fake_ims_factory(profile=profile)
    random = Random(f"{profile} {seed}")
    # A reset or a scenario would often empty what the others have made.
    routes = [route for route in ROUTES if route.id not in ("reset", "scenario.play")]
    statuses = set()
    with caplog.at_level(logging.WARNING):
        for number in range(REQUESTS):
            route = random.choice(ROUTES if number % 10 == 0 else routes)
            path, body = control_request(random, route)
            status, answer = send(fake, route.method, f"/_fake_ims{path}", body)
            told = number, route.id, path[:200], body and body[:500], answer[:200]
            assert status in (200, 204, 400, 404, 405), (status, *told)
            statuses.add(status)
            send(fake, "DELETE", "/_fake_ims/faults")
            if number % 10 == 9:
                for shown in SHOWN:
                    status, answer = send(fake, "GET", shown)
                    assert status < 500, (shown, status, *told)
                    if status == 200:
                        json.loads(answer, parse_constant=no_constant)
    assert statuses >= {200, 204, 400, 404}
    assert caplog.records == []


BODIES = [
    (b'{"data": {"zeros": 10.0}}', 200), (b'{"self": "/v2/images/x"}', 400),
    (b'{"data": "\\ud800"}', 400), (b'{"\\ud800": "x"}', 400), (b'{"created_at": NaN}', 400),
    (b'{"created_at": 1' + b"0" * 400 + b"}", 400), (b'{"created_at": ' + b"9" * 5000 + b"}", 400),
    (b'{"min_ram": -Infinity}', 400), (b"\xff\xfe", 400), (b'"\\ud800"', 400), (b"nul", 400),
    (b'{"name": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", 400),
    (b'{"name": ' + b"[" * 500 + b"]" * 500 + b"}", 400), (b" ", 400), (b"null", 400),
]


@pytest.mark.parametrize(("body", "status"), BODIES, ids=range(len(BODIES)))
def test_bodies_that_are_often_forgotten(
    fake_ims: FakeIMS, body: bytes, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    got, answer = send(fake_ims, "POST", "/_fake_ims/images", body)
    assert got == status, answer
    assert len(fake_ims.images) == (status == 200)
    assert send(fake_ims, "GET", "/v2/images")[0] == 200
    assert caplog.records == []


@pytest.mark.parametrize(("body", "place"), [
    ({"name": "a", "tags": ["b", "\ud800"]}, "tags[1]"), ({"min_ram": 2**64}, "min_ram"),
    ({"members": {"p2": "\udfff"}}, "members.p2"),
])
def test_the_place_is_named(fake_ims: FakeIMS, body: object, place: str) -> None:
    status, answer = send(fake_ims, "POST", "/_fake_ims/images", json.dumps(body).encode())
    (problem,) = json.loads(answer)["error"]["problems"]
    assert (status, problem["path"]) == (400, place)
