"""What a fault does to a request."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest

from fake_ims.api.connection import ConnectionCut


def test_without_a_fault_nothing_happens(harness: Any) -> None:
    assert not harness.faults.any
    assert harness.send().status == 200


def test_status_replaces_the_work(harness: Any) -> None:
    harness.faults.add("images.list", status=503)
    answer = harness.send()
    assert (answer.status, answer.body, harness.worked) == (503, b"default", 0)


def test_status_may_be_an_enum(harness: Any) -> None:
    harness.faults.add("images.list", status=HTTPStatus.CONFLICT)
    assert harness.send().status == 409


def test_error_code_brings_its_status(harness: Any) -> None:
    harness.faults.add("images.list", error_code="IMG.0026")
    answer = harness.send()
    assert (answer.status, answer.body) == (403, b"IMG.0026")


@pytest.mark.parametrize(("given", "sent"), [(5, "5"), (1.5, "1.5"), (2.0, "2"), ("soon", "soon")])
def test_retry_after_replaces_the_header_of_the_service(
    harness: Any, given: Any, sent: str
) -> None:
    harness.faults.add("images.list", status=503, retry_after=given)
    assert harness.send().headers == {"Retry-After": sent}


def test_body_and_headers_of_a_status(harness: Any) -> None:
    harness.faults.add("images.list", status=500, response_body={"a": 1},
                       response_headers={"X-A": "b", "Content-Type": "text/odd"})
    answer = harness.send()
    assert answer.body == b'{"a": 1}'
    assert answer.headers["X-A"] == "b"
    assert answer.content_type == "text/odd"
    assert "Content-Type" not in answer.headers


def test_body_alone_alters_the_answer_of_the_work(harness: Any) -> None:
    harness.faults.add("images.list", response_body="<html>", response_headers={"x-own": "2"})
    answer = harness.send()
    assert (answer.status, answer.body, harness.worked) == (200, b"<html>", 1)
    assert answer.content_type == "application/json"
    assert answer.headers == {"x-own": "2"}


def test_reset_before_the_work(harness: Any) -> None:
    harness.faults.add("images.list", reset_connection="before")
    with pytest.raises(ConnectionCut):
        harness.send()
    assert harness.worked == 0


def test_reset_after_the_work(harness: Any) -> None:
    harness.faults.add("images.list", reset_connection="after")
    with pytest.raises(ConnectionCut):
        harness.send()
    assert harness.worked == 1


@pytest.fixture
def waits(harness: Any) -> list[float]:
    """The pauses asked for, none of which is waited for."""
    asked: list[float] = []

    async def pause(seconds: float) -> None:
        asked.append(seconds)

    harness.pause = pause
    return asked


@pytest.mark.parametrize("given", [2, "2s", timedelta(seconds=2)])
def test_delay_alone_lets_the_request_through(harness: Any, waits: list[float], given: Any) -> None:
    harness.faults.add("images.list", delay=given)
    assert harness.send().status == 200
    assert waits == [2.0]


def test_delays_add_up_and_the_first_ending_wins(harness: Any, waits: list[float]) -> None:
    first = harness.faults.add("images.list", status=503, delay=1)
    second = harness.faults.add("images.*", status=500, delay=4)
    slow = harness.faults.add("*", delay=2)
    assert harness.send().status == 503
    assert waits == [1.0, 2.0]
    assert [fault.hits for fault in (first, second, slow)] == [1, 0, 1]
    assert second.matched == 0


def test_delay_comes_before_a_reset_of_another_fault(harness: Any, waits: list[float]) -> None:
    harness.faults.add("images.list", reset_connection="before")
    harness.faults.add("images.list", delay=3)
    with pytest.raises(ConnectionCut):
        harness.send()
    assert waits == [3.0]


def test_faults_with_times_form_a_sequence(harness: Any) -> None:
    harness.faults.add("images.list", status=503, times=1)
    harness.faults.add("images.list", error_code="IMG.0015", times=1)
    assert harness.statuses(3) == [503, 400, 200]


def test_an_alteration_applies_to_the_answer_of_another_fault(harness: Any) -> None:
    harness.faults.add("*", response_headers={"X-Proxy": "yes"})
    harness.faults.add("images.list", status=502)
    answer = harness.send()
    assert (answer.status, answer.headers["X-Proxy"]) == (502, "yes")


def test_the_exchange_names_the_faults_that_fired(harness: Any) -> None:
    harness.faults.add("images.list", status=503, times=2)
    harness.faults.add("images.list", status=500)
    harness.send()
    assert harness.exchange.faults == ("images.list returns 503, 2 times",)
    harness.send("images.show")
    assert harness.exchange.faults == ()
