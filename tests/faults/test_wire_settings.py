"""The settings of effects on the wire: how they read, what they refuse, what chance draws."""

from __future__ import annotations

import json
import math
import re
from statistics import median
from typing import Any

import pytest

from fake_ims import UsageError, lognormal, uniform
from fake_ims.documents.check import check
from fake_ims.documents.schemas import fault as schema_of_a_fault
from fake_ims.domain.clock import Clock
from fake_ims.faults import Faults
from fake_ims.faults.registry import SETTINGS

LOGNORMAL = {"lognormal": {"median": "1s", "sigma": 0.5}}

SENTENCES: list[tuple[dict[str, Any], str]] = [
    ({"delay": {"uniform": ["1s", 3]}}, "waits 1s to 3s"),
    ({"delay": LOGNORMAL}, "waits about 1s (log-normal, sigma 0.5)"),
    ({"delay": 2, "moment": "after"}, "waits 2s after handling"),
    ({"delay": 2, "moment": "middle"}, "waits 2s in the middle of the request body"),
    ({"status": 503, "moment": "after"}, "returns 503 after handling"),
    ({"error_code": "IMG.0144", "moment": "middle"},
     "returns 400 IMG.0144 in the middle of the request body"),
    ({"reset_connection": "middle"}, "resets the connection in the middle of the request body"),
    ({"first_byte": "2s"}, "sends the first byte of the response after 2s"),
    ({"first_byte": {"body": 1}}, "sends the response body 1s after the headers"),
    ({"first_byte": {"head": 1, "body": 2}},
     "sends the first byte of the response after 1s, and the body 2s after the headers"),
    ({"dribble": 100},
     "limits the request body to 100 bytes/s and the response body to 100 bytes/s"),
    ({"dribble": {"up": 0.5}}, "limits the request body to 0.5 bytes/s"),
    ({"dribble": {"down": 10}}, "limits the response body to 10 bytes/s"),
    ({"refuse": True}, "closes the port until the fault is removed"),
    ({"refuse": "2s"}, "closes the port for 2s"),
    ({"half_close": True}, "gets a half-closed connection and no response"),
    ({"half_close": True, "moment": "after"},
     "is handled but gets a half-closed connection and no response"),
    ({"hang": True}, "gets no response"),
    ({"hang": True, "moment": "after"}, "is handled but gets no response"),
    ({"truncate": 10}, "cuts the response after 10 bytes of the body"),
    ({"truncate": "12.5%"}, "cuts the response after 12.5% of the body"),
    ({"wrong_length": 3}, "sends a Content-Length that is 3 too large"),
    ({"wrong_length": -3}, "sends a Content-Length that is 3 too small"),
    ({"garbage": True}, "sends 27 bytes that are not HTTP"),
    ({"garbage": "abc", "moment": "after"},
     "sends 3 bytes that are not HTTP after handling"),
    ({"invalid_json": "cut"}, "cuts the JSON of the response in the middle"),
    ({"invalid_json": "stray"}, "puts a stray byte into the JSON of the response"),
    ({"invalid_chunks": "size"}, "sends the response in chunks with a size that is not a number"),
    ({"invalid_chunks": "overrun"}, "sends the response in chunks that are longer than their size"),
    ({"invalid_chunks": "no-end"}, "sends the response in chunks without the final chunk"),
    ({"http10": True}, "responds with HTTP/1.0, without Content-Length, and closes the connection"),
    ({"redirect_loop": "itself"}, "redirects to the same address"),
    ({"redirect_loop": "two"}, "redirects back and forth between two addresses"),
    ({"content_type": "text/html"}, "sets the Content-Type to text/html"),
    ({"gateway_page": 502}, "returns 502 with a gateway's HTML page"),
    ({"raw": {"status": 599, "reason": "Odd", "headers": {"A": "b"}, "body": []}},
     "returns a raw 599 Odd response"),
]


@pytest.mark.parametrize(("settings", "sentence"), SENTENCES)
def test_sentences_of_the_wire(settings: dict[str, Any], sentence: str) -> None:
    fault = Faults(Clock()).add("images.create", **settings)
    assert str(fault) == f"images.create {sentence}"


