"""The ring of exchanges, and questions to it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from copy import copy
from pathlib import Path
from typing import Any, TypeVar

import pytest

import fake_ims.journal
from fake_ims.errors import UsageError
from fake_ims.journal import Draft, Journal

T = TypeVar("T")


def exchange(operation: str = "images.list", status: int = 200, **fields: Any) -> Draft:
    method, path = fields.pop("method", "GET"), fields.pop("path", "/v2/images")
    return Draft(0, method, path, fields.pop("query", ""), operation, status=status, **fields)


def journal_of(*exchanges: Draft, **limits: int) -> Journal:
    journal = Journal(**limits)
    for one in exchanges:
        journal.record(one)
    return journal


def test_it_is_like_a_list() -> None:
    first, second, third = (exchange(status=status) for status in (200, 300, 400))
    journal = journal_of(first, second, third)
    assert len(journal) == 3
    assert bool(journal)
    assert journal[0] is first
    assert journal[-1] is third
    assert journal.last is third
    assert journal[1:] == [second, third]
    assert list(journal) == [first, second, third]
    assert list(reversed(journal)) == [third, second, first]
    assert second in journal
    assert exchange() not in journal
    assert [one.number for one in journal] == [1, 2, 3]
    assert repr(journal) == "<Journal: 3 exchanges, last: GET /v2/images -> 400>"
    with pytest.raises(IndexError):
        journal[3]


def test_it_is_empty_at_first_and_after_clear() -> None:
    journal = Journal()
    assert not journal
    assert str(journal) == "no requests"
    with pytest.raises(IndexError, match="no request has been received yet"):
        _ = journal.last
    journal.record(exchange())
    journal.clear()
    assert not journal
    journal.record(exchange())
    assert journal.last.number == 1


def test_a_ring_drops_the_oldest_and_counts() -> None:
    journal = journal_of(*(exchange(status=200 + n) for n in range(5)), limit=3)
    assert [one.status for one in journal] == [202, 203, 204]
    assert [one.number for one in journal] == [3, 4, 5]
    assert journal.dropped == 2
    journal.clear()
    assert journal.dropped == 0


@pytest.mark.parametrize("limits", [{"limit": 0}, {"body_limit": -1}])
def test_impossible_limits(limits: dict[str, int]) -> None:
    with pytest.raises(UsageError):
        Journal(**limits)


def test_bodies_are_cut_to_the_limit() -> None:
    one = journal_of(exchange(request_body=b"abcdef", response_body=b"abc"), body_limit=4).last
    assert (one.request_body, one.request_size, one.request_truncated) == (b"abcd", 6, True)
    assert (one.response_body, one.response_size, one.response_truncated) == (b"abc", 3, False)
    with pytest.raises(UsageError, match="kept only 4 of the 6 bytes of the request body"):
        _ = one.request_json


def test_the_size_of_a_stream_that_was_not_kept() -> None:
    one = journal_of(exchange(response_size=10_000_000)).last
    assert one.response_truncated
    assert one.response_size == 10_000_000
    with pytest.raises(UsageError):
        _ = one.response_json


def test_json() -> None:
    one = journal_of(exchange(request_body=b'{"name": "x"}', response_body=b"[1]")).last
    assert one.request_json == {"name": "x"}
    assert one.response_json == [1]
    empty = exchange()
    assert empty.response_json is None
    assert empty.request_json is None
    with pytest.raises(ValueError, match="Expecting"):
        _ = exchange(response_body=b"<html>").response_json


def test_of_an_operation_or_a_glob() -> None:
    journal = journal_of(exchange("images.create"), exchange("images.list"), exchange("tags.add"))
    assert journal.of("images.create") == [journal[0]]
    assert journal.of("images.*") == [journal[0], journal[1]]
    assert journal.of("members.*") == []
    with pytest.raises(UsageError, match=r"did you mean 'images\.create'"):
        journal.of("image.create")


def test_where() -> None:
    shown = exchange("images.show", 404, path="/v2/images/i1", caller="u1:p1")
    cut = exchange("images.delete", 0, method="DELETE", path="/v2/images/i1", caller="u2:p2")
    lost = exchange("", 404, path="/v3/images", caller="u1:p1")
    journal = journal_of(shown, cut, lost)
    assert journal.where() == [shown, cut, lost]
    assert journal.where(status=404) == [shown, lost]
    assert journal.where(status=0) == [cut]
    assert journal.where(tenant="p2") == [cut]
    assert journal.where(method="get") == [shown, lost]
    assert journal.where(path="/v2/images/{image_id}") == [shown, cut]
    assert journal.where(path="*/images*", tenant="p1", status=404) == [shown, lost]
    assert journal.where(operation="") == [lost]
    assert journal.where(operation="images.*", status=404) == [shown]
    with pytest.raises(UsageError, match="unknown method"):
        journal.where(method="FETCH")
    with pytest.raises(UsageError, match="unknown path template"):
        journal.where(path="/v2/images/{id}")


@pytest.mark.parametrize(("one", "line"), [
    (exchange("images.create", 503, method="POST", seconds=0.00042, caller="user:project",
              faults=("images.create returns 503, 2 times",)),
     "POST /v2/images -> 503  images.create  0.4 ms  user:project  "
     "[fault: images.create returns 503, 2 times]"),
    (exchange(query="limit=5", seconds=1.5), "GET /v2/images?limit=5 -> 200  images.list  1.50 s"),
    (exchange("", 0, path="/x", faults=("a", "b")),
     "GET /x -> no response  (no route)  0.0 ms  [fault: a; b]"),
])
def test_lines(one: Draft, line: str) -> None:
    assert one.line() == str(one) == line
    assert str(journal_of(one, copy(one))) == f"{line}\n{line}"


def test_every_public_method_goes_through_run() -> None:
    journal = journal_of(exchange())
    calls: list[str] = []

    def run(work: Callable[[], T], /) -> T:
        calls.append("run")
        return work()

    journal.run = run
    for use in (
        lambda: len(journal), lambda: journal[0], lambda: journal[:], lambda: list(journal),
        lambda: journal.last, lambda: journal.dropped, lambda: journal.of("images.*"),
        lambda: str(journal), journal.clear,
    ):
        before = len(calls)
        use()
        assert len(calls) > before


def test_recording_while_somebody_walks_over_it() -> None:
    journal = journal_of(exchange(), exchange())
    for number, _ in enumerate(journal):
        journal.record(exchange())
        assert number < 2


def test_an_exchange_knows_nothing_of_aiohttp() -> None:
    code = "import sys, fake_ims.journal; sys.exit('aiohttp' in sys.modules)"
    root = Path(fake_ims.journal.__file__).parent.parent
    assert subprocess.run([sys.executable, "-c", code], cwd=root).returncode == 0


def test_long_ids_of_callers_are_shortened_in_lines():
    one = exchange(caller=f"{'a' * 32}:p2")
    assert "  aaaaaaaa…:p2" in one.line()
