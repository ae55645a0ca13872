"""The control API: all that the facade can, as JSON; what is bad changes nothing."""

from __future__ import annotations

import json
import re
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

import openapi_spec_validator
import pytest
from wire import Wire

from fake_ims import FakeIMS
from fake_ims.control.openapi import description
from fake_ims.control.route import PREFIX
from fake_ims.control.routes import BY_ID, ROUTES

SERVER = "877a2cda-ba63-4e1e-b95f-e67e48b6129a"


def test_the_index_names_every_operation(control: Any) -> None:
    index = control.does("GET", "/")
    assert [row["id"] for row in index["operations"]] == [route.id for route in ROUTES]
    assert len(BY_ID) == len(ROUTES)


def test_state_and_reset(fake_ims: FakeIMS, control: Any) -> None:
    control.does("POST", "/images", {"name": "a"})
    state = control.does("GET", "/state")
    assert (state["url"], state["token"]) == (fake_ims.url, fake_ims.token)
    assert (state["images"], state["profile"], state["scenario"]) == (1, "otc", None)
    after = control.does("POST", "/reset", {"profile": "openstack", "saving": "30s", "seed": 7})
    assert (after["images"], after["profile"], after["seed"]) == (0, "openstack", 7)
    assert after["lifecycle"]["saving"] == "30s"
    assert control.does("POST", "/reset")["profile"] == "otc"


def test_faults(fake_ims: FakeIMS, control: Any, wire: Wire) -> None:
    fault = control.does("POST", "/faults", {"operation": "images.list", "status": 503, "times": 2})
    assert fault["text"] == "images.list returns 503, 2 times"
    assert [wire.get("/v2/images").status for _ in range(3)] == [503, 503, 200]
    shown = control.does("GET", f"/faults/{fault['number']}")
    assert (shown["hits"], shown["matched"], shown["active"]) == (2, 2, False)
    other = control.does("POST", "/faults", {"operation": "images.show", "delay": "1ms"})
    listed = control.does("GET", "/faults?unused=true")["faults"]
    assert [one["number"] for one in listed] == [other["number"]]
    control.does("DELETE", f"/faults/{other['number']}")
    assert [str(one) for one in fake_ims.faults] == ["images.list returns 503, 2 times"]
    control.does("DELETE", "/faults")
    assert len(fake_ims.faults) == 0


def test_weather(fake_ims: FakeIMS, control: Any) -> None:
    answer = control.does("POST", "/faults/weather", {"name": "flaky", "seed": 7})
    assert [one["text"] for one in answer["faults"]] == [str(one) for one in fake_ims.faults]
    assert answer["faults"][0]["settings"]["seed"] == "7:0"
    status, message = control.refused("POST", "/faults/weather", {"name": "flakey"})
    assert (status, "did you mean 'flaky'?" in message) == (400, True)
    assert len(fake_ims.faults) == 5


def test_no_fault_touches_it_and_no_journal_has_it(fake_ims: FakeIMS, control: Any) -> None:
    fake_ims.faults.add("*", reset_connection="before")
    fake_ims.faults.add(path="/_fake_ims/*", status=503)
    assert control.does("GET", "/state")["faults"] == 2
    assert len(fake_ims.requests) == 0


def test_clock_and_lifecycle(fake_ims: FakeIMS, control: Any) -> None:
    before = control.does("GET", "/clock")["seconds"]
    assert control.does("POST", "/clock", {"advance": "10m"})["seconds"] >= before + 600
    assert fake_ims.clock.now() >= before + 600
    assert control.does("PATCH", "/lifecycle", {"saving": "polls(3)", "jobs": "by hand"}) == {
        "saving": "polls(3)", "deleting": "0s", "jobs": "by hand"}
    assert control.does("GET", "/lifecycle")["saving"] == "polls(3)"
    control.does("POST", "/lifecycle/kill_named", {"name": "bad", "reason": "disk full"})
    assert fake_ims.lifecycle.why_killed("bad") == "disk full"