@pytest.mark.parametrize("settings", [settings for settings, _ in SENTENCES])
def test_a_document_may_say_it_in_the_same_form(settings: dict[str, Any]) -> None:
    assert check(json.loads(json.dumps(settings)), schema_of_a_fault()) == []


@pytest.mark.parametrize(("settings", "words"), [
    ({"delay": {"uniform": ["3s", "1s"]}}, "put the shortest duration first"),
    ({"delay": {"uniform": "1s"}}, "a list of two durations"),
    ({"delay": {"uniform": [1, 2, 3]}}, "a list of two durations"),
    ({"delay": {"uniform": ["1s", "soon"]}}, "is not a duration"),
    ({"delay": {"unifrom": [1, 2]}}, "did you mean 'uniform'"),
    ({"delay": {}}, "expected exactly one key"),
    ({"delay": {"uniform": [1, 2], "lognormal": {}}}, "expected exactly one key"),
    ({"delay": {"lognormal": {"median": "1s"}}}, "a median and a sigma"),
    ({"delay": {"lognormal": {"median": "1s", "sigma": -1}}}, "a number, 0 or greater"),
    ({"delay": {"lognormal": {"median": "1s", "sigma": True}}}, "a number, 0 or greater"),
    ({"delay": {"lognormal": {"median": "x", "sigma": 1}}}, "is not a duration"),
    ({"delay": [1, 2]}, "is not a duration"),
    ({"delay": 1, "seed": 1}, "seed= has no effect"),
    ({"delay": 1, "moment": "during"}, "'before' (handling) or 'middle'"),
    ({"moment": "after"}, "moment= requires delay= or"),
    ({"reset_connection": "after", "moment": "after"}, "moment= requires delay= or"),
    ({"hang": True, "moment": "middle"}, "'before' (handling) or 'after'"),
    ({"half_close": True, "moment": "middle"}, "'before' (handling) or 'after'"),
    ({"hang": False}, "expected true; to turn it off"),
    ({"hang": 1}, "expected true; to turn it off"),
    ({"half_close": "yes"}, "expected true; to turn it off"),
    ({"http10": False}, "expected true; to turn it off"),
    ({"refuse": False}, "a duration, or true"),
    ({"refuse": -1}, "not negative"),
    ({"first_byte": {}}, "a mapping with 'head', 'body' or both"),
    ({"first_byte": {"foot": 1}}, "a mapping with 'head', 'body' or both"),
    ({"first_byte": "soon"}, "is not a duration"),
    ({"dribble": 0}, "greater than 0"),
    ({"dribble": {"up": -1}}, "greater than 0"),
    ({"dribble": "fast"}, "greater than 0"),
    ({"dribble": True}, "greater than 0"),
    ({"dribble": {}}, "'up', 'down' or both"),
    ({"dribble": {"sideways": 1}}, "'up', 'down' or both"),
    ({"truncate": -1}, "the number of bytes"),
    ({"truncate": 0.5}, "the number of bytes"),
    ({"truncate": "100%"}, "the number of bytes"),
    ({"truncate": "half"}, "the number of bytes"),
    ({"truncate": True}, "the number of bytes"),
    ({"wrong_length": 0}, "too large (10) or too small (-10)"),
    ({"wrong_length": True}, "too large (10) or too small (-10)"),
    ({"garbage": ""}, "the string or bytes to send"),
    ({"garbage": False}, "the string or bytes to send"),
    ({"invalid_json": "torn"}, "'cut' (in the middle) or 'stray'"),
    ({"invalid_chunks": "sise"}, "did you mean 'size'"),
    ({"redirect_loop": "three"}, "'itself' (to the same address) or 'two'"),
    ({"content_type": "a\r\nb"}, "is not a valid header value"),
    ({"gateway_page": 500}, "expected one of 502, 503, 504"),
    ({"gateway_page": True}, "expected one of 502, 503, 504"),
    ({"raw": 599}, "a mapping with a 'status'"),
    ({"raw": {"body": "x"}}, "a mapping with a 'status'"),
    ({"raw": {"status": 199}}, "from 200 to 999"),
    ({"raw": {"status": 1000}}, "from 200 to 999"),
    ({"raw": {"status": True}}, "from 200 to 999"),
    ({"raw": {"status": 200, "resaon": "x"}}, "did you mean 'reason'"),
    ({"raw": {"status": 200, "reason": "a\nb"}}, "a string without line breaks"),
    ({"raw": {"status": 200, "headers": {"a b": "c"}}}, "is not a valid header name"),
    ({"raw": {"status": 200, "headers": ["a"]}}, "a mapping of names to strings"),
    ({"raw": {"status": 200, "body": 1}}, "expected bytes, a string"),
])
def test_what_the_wire_cannot_do(settings: dict[str, Any], words: str) -> None:
    faults = Faults(Clock())
    with pytest.raises(UsageError, match=re.escape(words)):
        faults.add("images.create", **settings)
    assert len(faults) == 0


