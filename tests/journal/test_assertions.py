"""Assertions over what came in, and what they say when they fail."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from wire import Wire

from fake_ims import FakeIMS, UsageError


def fails(assertion: Any, *arguments: Any, **conditions: Any) -> str:
    """The text of an assertion that must fail."""
    with pytest.raises(AssertionError) as failed:
        assertion(*arguments, **conditions)
    return str(failed.value)


def create(wire: Wire, name: str = "a", **attributes: object) -> int:
    return wire.post("/v2/images", {"name": name, **attributes}).status


def test_called(fake_ims: FakeIMS, wire: Wire) -> None:
    requests = fake_ims.requests
    assert fails(requests.assert_called, "images.create") == (
        "expected at least 1 of images.create, but there were 0\nno requests were received")
    create(wire)
    create(wire)
    requests.assert_called("images.create")
    requests.assert_called("images.create", times=2)
    requests.assert_called("images.*", at_least=2, at_most=2)
    requests.assert_called(status=201, request_body={"/name": "a"}, times=2)
    requests.of("images.create").assert_called(times=2)
    text = fails(requests.assert_called, "images.create", times=1)
    assert text.startswith(
        "expected 1 of images.create, but there were 2\nmatching requests:\n  #1 POST")
    assert fails(requests.assert_called, "images.list").splitlines()[1] == "other requests:"


def test_never(fake_ims: FakeIMS, wire: Wire) -> None:
    fake_ims.requests.assert_never("images.delete")
    create(wire)
    assert fails(fake_ims.requests.assert_never, "images.create").startswith(
        "expected none of images.create, but there was 1")
    fake_ims.requests.assert_never("images.create", status="5xx")


def test_the_nearest_misses_are_told_with_what_they_miss(fake_ims: FakeIMS, wire: Wire) -> None:
    create(wire, "disk", min_ram=1)
    text = fails(fake_ims.requests.assert_called, "images.create", status=409,
                 request_headers={"X-A": "b"})
    assert "only one condition" not in text
    text = fails(fake_ims.requests.assert_called, "images.create", status=409)
    assert "requests that fail only one condition:\n  #1 POST /v2/images -> 201" in text
    assert "      status: expected 409, got 201" in text
    text = fails(fake_ims.requests.assert_called, "images.create",
                 request_body={"/min_ram": 2, "/tags/0": "x"})
    assert '      -  "min_ram": 2,' in text
    assert '      +  "min_ram": 1,' in text


def test_order(fake_ims: FakeIMS, wire: Wire) -> None:
    create(wire)
    wire.get("/v2/images")
    create(wire)
    fake_ims.requests.assert_order("images.create", "images.list", "images.create")
    fake_ims.requests.assert_order("images.*", "images.*", "images.*")
    text = fails(fake_ims.requests.assert_order, "images.list", "images.list")
    assert text.splitlines()[0] == (
        "expected the order images.list, images.list, but there is no images.list after #2")
    assert text.splitlines()[2].startswith("* #2 GET /v2/images")
    assert "no requests were received" in fails(fake_ims.requests.where(status=404).assert_order,
                                         "images.list", "images.list")


def attempts(fake: FakeIMS, wire: Wire, *waits: float, failures: int, **fault: Any) -> None:
    """One request again and again, with so many seconds of the fake's clock between."""
    fault = fault or {"status": 503}
    with fake.faults.add("images.create", times=failures, **fault):
        for wait in (*waits, None):
            with contextlib.suppress(ConnectionError):
                create(wire)
            if wait is not None:
                fake.clock.advance(wait)


def test_retried(fake_ims: FakeIMS, wire: Wire) -> None:
    retried = fake_ims.requests.assert_retried
    create(wire)
    assert fails(retried, "images.create").startswith("none of these requests failed")
    fake_ims.requests.clear()
    attempts(fake_ims, wire, 1, 2, failures=2)
    retried("images.create")
    retried("images.create", max=3, with_backoff=True, min_wait="1s")
    assert fails(retried, "images.create", max=2).startswith(
        "the request was sent 3 times, but only 2 attempts are allowed\n  #1 +0.000s POST")
    assert "but the minimum wait is 2 s" in fails(retried, "images.create", min_wait=2)


@pytest.mark.parametrize(("waits", "failures", "words"), [
    ((), 1, "the request failed and was not sent again"),
    ((1, 1), 2, "which is no longer than the 1 s before attempt 2"),
    ((2, 1), 2, "which is no longer than"),
])
def test_retried_too_soon_or_not_at_all(
    fake_ims: FakeIMS, wire: Wire, waits: tuple[float, ...], failures: int, words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("time.time", lambda: 1_700_000_000.0)
    attempts(fake_ims, wire, *waits, failures=failures)
    assert words in fails(fake_ims.requests.assert_retried, "images.create", with_backoff=True)


def test_the_last_of_the_allowed_attempts_may_fail(fake_ims: FakeIMS, wire: Wire) -> None:
    attempts(fake_ims, wire, 1, failures=2)
    fake_ims.requests.assert_retried("images.create", max=2)
    assert "was not sent again" in fails(fake_ims.requests.assert_retried, "images.create", max=3)


def test_retry_after_is_to_be_waited(fake_ims: FakeIMS, wire: Wire) -> None:
    attempts(fake_ims, wire, 3, failures=1, status=429, retry_after=5)
    assert "has Retry-After: 5, but attempt 2 came after 3" in fails(
        fake_ims.requests.assert_retried, "images.create")
    fake_ims.requests.clear()
    attempts(fake_ims, wire, 5, failures=1, status=429, retry_after=5)
    fake_ims.requests.assert_retried("images.create", with_backoff=True)


def test_a_retry_after_that_is_no_number_asks_for_nothing(fake_ims: FakeIMS, wire: Wire) -> None:
    attempts(fake_ims, wire, 1, failures=1, status=429, retry_after="²")
    fake_ims.requests.assert_retried("images.create")


def test_an_expected_query_shows_no_secret(fake_ims: FakeIMS, wire: Wire) -> None:
    wire.get("/v2/images", token="REALSECRET", limit=1)
    text = fails(fake_ims.requests.assert_called, "images.list",
                 request_query={"token": "REALSECRET", "limit": "2"})
    assert "limit=1" in text
    assert "REALSECRET" not in text


def test_a_lost_answer_is_a_failure(fake_ims: FakeIMS, wire: Wire) -> None:
    attempts(fake_ims, wire, 1, failures=1, reset_connection="before")
    fake_ims.requests.assert_retried("images.create")
    fake_ims.requests.assert_idempotent("images.create")


def test_idempotent(fake_ims: FakeIMS, wire: Wire) -> None:
    attempts(fake_ims, wire, 1, failures=1, reset_connection="after")
    text = fails(fake_ims.requests.assert_idempotent)
    assert text.startswith("the same request succeeded 2 times:\n  #1 +0.000s POST")
    assert "no response" in text
    wire.get("/v2/images")
    wire.get("/v2/images")
    fake_ims.requests.assert_idempotent("images.list")


@pytest.mark.parametrize("conditions", [
    {"times": -1}, {"times": True}, {"times": 1, "at_most": 2}, {"at_least": 3, "at_most": 2},
])
def test_numbers_that_cannot_be(fake_ims: FakeIMS, conditions: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        fake_ims.requests.assert_called("images.create", **conditions)
    with pytest.raises(UsageError, match="two operations"):
        fake_ims.requests.assert_order("images.create")
    with pytest.raises(UsageError, match="an integer, 2 or greater"):
        fake_ims.requests.assert_retried("images.create", max=1)