def test_images(fake_ims: FakeIMS, control: Any) -> None:
    image = control.does("POST", "/images", {"name": "a", "data": {"base64": "aGk="},
                                             "members": ["p2"], "__os_type": "Linux"})
    assert (image["size"], image["members"], image["__os_type"]) == (2, {"p2": "pending"}, "Linux")
    one = f"/images/{image['id']}"
    assert control.does("GET", "/images/a")["id"] == image["id"]
    assert control.does("GET", f"{one}/data") == {"base64": "aGk="}
    assert control.does("PATCH", one, {"name": "b", "status": "queued"})["status"] == "queued"
    assert control.does("POST", f"{one}/activate")["status"] == "active"
    assert control.does("POST", f"{one}/kill", {"reason": "why"})["kill_reason"] == "why"
    assert len(control.does("GET", "/images")["images"]) == 1
    control.does("DELETE", one)
    assert len(fake_ims.images) == 0
    assert control.refused("GET", one)[0] == 404


def test_the_state_of_the_world_is_set_and_told(fake_ims: FakeIMS, control: Any) -> None:
    state = {"max_jobs": 3, "has_kms": False, "outages": ["EPS", "OBS"],
             "account": {"is_verified": True, "has_payment": True, "has_balance": False}}
    control.does("PATCH", "/world", {**state, "account": {"has_balance": False}})
    told = control.does("GET", "/world")
    assert {name: told[name] for name in state} == state
    wire = Wire(fake_ims.url, fake_ims.headers)
    body = {"name": "a", "min_disk": 40, "image_url": "disks:x.qcow2"}
    assert wire.post("/v2/cloudimages/action", body).code == "IMG.0040"
    control.does("PATCH", "/world", {"outages": []})
    assert wire.post("/v2/cloudimages/action", body).code == "IMG.0239"
    assert control.does("GET", "/world")["outages"] == []


def test_urls_are_added_told_and_removed(fake_ims: FakeIMS, control: Any) -> None:
    url, urls = "https://images.example.org/a.img?b=c", fake_ims.world.urls
    put = control.does("POST", "/world/urls", {"url": url, "data": "hello"})
    assert (put["data"], urls[url].data) == ({"bytes": 5}, b"hello")
    control.does("POST", "/world/urls", {"url": url, "status": 404})
    assert (urls[url].status, urls[url].data, len(urls)) == (404, None, 1)
    wrong = {"url": url, "redirect": "/", "status": 200}
    assert (control.refused("POST", "/world/urls", wrong)[0], urls[url].status) == (400, 404)
    control.does("PATCH", "/world", {"urls": [{"url": "https://b.example.org/", "size": 3}],
                                     "remote_images": [{"region": "else", "data": "far"}]})
    assert [one["url"] for one in control.does("GET", "/world/urls")["urls"]] == [
        url, "https://b.example.org/"]
    assert control.does("GET", "/world")["urls"][1]["size"] == 3
    assert control.does("GET", "/world")["remote_images"][0]["data"] == {"bytes": 3}
    control.does("DELETE", f"/world/urls?{urlencode({'url': url})}")
    assert control.refused("DELETE", f"/world/urls?{urlencode({'url': url})}")[0] == 404
    assert len(urls) == 1


