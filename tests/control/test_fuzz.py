"""No control request is answered 5xx or leaves what cannot be shown, whatever it contains.

The requests are made from the control API's own routes and schemas, with values that are often
forgotten among them. The seed is fixed, so every run sends the same.
"""

from __future__ import annotations

import json
import logging
import re
from http.client import HTTPConnection
from random import Random
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest

from fake_ims import FakeIMS
from fake_ims.control.route import Route
from fake_ims.control.routes import ROUTES
from fake_ims.scenario.schema import schema as scenario_schema

REQUESTS = 300
STRINGS = ["", "a", "disk", "x" * 300, "é", "\ud800", "a/b", "a?b", "\0", "p2", "30s", "polls(2)",
           "by hand", "9" * 400, f"polls({'9' * 5000})", "0001-01-01", "9999-12-31T23:59:59Z",
           "(((", "5xx", "1/s", "{}", "self", "*", ">=3", "877a2cda-ba63-4e1e-b95f-e67e48b6129a"]
NUMBERS = [0, 1, -1, 1.0, 0.5, 10**400, 2**63, 2**64, -(2**63), 1e300, -1e300, float("nan"),
           float("inf"), 5e-324, 503, 99, 86400 * 36500, True, False, None]
DEEP: Any = []
for _ in range(200):
    DEEP = [DEEP]
SHOWN = ["/v2/images", "/v2/cloudimages", "/v1.1/images/detail", "/v3/users", "/_fake_ims/images",
         "/_fake_ims/state", "/_fake_ims/world", "/_fake_ims/faults", "/_fake_ims/requests",
         "/_fake_ims/requests?form=har", "/_fake_ims/jobs", "/_fake_ims/lifecycle"]


def value(random: Random, schema: Any, root: Any) -> Any:
    """A value that a schema allows; now and then one that it does not."""
    if random.random() < 0.07:
        return random.choice([random.choice(STRINGS), random.choice(NUMBERS), [], {}, DEEP])
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        return value(random, random.choice(schema["anyOf"]), root)
    if "enum" in schema:
        return random.choice(schema["enum"])
    kinds = schema.get("type", "string")
    kind = kinds if isinstance(kinds, str) else random.choice(kinds)
    if kind == "string":
        return random.choice(schema.get("examples", STRINGS))
    if kind in ("integer", "number"):
        return random.choice([schema.get("minimum", 1), 3, random.choice(NUMBERS)])
    if kind == "array":
        items = schema.get("items", {})
        return [value(random, items, root) for _ in range(random.choice([1, 1, 2]))]
    if kind == "object":
        return mapping(random, schema, root)
    return None if kind == "null" else random.random() < 0.7


def mapping(random: Random, schema: Any, root: Any) -> dict[str, Any]:
    known = schema.get("properties", {})
    names = {*schema.get("required", ()),
             *random.sample(sorted(known), min(len(known), random.choice([0, 1, 2, 4])))}
    found = {name: value(random, known[name], root) for name in sorted(names)}
    others = schema.get("additionalProperties", True)
    if others is not False and random.random() < 0.3:
        free = others if isinstance(others, dict) else {}
        found[random.choice(["__os_type", "hw_x", "self", *STRINGS])] = value(random, free, root)
    return found


def request(random: Random, route: Route) -> tuple[str, bytes | None]:
    """A path and a body for an operation."""
    names = [*STRINGS, "last", "1", "servers", "disks", "buckets", "__init__", "account"]
    path = re.sub(r"\{\w+\}", lambda _: quote(random.choice(names), safe="",
                                              errors="surrogatepass"), route.path)
    query = {name: str(random.choice([*STRINGS, value(random, schema, {})]))
             for name, schema in route.query.items() if random.random() < 0.4}
    if query:
        path += f"?{urlencode(query, errors='surrogatepass')}"
    if route.method == "GET":
        return path, None
    body = value(random, route.body, route.body)
    if route.id == "scenario.play" and random.random() < 0.7:
        body = {"scenario": value(random, scenario_schema(), scenario_schema())}
    return path, json.dumps(body).encode()


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
            path, body = request(random, route)
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
