"""The journal keeps so many exchanges and so many bytes, and its exports let others be served."""

from __future__ import annotations

import json
import subprocess
import threading
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from weakref import ref

import pytest
from serving import COMMAND, DEADLINE, command, wait_for
from wire import Wire

from fake_ims import FakeIMS, UsageError
from fake_ims.journal import Journal
from fake_ims.journal.exchange import Draft

KB = 1024


def draft(body: int = 0, **settings: Any) -> Draft:
    return Draft(0, "GET", "/v2/images", "", response_body=b"x" * body, **settings)


@pytest.mark.parametrize("part", [
    {"body": 100 * KB}, {"request_body": b"x" * 100 * KB},
    {"request_headers": {"X": "x" * 100 * KB}},
    {"request_headers": {"x" * 100 * KB: ""}},
    {"response_headers": {str(n): "" for n in range(800)}},
])
def test_everything_that_clients_decide_counts(part: dict[str, Any]) -> None:
    journal = Journal(body_limit=200 * KB, total_limit=350 * KB)
    for _ in range(10):
        journal.record(draft(**part))
    assert (len(journal), journal.dropped) == (3, 7)
    assert [one.number for one in journal] == [8, 9, 10]
    journal.clear()
    for _ in range(3):
        journal.record(draft(**part))
    assert (len(journal), journal.dropped) == (3, 0)


class Headers(dict[str, str]):
    """Headers that a weak reference can watch."""


@pytest.mark.parametrize("limits", [{"total_limit": 2000 * KB}, {"limit": 5}])
def test_the_oldest_are_freed_although_nobody_reads(limits: dict[str, int]) -> None:
    journal = Journal(body_limit=200 * KB, **limits)
    watched = []
    for _ in range(200):
        headers = Headers()
        watched.append(ref(headers))
        journal.record(draft(100 * KB, request_headers=headers))
    assert sum(one() is not None for one in watched) <= 40


def test_the_newest_one_stays(fake_ims_factory: Any) -> None:
    fake: FakeIMS = fake_ims_factory(keep_total=0)
    wire = Wire(fake.url, fake.headers)
    for limit in (1, 2):
        wire.get("/v2/images", limit=limit)
    assert [one.query for one in fake.requests] == ["limit=2"]
    assert fake.requests.dropped == 1


def test_small_exchanges_are_bounded_by_their_number() -> None:
    journal = Journal()
    for _ in range(10_100):
        journal.record(draft())
    assert (len(journal), journal.dropped) == (10_000, 100)


@pytest.mark.parametrize("settings", [
    {"keep_exchanges": 0}, {"keep_bytes": -1}, {"keep_total": -1}, {"keep_total": "64M"},
    {"keep_exchanges": True}, {"keep_bytes": 1.5}, {"keep_total": None},
])
def test_bad_limits(settings: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=f"{next(iter(settings))}=.*: expected an integer"):
        FakeIMS(**settings)


def test_serve_has_options(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    with command("serve", "--quiet", "--ready-file", str(ready), "--keep-exchanges", "3",
                 "--keep-bytes", "5", "--keep-total", "100000") as process:
        document = wait_for(ready)
        wire = Wire(document["url"], {"X-Auth-Token": document["token"]})
        for _ in range(5):
            wire.get("/v2/images")
        told = control(document["url"], "/requests?form=bodies")
        assert (len(told["requests"]), told["dropped"]) == (3, 2)
        assert [len(one["response_body"]) for one in told["requests"]] == [5] * 3
        process.terminate()
        assert process.wait(DEADLINE) == 0
    with command("serve", "--keep-total", "-1") as process:
        assert "keep_total=-1" in process.communicate(timeout=DEADLINE)[1]
    assert "67108864, 64 MiB" in " ".join(command_help().split())


def command_help() -> str:
    return subprocess.run([*COMMAND, "serve", "--help"], capture_output=True, text=True,
                          timeout=DEADLINE, check=True).stdout


def control(url: str, path: str) -> Any:
    connection = HTTPConnection(url.removeprefix("http://"), timeout=DEADLINE)
    connection.request("GET", f"/_fake_ims{path}")
    answer = connection.getresponse()
    assert answer.status == 200
    text = answer.read()
    connection.close()
    return json.loads(text)


def filled(fake: FakeIMS, count: int) -> None:
    body = json.dumps({"images": [{"id": str(n), "access_token": "x" * 50} for n in range(700)]})
    for _ in range(count):
        exchange = draft(request_headers={"X-Auth-Token": "t"})
        exchange.response_body = body.encode()
        fake._bridge.run(partial(fake.requests.record, exchange))


@pytest.mark.parametrize("form", ["har", "jsonl", "bodies", "lines"])
def test_an_export_lets_others_be_served(fake_ims: FakeIMS, form: str) -> None:
    """While a client reads an export piece by piece, other requests are answered."""
    filled(fake_ims, 300)
    connection = HTTPConnection(fake_ims.url.removeprefix("http://"), timeout=DEADLINE)
    connection.request("GET", f"/_fake_ims/requests?form={form}")
    answer = connection.getresponse()  # the head is sent before the last piece is made
    served = 0
    done = threading.Event()

    def others() -> None:
        nonlocal served
        wire = Wire(fake_ims.url, fake_ims.headers)
        while not done.is_set():
            assert wire.get("/v2/images").status == 200
            served += 1

    thread = threading.Thread(target=others)
    thread.start()
    text = answer.read().decode()
    done.set()
    thread.join()
    connection.close()
    if form == "jsonl":
        assert [json.loads(line)["number"] for line in text.splitlines()] == list(range(1, 301))
    else:
        document = json.loads(text)
        assert len(document["log"]["entries"] if form == "har" else document["requests"]) == 300
    assert served > (6 if form != "lines" else 0)


def test_a_client_that_leaves_an_export_early(fake_ims: FakeIMS) -> None:
    filled(fake_ims, 200)
    for _ in range(3):
        connection = HTTPConnection(fake_ims.url.removeprefix("http://"), timeout=DEADLINE)
        connection.request("GET", "/_fake_ims/requests?form=har")
        connection.getresponse().read(1000)
        connection.close()
    assert control(fake_ims.url, "/state")


def test_what_is_empty(fake_ims: FakeIMS) -> None:
    assert json.loads(fake_ims.requests.har())["log"]["entries"] == []
    assert fake_ims.requests.jsonl() == ""
    assert control(fake_ims.url, "/requests") == {
        "requests": [], "dropped": 0, "next": None}
    assert control(fake_ims.url, "/requests?form=har")["log"]["entries"] == []
