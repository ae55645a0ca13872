"""Adding, removing and looking at faults, and how they read."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from fake_ims.errors import NotRunningError, UsageError
from fake_ims.faults import Faults
from fake_ims.faults.kinds import Kind
from fake_ims.faults.registry import KINDS, SETTINGS
from fake_ims.faults.settings import EffectSettings, MatchSettings, ScheduleSettings

T = TypeVar("T")


def test_context_manager_removes(harness: Any) -> None:
    with harness.faults.add("images.list", status=503) as fault:
        assert harness.send().status == 503
        assert fault.active
    assert harness.send().status == 200
    assert not fault.active
    assert fault.hits == 1
    assert not harness.faults.any
    fault.remove()


def test_the_block_may_fail(faults: Faults) -> None:
    with pytest.raises(KeyError), faults.add("images.list", status=503):
        raise KeyError
    assert len(faults) == 0


def test_clear_iterate_len_unused(harness: Any) -> None:
    used = harness.faults.add("images.list", status=503)
    idle = harness.faults.add("images.show", status=503)
    harness.send()
    assert list(harness.faults) == [used, idle]
    assert len(harness.faults) == 2
    assert harness.faults.unused() == [idle]
    assert str(harness.faults) == "images.list returns 503\nimages.show returns 503"
    harness.faults.clear()
    assert not used.active
    assert len(harness.faults) == 0
    assert not harness.faults.any
    assert str(harness.faults) == "no faults"
    assert bool(harness.faults)


def test_faults_are_numbered_from_one_again_after_a_clear(faults: Faults) -> None:
    for _ in range(2):
        assert [faults.add(status=503).number for _ in range(2)] == [1, 2]
        faults.clear()


def test_the_same_seed_fails_the_same_requests_after_a_clear(harness: Any) -> None:
    runs = []
    for _ in range(2):
        harness.faults.add("images.list", status=503, probability=0.5)
        runs.append(harness.statuses(40))
        harness.faults.clear()
    assert runs[0] == runs[1]
    assert set(runs[0]) == {200, 503}


@pytest.mark.parametrize("body", [None, {"name": "a"}])
def test_a_fault_meets_requests_without_a_route(harness: Any, body: object) -> None:
    harness.faults.add(status=503)
    assert harness.send("nothing", path="/nowhere", method="POST", body=body).status == 503
    assert harness.bodies_read == 0


def test_only_json_is_read_for_the_journal(harness: Any) -> None:
    harness.faults.add(status=503)
    harness.send("images.upload", body=b"data")
    assert harness.bodies_read == 0
    harness.send("images.create", body={"name": "a"})
    assert harness.bodies_read == 1


@pytest.mark.parametrize(("settings", "sentence"), [
    ({"operation": "images.create", "status": 503, "times": 2},
     "images.create returns 503, 2 times"),
    ({"operation": "images.*", "error_code": "IMG.0026", "times": 1},
     "images.* returns 403 IMG.0026, once"),
    ({"status": 503, "retry_after": 5}, "every request returns 503 with Retry-After: 5"),
    ({"operation": "*", "delay": "1.5s"}, "every request waits 1.5s"),
    ({"method": "get", "status": 500, "after": 1}, "every GET returns 500, after 1 request"),
    ({"method": "GET", "path": "/v2/*", "status": 500, "every": 2},
     "GET /v2/* returns 500, every 2nd request"),
    ({"operation": "images.show", "image": "ubuntu", "tenant": "p1", "reset_connection": "after"},
     "images.show from tenant p1 for image 'ubuntu' resets the connection after handling"),
    ({"image": "u", "delay": 2, "reset_connection": "before", "probability": 0.25},
     "every request for image 'u' waits 2s, then resets the connection before handling, "
     "with probability 0.25"),
    ({"operation": "images.list", "response_body": "x", "response_headers": {"X-A": "b"}},
     "images.list responds with a custom body and X-A: b"),
    ({"operation": "images.list", "status": 400}, "images.list returns 400"),
    ({"operation": "images.list", "status": 500, "response_body": [], "after": 2, "times": 3},
     "images.list returns 500 with a custom body, after 2 requests, 3 times"),
])
def test_sentences(faults: Faults, settings: dict[str, Any], sentence: str) -> None:
    fault = faults.add(**settings)
    assert str(fault) == sentence
    assert repr(fault) == f"<Fault: {sentence}>"


@pytest.mark.parametrize(("settings", "words"), [
    ({"operation": "images.creat", "status": 503}, "did you mean 'images.create'"),
    ({"operation": "nothing.*", "status": 503}, "unknown operation 'nothing.*'"),
    ({"operation": 7, "status": 503}, "expected an operation id or a glob"),
    ({"error_code": "IMG.9999"}, "unknown error code 'IMG.9999'"),
    ({"error_code": 15}, "did you mean 'IMG.0015'?"),
    ({"status": 200}, "an error status, 400 or greater"),
    ({"status": 399}, "an error status, 400 or greater"),
    ({"status": 418}, "known: 400, 401, 403, 404, 405"),
    ({"status": 418}, "the service has no error response with this status"),
    ({"status": 999}, "the service has no error response with this status"),
    ({"operation": "images.list", "sequence": ["ok", "ok"]}, "every item is 'ok'"),
    ({"status": "503"}, "expected an integer"),
    ({"status": True}, "expected an integer"),
    ({"status": 503, "error_code": "IMG.0001"}, "contradicts"),
    ({"status": 503, "reset_connection": "before"},
     "a request can have only one outcome, but this fault has two"),
    ({"error_code": "IMG.0001", "reset_connection": "after"},
     "a request can have only one outcome"),
    ({"stauts": 503}, "unknown setting of a fault 'stauts'; did you mean 'status'?"),
    ({"reset_connection": "during"}, "'before' (handling) or 'middle'"),
    ({"status": 503, "times": 0}, "an integer, 1 or greater"),
    ({"status": 503, "times": -1}, "an integer, 1 or greater"),
    ({"status": 503, "times": 1.5}, "an integer, 1 or greater"),
    ({"status": 503, "after": -1}, "0 or greater"),
    ({"status": 503, "every": 0}, "an integer, 1 or greater"),
    ({"status": 503, "probability": 1.1}, "from 0 to 1"),
    ({"status": 503, "probability": float("nan")}, "from 0 to 1"),
    ({"status": 503, "seed": 1}, "requires lasting= or between= or probability= or delay="),
    ({"status": 503, "retry_after": -1}, "0 or greater"),
    ({"status": 503, "retry_after": float("inf")}, "0 or greater"),
    ({"status": 503, "retry_after": []}, "number of seconds or a string"),
    ({"status": 503, "retry_after": "a\r\nb"}, "is not a valid header value"),
    ({"status": 500, "retry_after": 1},
     "requires a status of 413, 429, 503; this fault returns 500"),
    ({"delay": 1, "retry_after": 1}, "retry_after= requires status= or error_code="),
    ({"delay": -1}, "not negative"),
    ({"delay": "soon"}, "is not a duration"),
    ({"method": "GETT", "status": 503}, "did you mean 'GET'"),
    ({"method": 1, "status": 503}, "expected an HTTP method"),
    ({"path": "v2/images", "status": 503}, "expected a path that starts with '/'"),
    ({"path": "/v2/images?limit=1", "status": 503}, "expected a path without a query"),
    ({"path": "/v2/images/{id}", "status": 503}, "did you mean '/v2/images/{image_id}'"),
    ({"operation": "images.list", "method": "PUT", "status": 503}, "no request can match"),
    ({"operation": "images.list", "path": "/v1/*", "status": 503}, "no request can match"),
    ({"tenant": "", "status": 503}, "tenant=''"),
    ({"image": 1, "status": 503}, "image=1"),
    ({"status": 503, "response_body": 1}, "expected bytes, a string"),
    ({"status": 503, "response_body": {"a": object()}}, "cannot be sent as JSON"),
    ({"status": 503, "response_headers": {"a b": "c"}}, "is not a valid header name"),
    ({"status": 503, "response_headers": {"Content-Length": "1"}}, "the server sets the header"),
    ({"status": 503, "response_headers": {"X": 1}}, "is not a valid header value"),
    ({}, "the fault has no effect"),
    ({"times": 2}, "the fault has no effect"),
])
def test_what_cannot_be_fails_at_once(
    faults: Faults, settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(words)):
        faults.add(**settings)
    assert len(faults) == 0
    assert not faults.any


def test_every_public_method_goes_through_run(faults: Faults) -> None:
    calls: list[str] = []

    def run(work: Callable[[], T], /) -> T:
        calls.append("run")
        return work()

    faults.run = run
    fault = faults.add("images.list", status=503)
    for use in (
        lambda: fault.hits, lambda: fault.matched, lambda: fault.active, lambda: list(faults),
        lambda: len(faults), faults.unused, fault.remove, faults.clear,
    ):
        before = len(calls)
        use()
        assert len(calls) > before


def test_what_is_read_after_the_end_goes_through_look(faults: Faults) -> None:
    fault = faults.add("images.list", status=503)

    def stopped(work: Callable[[], T], /) -> T:
        raise NotRunningError

    def look(work: Callable[[], T], /) -> T:
        return work()

    faults.run, faults.look = stopped, look
    assert fault.hits == 0
    assert fault.active
    fault.remove()
    assert len(faults) == 0
    with pytest.raises(NotRunningError):
        faults.add("images.list", status=503)


def test_the_types_of_add_name_every_setting() -> None:
    typed = {name for table in (MatchSettings, ScheduleSettings, EffectSettings)
             for name in table.__annotations__}
    assert typed | {"operation"} == set(SETTINGS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.settings[0].name)
def test_every_kind_says_what_it_takes(kind: Kind) -> None:
    assert {*kind.called_by} <= {setting.name for setting in kind.settings}
    for setting in kind.settings:
        assert setting.schema, setting.name
        assert len(setting.says) > 10, setting.name