class Odd:
    """A value that no setting takes."""

    def __repr__(self) -> str:
        return "<odd>"


#: What a setting needs beside it, and where the text names the thing and not the setting.
BESIDE: dict[str, dict[str, Any]] = {
    "recovery": {"lasting": 1}, "leaves": {"dies_at": 1}, "moment": {"delay": 1},
    "retry_after": {"status": 503}, "short": {"corrupt": True}}
CALLED = {"image_status": "image status", "job_status": "job status", "until": "status",
          "content_type": "header Content-Type"}


@pytest.mark.parametrize("name", sorted({*SETTINGS} - {"seed"}))
def test_a_wrong_value_is_refused_by_the_name_of_its_setting(name: str) -> None:
    with pytest.raises(UsageError) as raised:
        Faults(Clock()).add(**{**BESIDE.get(name, {}), name: Odd()})
    begin = re.escape(CALLED.get(name, name))
    assert re.match(rf"(unknown (value of )?)?{begin}\b.*<odd>", str(raised.value)), raised.value
    assert re.search(r"; (known:|write)|expected ", str(raised.value)), raised.value


#: Settings that take a mapping of any names to any values; the body of a response, any JSON.
OPEN = ("image_attribute", "meanwhile", "request_body", "response_body")


@pytest.mark.parametrize(("name", "value"), [
    (name, value) for name in sorted(SETTINGS) for value in (None, [[]], {"": {}})
    if value is None or (name not in OPEN if isinstance(value, dict) else name != OPEN[-1])])
def test_a_document_with_a_wrong_value_is_refused_by_its_schema(name: str, value: Any) -> None:
    assert name in schema_of_a_fault()["properties"]
    assert check({name: value}, schema_of_a_fault())


@pytest.mark.parametrize(("name", "value"), [
    ("delay", {"uniform": [1, Odd()]}), ("delay", {"lognormal": {"median": Odd(), "sigma": 1}}),
    ("first_byte", {"head": Odd()}), ("first_byte", {"body": Odd()}), ("dribble", {"up": Odd()}),
    ("dribble", {"down": Odd()}), ("raw", {"status": 200, "body": Odd()}),
    ("raw", {"status": 200, "headers": Odd()}), ("raw", {"status": 200, "reason": Odd()}),
    ("raw", {"status": Odd()}), ("between", [Odd(), 1]), ("between", [1, Odd()]),
])
def test_so_is_one_inside_a_value(name: str, value: Any) -> None:
    with pytest.raises(UsageError, match=rf"^{name}: .*<odd>"):
        Faults(Clock()).add(**{name: value})


ENDS: list[dict[str, Any]] = [
    {"status": 503}, {"reset_connection": "before"}, {"hang": True}, {"half_close": True},
    {"refuse": True},
    {"raw": {"status": 599}}, {"gateway_page": 502}, {"redirect_loop": "two"}, {"garbage": True},
]
SILENT = ENDS[1:5]
SHAPES: list[dict[str, Any]] = [
    {"truncate": 1}, {"wrong_length": 1}, {"invalid_json": "cut"}, {"invalid_chunks": "size"},
    {"http10": True}, {"content_type": "text/odd"}, {"first_byte": 1}, {"dribble": 1},
    {"dribble": {"down": 1}}, {"response_body": "x"},
]
APART = [({"truncate": 1}, {"wrong_length": 1}), ({"truncate": 1}, {"invalid_chunks": "size"}),
         ({"wrong_length": 1}, {"invalid_chunks": "size"}),
         ({"wrong_length": 1}, {"http10": True}), ({"invalid_chunks": "size"}, {"http10": True}),
         ({"content_type": "a/b"}, {"response_headers": {"content-type": "c/d"}}),
         ({"garbage": True}, {"truncate": 1}), ({"garbage": True}, {"http10": True}),
         ({"garbage": True}, {"content_type": "a/b"})]