def test_tenants_and_jobs_and_the_world(fake_ims: FakeIMS, control: Any) -> None:
    tenant = control.does("POST", "/tenants", {"project_id": "p2", "roles": ["member"]})
    control.does("PATCH", "/lifecycle", {"jobs": "by hand"})
    control.does("PATCH", "/world", {"servers": [{"id": SERVER}], "quota": 5,
                                         "known_only": True})
    put = control.does("POST", "/world/buckets/disks/objects",
                       {"name": "x.qcow2", "data": {"zeros": 10}})
    assert (put["size"], put["data"]) == (10, {"bytes": 10})
    world = control.does("GET", "/world")
    assert (world["quota"], world["known_only"]) == (5, True)
    assert world["servers"][0]["id"] == SERVER
    assert world["buckets"][0]["objects"][0]["name"] == "x.qcow2"
    wire = Wire(fake_ims.url, {"X-Auth-Token": tenant["token"]})
    body = {"name": "a", "min_disk": 40, "image_url": "disks:x.qcow2"}
    started = [wire.post("/v2/cloudimages/action", body) for _ in range(3)]
    assert [one.status for one in started] == [200] * 3
    jobs = control.does("GET", "/jobs")["jobs"]
    assert [job["status"] for job in jobs] == ["INIT"] * 3
    first, second, _ = [job["id"] for job in jobs]
    assert control.does("POST", f"/jobs/{first}/start", {"progress": 37})["progress"] == 37
    assert control.does("POST", f"/jobs/{first}/succeed")["status"] == "SUCCESS"
    failed = control.does("POST", f"/jobs/{second}/fail", {"error_code": "IMG.0057"})
    assert failed["error_code"] == "IMG.0057"
    assert control.does("GET", "/jobs/last")["status"] == "INIT"
    control.does("POST", "/job_failures", {"error_code": "IMG.0061"})
    control.does("DELETE", f"/world/servers/{SERVER}")
    control.does("DELETE", "/world/buckets/disks")
    world = control.does("GET", "/world")
    assert SERVER not in [one["id"] for one in world["servers"]]
    assert world["buckets"] == []


def test_requests_and_what_is_expected_of_them(control: Any, wire: Wire) -> None:
    wire.post("/v2/images", {"name": "a"})
    wire.get("/v2/images")
    (one,) = control.does("GET", "/requests?operation=images.create&form=bodies")["requests"]
    assert (one["status"], one["request_body"]) == (201, '{"name": "a"}')
    assert [one["operation"] for one in control.does("GET", "/requests?since=1")["requests"]] == [
        "images.list"]
    assert control.does("GET", "/requests/2")["operation"] == "images.list"
    assert control.refused("GET", "/requests/9")[0] == 404
    assert control.does("GET", "/requests?status=404")["requests"] == []
    assert control.does("POST", "/requests/verify", {"operation": "images.list", "times": 1}) == {
        "met": True, "why": None}
    status, har = control("GET", "/requests?form=har&status=2xx")
    assert (status, len(har["log"]["entries"])) == (200, 2)
    wire.get("/v2/nothing/x/y/z")
    (text,) = control.does("GET", "/requests/unexpected")["unexpected"]
    assert "no such operation" in text
    assert control.does("POST", "/requests/verify", {
        "request_body": {"/name": "a"}, "status": ["2xx"], "fault": False, "times": 1})["met"]
    unmet = control.does("POST", "/requests/verify", {"operation": "images.*", "at_most": 1})
    assert unmet["why"].startswith("expected at most 1 of images.*, but there were 2")
    control.does("DELETE", "/requests")
    assert control.does("GET", "/state")["requests"] == 0


def test_scenarios(fake_ims: FakeIMS, control: Any) -> None:
    assert control.refused("GET", "/scenario")[0] == 404
    toml = 'name = "one"\n[[tenants]]\nproject_id = "p2"\n[[images]]\nname = "a"\n'
    told = control.does("POST", "/scenario", {"toml": toml})
    assert (told["name"], told["complaints"], list(told["tenants"])) == ("one", [], ["p2"])
    status, message = control.refused("POST", "/scenario", {"toml": f"{toml}[[faults]]\n"})
    assert (status, message.startswith("scenario.toml:6: faults[0]: the fault has no effect")) == (
        400, True)
    assert control.does("GET", "/scenario")["name"] == "one"
    assert fake_ims.images.named("a")
    control.does("POST", "/scenario", {"scenario": {"steps": [{"after": "1m"}]}})
    assert len(control.does("GET", "/scenario")["complaints"]) == 1
    assert control.does("GET", "/scenario/schema")["title"]


