"""Each kind of schedule, by requests over HTTP and the fake's clock."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest
from wire import Wire

from fake_ims import FakeIMS
from fake_ims.documents import schemas
from fake_ims.documents.check import check
from fake_ims.domain.callers import DEFAULT_PROJECT_ID
from fake_ims.errors import UsageError
from fake_ims.faults.schedules import attempt

JOBS = f"/v1/{DEFAULT_PROJECT_ID}/jobs/"
LIST = "/v2/images"


def statuses(wire: Wire, count: int, path: str = LIST) -> list[int]:
    return [wire.get(path).status for _ in range(count)]


# attempts


def test_each_first_try_fails_and_its_retry_passes(fake_ims: FakeIMS, wire: Wire) -> None:
    fault = fake_ims.faults.add("images.create", attempt=1, status=503)
    for name in ("a", "b"):
        tries = [wire.post(LIST, {"name": name}).status for _ in range(3)]
        assert tries == [503, 201, 201]
    assert str(fault) == "images.create returns 503, on attempt 1"
    assert (fault.matched, fault.hits, fault.active) == (6, 2, True)


@pytest.mark.parametrize(("value", "tries", "words"), [
    (2, [200, 503, 200, 200], "on attempt 2"),
    ([1, 3], [503, 200, 503, 200], "on attempts 1 and 3"),
    (">=3", [200, 200, 503, 503], "from attempt 3 on"),
])
def test_which_attempts(
    fake_ims: FakeIMS, wire: Wire, value: Any, tries: list[int], words: str
) -> None:
    fault = fake_ims.faults.add("images.list", attempt=value, status=503)
    assert statuses(wire, 4) == tries
    assert str(fault).endswith(words)


def test_what_makes_a_request_the_same(fake_ims: FakeIMS, wire: Wire) -> None:
    image = fake_ims.images.add(name="a")
    fake_ims.faults.add(attempt=2, status=503)
    other = wire.caller(fake_ims.tenant("p2"))
    for different in (
        lambda: wire.get(LIST), lambda: wire.get(LIST, limit=1), lambda: other.get(LIST),
        lambda: wire.get("/v2/cloudimages"), lambda: wire.post(LIST, {"name": "a"}),
        lambda: wire.post(LIST, {"name": "b"}), lambda: wire.get(f"/v2/images/{image.id}"),
        lambda: wire.delete(f"/v2/images/{image.id}"),
        lambda: wire.delete(f"/v2/images/{image.id}/tags/a"),
    ):
        assert different().status != 503
    assert wire.send("GET", LIST, None, {"User-Agent": "another"}).status == 503


def test_of_a_stream_the_path_counts(fake_ims: FakeIMS, wire: Wire) -> None:
    image = wire.create(name="a", container_format="bare", disk_format="raw")
    fake_ims.faults.add("images.upload", attempt=1, status=503)
    assert wire.upload(image["id"], b"one").status == 503
    assert wire.upload(image["id"], b"another").status == 204


def test_attempts_count_among_what_matches(fake_ims: FakeIMS, wire: Wire) -> None:
    wire.get(LIST)
    fake_ims.faults.add("images.list", attempt=1, request_headers={"X-A": "1"}, status=503)
    wire.get(LIST)
    assert wire.send("GET", LIST, None, {"X-A": "1"}).status == 503
    assert wire.send("GET", LIST, None, {"X-A": "1"}).status == 200


def test_what_is_remembered_of_attempts_is_bounded(
    fake_ims: FakeIMS, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempt, "REMEMBERED", 2)
    fake_ims.faults.add("images.list", attempt=1, status=503)
    seen = [wire.get(LIST, limit=limit).status for limit in (1, 2, 1, 3, 1, 2)]
    assert seen == [503, 503, 200, 503, 200, 503]


# times of the clock


def test_lasting(fake_ims: FakeIMS, wire: Wire) -> None:
    fault = fake_ims.faults.add("images.list", lasting="1h", status=503)
    assert statuses(wire, 2) == [503, 503]
    fake_ims.clock.advance("59m")
    assert fault.active
    assert wire.get(LIST).status == 503
    fake_ims.clock.advance("1m")
    assert not fault.active
    assert wire.get(LIST).status == 200
    assert not fake_ims.faults.any
    assert fake_ims.faults.unused() == []
    assert str(fault) == "images.list returns 503, for 1h"


def test_a_time_that_nobody_met_is_unused(fake_ims: FakeIMS, wire: Wire) -> None:
    fault = fake_ims.faults.add("images.list", lasting="1h", status=503)
    fake_ims.clock.advance("1h")
    assert wire.get(LIST).status == 200
    assert fake_ims.faults.unused() == [fault]


def test_between(fake_ims: FakeIMS, wire: Wire) -> None:
    fault = fake_ims.faults.add("images.list", between=["1h", "2h"], status=503)
    seen = []
    for _ in range(5):
        seen += statuses(wire, 1)
        fake_ims.clock.advance("30m")
    assert seen == [200, 200, 503, 503, 200]
    assert not fault.active
    assert str(fault) == "images.list returns 503, between 1h and 2h"


def test_between_instants(fake_ims: FakeIMS, wire: Wire) -> None:
    start = fake_ims.clock.advance("1h")
    fake_ims.faults.add("images.list", status=503, between=[
        start.replace(microsecond=0).isoformat(), "2h"])
    fault = fake_ims.faults.add("images.show", status=503, between=[
        "2016-01-01T00:00:00Z", "2016-01-01T01:00:01+01:00"])
    assert wire.get(LIST).status == 503
    assert not fault.active
    assert str(fault) == ("images.show returns 503, between 2016-01-01T00:00:00Z and "
                          "2016-01-01T00:00:01Z")


def test_recovery_thins_out(fake_ims: FakeIMS, wire: Wire) -> None:
    fault = fake_ims.faults.add("images.list", lasting="1000h", recovery="1000h", status=503,
                                seed=1)
    assert statuses(wire, 20).count(503) == 20
    shares = []
    for hours in (1100, 700, 190):  # 10 %, 80 % and 99 % of the recovery are over
        fake_ims.clock.advance(f"{hours}h")
        shares.append(statuses(wire, 40).count(503))
    assert shares[0] > 30 > 20 > shares[1] > 0 <= shares[2] < 4
    assert fault.active
    fake_ims.clock.advance("10h")
    assert not fault.active
    assert statuses(wire, 5) == [200] * 5
    assert str(fault) == "images.list returns 503, for 41d16h, recovering over 41d16h"


# until something changes


def test_until_a_status(fake_ims: FakeIMS, wire: Wire) -> None:
    fake_ims.lifecycle.saving = "1h"
    first, second = (wire.create(name=name, container_format="bare", disk_format="raw")["id"]
                     for name in "ab")
    wire.upload(first, b"x")
    fault = fake_ims.faults.add("images.*", until="active", status=503)
    assert wire.status(first) == wire.status(second) == "503"
    fake_ims.clock.advance("1h")
    assert wire.status(first) == "active"
    assert wire.status(second) == "503"
    fake_ims.images[first].set(status="deactivated")
    assert wire.status(first) == "deactivated"
    assert wire.get(LIST).status == 200
    assert wire.status("3b6c8e9e-9f0e-4e0b-8b7e-111111111111") == "404"
    assert str(fault) == "images.* returns 503, until the status is active"


def test_until_a_job_is_done(fake_ims: FakeIMS, wire: Wire) -> None:
    fake_ims.lifecycle.jobs = "1h"
    reply = wire.post("/v2/cloudimages/action", {
        "name": "a", "instance_id": "877a2cda-ba63-4e1e-b95f-e67e48b6129a"})
    job = reply.json["job_id"]
    fake_ims.faults.add("jobs.show", until="SUCCESS", status=503)
    assert statuses(wire, 2, JOBS + job) == [503, 503]
    fake_ims.clock.advance("1h")
    assert statuses(wire, 2, JOBS + job) == [200, 200]


def test_until_the_status_changes(fake_ims: FakeIMS, wire: Wire) -> None:
    image = fake_ims.images.add(name="a", data=b"x")
    fault = fake_ims.faults.add("images.show", until_change=True, status=503)
    assert wire.status(image.id) == wire.status(image.id) == "503"
    image.set(status="deactivated")
    assert wire.status(image.id) == "deactivated"
    fake_ims.images[image.id].set(status="active")
    assert wire.status(image.id) == "active"
    assert str(fault) == "images.show returns 503, until the status changes"


# limits


def test_rate(fake_ims: FakeIMS, wire: Wire) -> None:
    fault = fake_ims.faults.add("images.list", rate="2/h")
    assert statuses(wire, 2) == [200, 200]
    refused = wire.get(LIST)
    assert refused.status == 429
    assert 1797 <= int(refused.headers["Retry-After"]) <= 1800
    fake_ims.clock.advance("29m")
    refused = wire.get(LIST)
    assert refused.status == 429
    wait = int(refused.headers["Retry-After"])
    assert 57 <= wait <= 60
    fake_ims.clock.advance(wait)
    assert statuses(wire, 2) == [200, 429]
    other = wire.caller(fake_ims.tenant("p2"))
    assert statuses(other, 3) == [200, 200, 429]
    fake_ims.clock.advance("100h")
    assert statuses(wire, 3) == [200, 200, 429]
    assert str(fault) == "images.list returns 429, above 2 requests per hour and tenant"
    assert fault.matched == 12


def test_rate_with_an_effect_of_its_own(fake_ims: FakeIMS, wire: Wire) -> None:
    fake_ims.faults.add("images.list", rate="1/d", status=503)
    fake_ims.faults.add("images.show", rate="1/d", status=429, retry_after="soon")
    fake_ims.faults.add("cloudimages.list", rate="1/d", status=500)
    statuses(wire, 1)
    refused = wire.get(LIST)
    assert refused.status == 503
    assert 86_390 <= int(refused.headers["Retry-After"]) <= 86_400
    image = fake_ims.images.add(name="a")
    assert [wire.get(f"/v2/images/{image.id}").headers["Retry-After"] for _ in range(2)] == [
        None, "soon"]
    assert statuses(wire, 2, "/v2/cloudimages") == [200, 500]
    assert wire.get("/v2/cloudimages").headers["Retry-After"] is None
    fake_ims.faults.add("cloudimages.quota", rate="1/d", raw={"status": 503}, first_byte="1ms")
    wire.get("/v1/cloudimages/quota")
    raw = wire.raw(f"GET /v1/cloudimages/quota HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                   f"X-Auth-Token: {fake_ims.token}\r\n\r\n".encode())
    assert b" 503 " in raw
    assert b"retry-after" not in raw.lower()


def test_a_second_of_the_rate(fake_ims: FakeIMS, wire: Wire) -> None:
    fake_ims.faults.add("images.list", rate="1/s")
    answers = [wire.get(LIST) for _ in range(20)]
    refused = [one for one in answers if one.status == 429]
    assert len(refused) >= 15
    assert {one.headers["Retry-After"] for one in refused} == {"1"}


def test_concurrency(fake_ims: FakeIMS, wire: Wire) -> None:
    image = wire.create(name="a", container_format="bare", disk_format="raw")
    fault = fake_ims.faults.add(concurrency=1)
    host, _, port = wire.host.partition(":")
    head = (f"PUT /v2/images/{image['id']}/file HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
            f"X-Auth-Token: {fake_ims.token}\r\nContent-Type: application/octet-stream\r\n\r\n")
    with socket.create_connection((host, int(port)), timeout=30) as upload:
        upload.sendall(head.encode() + b"a")
        while not fault.matched:
            pass
        assert statuses(wire, 2) == [429, 429]
        upload.sendall(b"b")
        assert upload.recv(100).startswith(b"HTTP/1.1 204")
        assert statuses(wire, 2) == [200, 200]
    assert str(fault) == "every request returns 429, above 1 concurrent request"
    assert fault.hits == 2


def test_a_client_that_has_gone_is_no_longer_under_way(fake_ims: FakeIMS, wire: Wire) -> None:
    fault = fake_ims.faults.add("images.list", concurrency=1)
    fake_ims.faults.add("images.list", hang=True, times=1)
    host, _, port = wire.host.partition(":")
    with socket.create_connection((host, int(port)), timeout=30) as client:
        client.sendall(f"GET /v2/images HTTP/1.1\r\nHost: x\r\n"
                       f"X-Auth-Token: {fake_ims.token}\r\n\r\n".encode())
        while not fault.matched:
            pass
        assert statuses(wire, 2) == [429, 429]
    # When the fake learns of it is the system's affair; it does.
    assert any(wire.get(LIST).status == 200 for _ in range(2000))


def test_a_cut_request_is_no_longer_under_way(fake_ims: FakeIMS, wire: Wire) -> None:
    fake_ims.faults.add("images.show", reset_connection="after")
    fake_ims.faults.add(concurrency=1, status=503)
    image = fake_ims.images.add(name="a")
    for _ in range(3):
        with pytest.raises(ConnectionError):
            wire.show(image.id)
    assert statuses(wire, 2) == [200, 200]


# sequences


def test_sequence(fake_ims: FakeIMS, wire: Wire) -> None:
    fault = fake_ims.faults.add("images.create", sequence=[
        503, "ok", {"status": 429, "retry_after": 7}, {"reset_connection": "after"}, "IMG.0144",
        {"response_body": "hm", "response_headers": {"X-A": "b"}}])
    seen: list[object] = []
    for number in range(7):
        try:
            answer = wire.post(LIST, {"name": f"image-{number}"})
        except ConnectionError:
            seen.append("cut")
            continue
        seen.append(answer.status)
        if number == 2:
            assert answer.headers["Retry-After"] == "7"
        if number == 4:
            assert json.loads(answer.body)["error"]["code"] == "IMG.0144"
        if number == 5:
            assert (answer.body, answer.headers["X-A"]) == (b"hm", "b")
    assert seen == [503, 201, 429, "cut", 400, 201, 201]
    assert sorted(image.name or "" for image in fake_ims.images) == [
        "image-1", "image-3", "image-5", "image-6"]
    assert (fault.hits, fault.matched, fault.active) == (5, 6, False)
    assert str(fault) == (
        "images.create in sequence: returns 503; ok; returns 429 with Retry-After: 7; resets the "
        "connection after handling; returns 400 IMG.0144; responds with a custom body and X-A: b")


def test_an_item_that_ends_nothing_leaves_the_end_to_others(
    fake_ims: FakeIMS, wire: Wire
) -> None:
    first = fake_ims.faults.add("images.list", sequence=[{"delay": 0}, 500])
    second = fake_ims.faults.add("images.list", status=503)
    assert statuses(wire, 3) == [503, 500, 503]
    assert (first.hits, second.hits, second.matched) == (2, 2, 2)
    assert fake_ims.requests[0].faults == (str(first), str(second))


def test_sequence_beside_other_settings(fake_ims: FakeIMS, wire: Wire) -> None:
    fault = fake_ims.faults.add("images.list", sequence=[503, "ok", 500], after=1, every=2,
                                delay=0)
    assert statuses(wire, 8) == [200, 200, 503, 200, 200, 200, 500, 200]
    assert str(fault) == ("images.list waits 0s, then in sequence: returns 503; ok; returns 500, "
                          "after 1 request, every 2nd request")


# an outage


def test_an_outage_of_everything(fake_ims: FakeIMS, wire: Wire) -> None:
    with fake_ims.faults.outage() as outage:
        paths = (LIST, "/v2/cloudimages", "/nowhere")
        assert [wire.get(path).status for path in paths] == [503] * 3
        fake_ims.clock.advance("1m")
        assert wire.get(LIST).status == 200
    assert str(outage) == "every request returns 503, for 1m"


def test_an_outage_of_a_face_that_resets(fake_ims: FakeIMS, wire: Wire) -> None:
    outage = fake_ims.faults.outage("ims", lasting="1h", recovery="1h", status=None,
                                    reset_connection="before")
    assert wire.get(LIST).status == 200
    with pytest.raises(ConnectionError):
        wire.get("/v2/cloudimages")
    assert str(outage) == ("every request of face ims resets the connection before handling, "
                           "for 1h, recovering over 1h")
    fake_ims.clock.advance("2h")
    assert wire.get("/v2/cloudimages").status == 200


# what is told of them in data


@pytest.mark.parametrize("settings", [
    {"attempt": 2}, {"attempt": [1, 2]}, {"attempt": ">=3"}, {"lasting": "30s"}, {"lasting": 1},
    {"between": ["10s", 20]}, {"between": ["2016-01-01T00:00:00Z", "2016-01-02T00:00:00Z"]},
    {"lasting": 1, "recovery": "1m", "seed": 1}, {"until": "active"}, {"until": "SUCCESS"},
    {"until_change": True}, {"rate": "600/m"}, {"concurrency": 2}, {"chapter": "ims"},
    {"request_headers": {"X": "a*"}}, {"request_query": {"limit": "2"}},
    {"request_body": {"/min_disk": 1}},
    {"image_attribute": {"protected": True}}, {"image_status": "saving"}, {"client": "127.*"},
    {"job_status": "RUNNING"}, {"user": "ann"},
    {"status": None, "sequence": [503, "ok", "IMG.0144", {"reset_connection": "after"}]},
])
def test_the_same_form_in_data(fake_ims: FakeIMS, settings: dict[str, Any]) -> None:
    given = {key: value for key, value in {"status": 503, **settings}.items() if value is not None}
    document = json.loads(json.dumps(given))
    assert check(document, schemas.fault()) == []
    assert str(fake_ims.faults.set(document)) == str(fake_ims.faults.add(**given))


@pytest.mark.parametrize(("item", "problem"), [
    ({"stauts": 503}, "sequence[1].stauts: unknown key 'stauts'; did you mean 'status'?"),
    ({"times": 2}, "sequence[1].times: unknown key 'times'"),
    ({"reset_connection": "during"}, "sequence[1].reset_connection: unknown value 'during'"),
    ("okay", "sequence[1]: 'okay' is not a status, 'ok', an error code, or a mapping of effects"),
    (200, "sequence[1]: 200 is not a status"),
])
def test_what_is_wrong_in_a_sequence_is_told_with_its_place(item: object, problem: str) -> None:
    (found,) = check({"sequence": [503, item]}, schemas.fault())
    assert str(found).startswith(problem)


@pytest.mark.parametrize(("settings", "words"), [
    ({"attempt": 0, "status": 503}, "attempt=0: expected an integer, 1 or greater"),
    ({"attempt": True, "status": 503}, "attempt=True"),
    ({"attempt": [], "status": 503}, "attempt=[]"),
    ({"attempt": "<3", "status": 503}, "or '>=3'"),
    ({"attempt": [1, "2"], "status": 503}, "a list of such integers"),
    ({"lasting": "soon", "status": 503}, "is not a duration"),
    ({"lasting": "1s", "between": [1, 2], "status": 503}, "remove one of them"),
    ({"between": ["20s", "10s"], "status": 503}, "the end must be later than the start"),
    ({"between": "10s", "status": 503}, "a list of two"),
    ({"between": ["2016-13-01T00:00:00Z", "1s"], "status": 503}, "is not a valid time"),
    ({"between": ["x", "1s"], "status": 503}, "between: 'x' is not a duration"),
    ({"recovery": "1s", "status": 503}, "requires lasting= or between="),
    ({"lasting": "1s", "seed": 1, "status": 503}, "this fault makes no random choice"),
    ({"until": "activ", "status": 503}, "unknown status 'activ'; did you mean 'active'"),
    ({"until": "active", "status": 503, "operation": "images.list"},
     "until= requires an operation with an image or a job in its path, such as images.show"),
    ({"until_change": False, "status": 503}, "until_change=False"),
    ({"until_change": True, "status": 503, "operation": "images.list"},
     "until_change= requires an operation with an image or a job in its path"),
    ({"chapter": "Nothing", "status": 503}, "unknown chapter 'Nothing'; "),
    ({"rate": "10"}, "such as '10/s'"),
    ({"rate": "0/s"}, "such as '10/s'"),
    ({"rate": 10}, "such as '10/s'"),
    ({"concurrency": 0}, "an integer, 1 or greater"),
    ({"sequence": []}, "expected a list of outcomes"),
    ({"sequence": 503}, "expected a list of outcomes"),
    ({"sequence": ["ok"]}, "has no effect"),
    ({"sequence": [503, 200]}, "sequence[1]: status=200"),
    ({"sequence": ["okay"]}, "sequence[0]: unknown error code 'okay'"),
    ({"sequence": [None]}, "expected a status (503)"),
    ({"sequence": [{"times": 2, "status": 503}]}, "can only have settings of effects"),
    ({"sequence": [{"operation": "images.list", "status": 503}]},
     "can only have settings of effects"),
    ({"sequence": [{}]}, "sequence[0]: the fault has no effect"),
    ({"sequence": [503], "status": 500}, "a request can have only one outcome"),
])
def test_what_cannot_be_is_refused(
    fake_ims: FakeIMS, settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(UsageError) as refused:
        fake_ims.faults.add(**settings)
    assert words in str(refused.value)
    assert len(fake_ims.faults) == 0