@pytest.mark.parametrize(("one", "other"), [
    *((one, other) for place, one in enumerate(ENDS) for other in ENDS[:place]),
    *((one, other) for one in SILENT for other in SHAPES),
    *APART,
])
def test_what_does_not_go_together(one: dict[str, Any], other: dict[str, Any]) -> None:
    faults = Faults(Clock())
    with pytest.raises(UsageError, match=r"Remove one of them(?:$|, or add two faults$)"):
        faults.add("images.create", **one, **other)
    assert len(faults) == 0


@pytest.mark.parametrize(("one", "other"), [
    ({"reset_connection": "after"}, {"dribble": {"up": 1}}), ({"hang": True}, {"delay": 1}),
    ({"garbage": True}, {"dribble": 1}), ({"gateway_page": 502}, {"truncate": 1}),
    ({"truncate": 1}, {"http10": True}), ({"truncate": 1}, {"invalid_json": "cut"}),
    ({"raw": {"status": 599}}, {"first_byte": 1}), ({"dribble": 1}, {"content_type": "a/b"}),
])
def test_what_goes_together(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert len(Faults(Clock()).add("images.create", **one, **other).effects) == 2


# chance


@pytest.fixture
def waits(harness: Any) -> list[float]:
    """The pauses asked for, none of which is waited for."""
    asked: list[float] = []

    async def pause(seconds: float) -> None:
        asked.append(seconds)

    harness.pause = pause
    return asked


def test_a_uniform_delay(harness: Any, waits: list[float]) -> None:
    harness.faults.add("images.list", delay=uniform("1s", 3))
    harness.statuses(200)
    assert all(1 <= one <= 3 for one in waits)
    assert min(waits) < 1.2
    assert max(waits) > 2.8
    assert len(set(waits)) == 200


def test_a_uniform_delay_of_one_length_only(harness: Any, waits: list[float]) -> None:
    harness.faults.add("images.list", delay=uniform(2, 2))
    harness.statuses(3)
    assert waits == [2, 2, 2]


@pytest.mark.parametrize(("settings", "chance"), [
    ({"status": 503}, False), ({"delay": 1}, False), ({"twice": True}, False),
    ({"delay": uniform(1, 2)}, True), ({"status": 503, "probability": 0.5}, True),
])
def test_what_is_left_to_chance(settings: dict[str, Any], chance: bool) -> None:
    faults = Faults(Clock())
    faults.add("images.create", **settings)
    assert faults.chance is chance
    faults.clear()
    assert not faults.chance


def test_a_log_normal_delay(harness: Any, waits: list[float]) -> None:
    harness.faults.add("images.list", delay=lognormal("2s", 0.5))
    harness.statuses(1000)
    logs = sorted(math.log(one / 2) / 0.5 for one in waits)  # normal, around 0, deviation 1
    assert abs(median(logs)) < 0.15
    assert 0.75 < logs[841] < 1.25  # one deviation above
    assert -1.25 < logs[158] < -0.75


def test_the_same_seed_draws_the_same_delays(harness: Any, waits: list[float]) -> None:
    runs = []
    for seed in (1, 1, 2):
        waits.clear()
        with harness.faults.add("images.list", delay=uniform(1, 3), seed=seed):
            harness.statuses(5)
        runs.append(list(waits))
    assert runs[0] == runs[1] != runs[2]


def test_a_delay_after_the_work_waits_after_it(harness: Any) -> None:
    worked: list[int] = []

    async def pause(seconds: float) -> None:
        worked.append(harness.worked)

    harness.pause = pause
    harness.faults.add("images.list", delay=1)
    harness.faults.add("images.list", delay=2, moment="after")
    assert harness.send().status == 200
    assert worked == [0, 1]


def test_a_status_after_the_work(harness: Any) -> None:
    harness.faults.add("images.list", status=503, moment="after")
    assert harness.send().status == 503
    assert harness.worked == 1