@pytest.mark.parametrize(("method", "path", "body", "status", "words"), [
    ("GET", "/nothing", None, 404, "the control API has no path /_fake_ims/nothing"),
    ("PUT", "/faults", None, 405, "/faults does not support PUT; use GET or POST or DELETE"),
    ("GET", "/faults?unsed=true", None, 400, "invalid query: unsed: unknown key 'unsed'; did you"),
    ("GET", "/faults?unused=x", None, 400, "unused: unknown value 'x'"),
    ("GET", "/requests?since=x", None, 400, "since must be an integer"),
    ("GET", "/requests?operation=imges.list", None, 400, "did you mean 'images.list'?"),
    ("POST", "/faults", b"{", 400, "the body is not valid JSON"),
    ("POST", "/faults", [], 400, "[] is not a mapping"),
    ("POST", "/faults", {"operation": "images.creat", "status": 503}, 400, "did you mean"),
    ("POST", "/faults", {"staus": 503}, 400, "staus: unknown key 'staus'; did you mean 'status'"),
    ("DELETE", "/faults", {"a": 1}, 400, "DELETE /_fake_ims/faults does not accept a body"),
    ("DELETE", "/faults/9", None, 404, "fault 9 does not exist"),
    ("POST", "/images", {"name": "b", "status": "queued", "data": "x"}, 400, "has no data"),
    ("POST", "/images", {"data": {"base64": "!"}}, 400, "is not valid base64"),
    ("POST", "/images", {"data": {"base64": "é"}}, 400, "is not valid base64"),
    ("POST", "/images", {"data": {"zeros": 2**40}}, 400, "is too large; the maximum is 1073741824"),
    ("POST", "/faults", b"[" * 100_000, 400, "the body is not valid JSON"),
    ("POST", "/images/nobody/kill", None, 404, "no image"),
    ("POST", "/jobs/last/succeed", None, 404, "no job has been started yet"),
    ("POST", "/jobs/none/fail", {"error_code": "IMG.9999"}, 400,
     "error_code: unknown value 'IMG.9999'"),
    ("POST", "/clock", {}, 400, "the key 'advance' is missing"),
    ("POST", "/clock", {"advance": "-1s"}, 400, "'-1s' is not a duration"),
    ("POST", "/reset", {"profile": "otx"}, 400, "did you mean 'otc'?"),
    ("POST", "/tenants", {"project_id": "a\nb"}, 400, "that a header cannot contain"),
    ("DELETE", "/world/serves/x", None, 404, "unknown kind of record 'serves'"),
    ("DELETE", "/world/servers/x", None, 404, "unknown server 'x'"),
    ("DELETE", "/world/buckets/x", None, 404, "unknown bucket 'x'"),
    ("PATCH", "/world", {"servers": [{"id": SERVER}, {"id": SERVER}]}, 400,
     f"server {SERVER} already exists"),
    ("POST", "/lifecycle/kill_nth", {"next": 1, "nth": 1}, 400, "unknown key 'next'"),
])
def test_what_cannot_be_done_says_so_and_what_stood_stands(
    fake_ims: FakeIMS, control: Any, method: str, path: str, body: object, status: int, words: str
) -> None:
    fake_ims.images.add(name="stands")
    fault = fake_ims.faults.add("images.list", status=503)
    got, message = control.refused(method, path, body)
    assert got == status, message
    assert words in message
    assert [image.name for image in fake_ims.images] == ["stands"]
    assert list(fake_ims.faults) == [fault]


@pytest.mark.parametrize(("method", "path", "body", "words"), [
    ("PATCH", "/world", {"quota": 5, "servers": [{"id": SERVER}, {"id": SERVER}]}, "exists"),
    ("PATCH", "/world", {"buckets": [{"name": "one", "objects": [
        {"name": "a"}, {"name": "b", "data": {"base64": "é"}}]}]}, "base64"),
    ("POST", "/world/buckets/one/objects", {"name": "a", "data": {"base64": "é"}}, "base64"),
    ("PATCH", "/lifecycle", {"saving": "5s", "jobs": "99999999999d"}, "at most 100 years"),
])
def test_what_fails_halfway_changes_nothing(
    control: Any, method: str, path: str, body: object, words: str
) -> None:
    before = control.does("GET", "/world"), control.does("GET", "/lifecycle")
    got, message = control.refused(method, path, body)
    assert (got, words in message) == (400, True), message
    assert (control.does("GET", "/world"), control.does("GET", "/lifecycle")) == before


def test_problems_of_a_body_are_told_one_by_one(control: Any) -> None:
    _, document = control("POST", "/faults", {"operation": 3, "times": 0})
    assert document["error"]["problems"] == [
        {"path": "operation", "text": "3 is not a string"},
        {"path": "times", "text": "0 is too small; the minimum is 1"}]


def test_a_body_must_say_that_it_is_json(control: Any) -> None:
    status, document = control("POST", "/reset", b"{}", **{"Content-Type": "text/plain"})
    assert status == 415, document


def test_with_a_token(fake_ims_factory: Any, control: Any) -> None:
    fake = fake_ims_factory(control_token="s3cret")
    client = type(control)(fake)
    assert client.refused("GET", "/state")[0] == 401
    client.token = "other"
    assert client.refused("GET", "/nothing")[0] == 401
    client.token = "s3cret"
    assert client.does("GET", "/state")["images"] == 0


def test_switched_off(fake_ims_factory: Any, control: Any) -> None:
    fake = fake_ims_factory(control=False)
    connection = Wire(fake.url, fake.headers)
    assert connection.get("/_fake_ims/state").status == 404
    assert fake.requests.last.path == "/_fake_ims/state"


async def test_in_a_loop(control: Any) -> None:
    import aiohttp

    async with FakeIMS() as fake, aiohttp.ClientSession() as session:
        answer = await session.post(f"{fake.url}/_fake_ims/images", json={"name": "a"})
        assert answer.status == 200
        assert [image.name for image in fake.images] == ["a"]
        answer = await session.post(f"{fake.url}/_fake_ims/reset", json={})
        assert (await answer.json())["images"] == 0


def test_the_description_has_every_operation_and_its_errors(control: Any) -> None:
    document = control.does("GET", "/openapi.json")
    assert document == description(ROUTES)
    for route in ROUTES:
        row = document["paths"][PREFIX + route.path][route.method.lower()]
        assert row["operationId"] == route.id
        named = {one["name"] for one in row.get("parameters", ()) if one["in"] == "path"}
        assert named == set(re.findall(r"\{(\w+)\}", route.path))
        assert {"400", "401"} < set(row["responses"])
        assert {"403"} < set(row["responses"])
        if "requestBody" in row:
            schema = row["requestBody"]["content"]["application/json"]["schema"]
            needed = "anyOf" in schema or bool(schema.get("required"))
            assert row["requestBody"].get("required", False) is needed


def test_the_description_is_valid(control: Any) -> None:
    openapi_spec_validator.validate(control.does("GET", "/openapi.json"))


@pytest.mark.parametrize(("path", "methods"), [
    ("/state", "GET"), ("/faults", "GET, POST, DELETE"), ("/world/servers/x", "DELETE"),
    ("/world/buckets/b", "DELETE"), ("/images/a", "GET, PATCH, DELETE"),
])
@pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "HEAD"])
def test_what_a_path_supports(fake_ims: FakeIMS, path: str, methods: str, method: str) -> None:
    connection = HTTPConnection(urlsplit(fake_ims.url).netloc, timeout=30)
    try:
        connection.request(method, f"/_fake_ims{path}")
        answer = connection.getresponse()
        text = answer.read().decode()
    finally:
        connection.close()
    assert (answer.status, answer.headers["Allow"]) == (405, methods)
    if method != "HEAD":
        assert f"use {methods.replace(', ', ' or ')}" in json.loads(text)["error"]["message"]


def test_a_lifecycle_is_set_as_a_whole_or_not_at_all(control: Any) -> None:
    body = {"saving": "5s", "jobs": "polls(2000000)"}
    status, told = control.refused("PATCH", "/lifecycle", body)
    assert (status, told[:5]) == (400, "jobs:")
    assert control.does("GET", "/lifecycle") == {"saving": "0s", "deleting": "0s", "jobs": "0s"}
