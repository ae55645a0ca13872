"""Choosing exchanges: by what the journal has itself, and by all that faults match by."""

from __future__ import annotations

from typing import Any

import pytest
from wire import Wire

from fake_ims import FakeIMS, UsageError
from fake_ims.journal import Journal, filters


@pytest.fixture
def talked(fake_ims: FakeIMS, wire: Wire) -> FakeIMS:
    """Six exchanges: two creates, a list of another tenant, a miss, a show that fails, a list."""
    wire.post("/v2/images", {"name": "disk-1", "min_ram": 1})
    wire.post("/v2/images", {"name": "disk-2", "min_ram": 2}, {"User-Agent": "tool/2.0"})
    wire.caller(fake_ims.tenant("p2", user="ann")).get("/v2/images", limit=2, name="a b")
    wire.get("/v2/nothing/x/y/z")
    with fake_ims.faults.add("images.show", status=503):
        wire.get(f"/v2/images/{fake_ims.images.named('disk-1').id}")
    wire.get("/v2/images")
    return fake_ims


@pytest.mark.parametrize(("conditions", "numbers"), [
    ({}, [1, 2, 3, 4, 5, 6]),
    ({"operation": "images.create"}, [1, 2]),
    ({"operation": "images.*"}, [1, 2, 3, 5, 6]),
    ({"operation": "*"}, [1, 2, 3, 4, 5, 6]),
    ({"operation": ""}, [4]),
    ({"status": 201}, [1, 2]),
    ({"status": "2xx"}, [1, 2, 3, 6]),
    ({"status": [404, "5xx"]}, [4, 5]),
    ({"status": 0}, []),
    ({"tenant": "p2"}, [3]),
    ({"user": "ann"}, [3]),
    ({"method": "post"}, [1, 2]),
    ({"path": "/v2/images/{image_id}"}, [5]),
    ({"path": "/v2/*"}, [1, 2, 3, 4, 5, 6]),
    ({"chapter": "native"}, [1, 2, 3, 5, 6]),
    ({"chapter": "*Creating*Metadata*"}, [1, 2]),
    ({"image": "disk-1"}, [1, 5]),
    ({"request_headers": {"user-agent": "tool/*"}}, [2]),
    ({"request_query": {"limit": "2"}}, [3]),
    ({"request_query": {"name": "a ?"}}, [3]),
    ({"request_body": {"/name": "disk-*", "/min_ram": 2}}, [2]),
    ({"client": "127.0.0.*"}, [1, 2, 3, 4, 5, 6]),
    ({"client": "10.*"}, []),
    ({"fault": True}, [5]),
    ({"fault": False}, [1, 2, 3, 4, 6]),
    ({"attempt": 1}, [1, 2, 3, 4, 5, 6]),
    ({"attempt": 2}, []),
    ({"operation": "images.list", "tenant": "p2", "status": 200}, [3]),
    ({"operation": "images.list", "tenant": None}, [3, 6]),
])
def test_where(talked: FakeIMS, conditions: dict[str, Any], numbers: list[int]) -> None:
    assert [one.number for one in talked.requests.where(**conditions)] == numbers


def test_by_id_of_an_image_that_is_gone(talked: FakeIMS) -> None:
    image = talked.images.named("disk-1")
    image.delete()
    assert [one.number for one in talked.requests.where(image=image.id)] == [5]


def test_attempts_are_of_the_same_request(fake_ims: FakeIMS, wire: Wire) -> None:
    for name in ("a", "a", "b", "a"):
        wire.post("/v2/images", {"name": name})
    for _ in range(2):
        wire.get("/v2/images")
    assert [[one.number for one in fake_ims.requests.where(attempt=nth)] for nth in (1, 2, 3)] == [
        [1, 3, 5], [2, 6], [4]]
    assert [one.number for one in fake_ims.requests.of("images.create", attempt=2)] == [2]


def test_a_selection_is_a_sequence_that_can_be_asked_further(talked: FakeIMS) -> None:
    chosen = talked.requests.of("images.*")
    assert (len(chosen), chosen[0].number, [one.number for one in chosen[1:3]]) == (5, 1, [2, 3])
    assert chosen.where(status=503) == [chosen[3]]
    assert chosen.where(status=503) != [chosen[2]]
    assert chosen[:2].of("images.create") == chosen[:2]
    assert str(chosen.where(status=0)) == "no requests"
    assert str(chosen[:1]).startswith("POST /v2/images -> 201")
    assert repr(chosen).startswith("<Selection: 5 exchanges: ")
    talked.reset()
    assert len(chosen) == 5


@pytest.mark.parametrize(("conditions", "words"), [
    ({"operation": "images.creat"}, "did you mean 'images.create'"),
    ({"staus": 3}, "unknown condition on requests 'staus'; did you mean 'status'?"),
    ({"status": "50x"}, "a class such as '5xx'"),
    ({"status": True}, "a class such as '5xx'"),
    ({"status": "²xx"}, "a class such as '5xx'"),
    ({"status": "²"}, "a class such as '5xx'"),
    ({"attempt": 0}, "an integer, 1 or greater"),
    ({"fault": "yes"}, "True (a fault fired) or False"),
    ({"method": "GETT"}, "did you mean 'GET'"),
    ({"path": "v2"}, "expected a path that starts with '/'"),
    ({"request_headers": {}}, "a mapping of names"),
    ({"request_body": {"name": "x"}}, "is not a JSON pointer"),
    ({"image_status": "active"}, "is known only while a request is handled"),
])
def test_what_cannot_be_asked(talked: FakeIMS, conditions: dict[str, Any], words: str) -> None:
    import re

    with pytest.raises(UsageError, match=re.escape(words)):
        talked.requests.where(**conditions)


def test_every_match_of_the_faults_is_a_condition_or_says_why_not() -> None:
    from fake_ims.faults.registry import MATCHES

    known = set(filters.names())
    for kind in MATCHES:
        name = kind.settings[0].name
        if name != "operation" and name not in known:
            with pytest.raises(UsageError, match="only while a request is handled"):
                Journal().where(**{name: "x"})


def test_what_an_exchange_tells(talked: FakeIMS) -> None:
    create, _, listing, miss, show, _ = talked.requests
    assert create.chapter == "Creating Image Metadata (Native OpenStack API)"
    assert (create.params, show.params) == ({}, {"image_id": show.path.rpartition("/")[2]})
    assert (listing.user, listing.tenant, listing.client) == ("ann", "p2", "127.0.0.1")
    assert (miss.chapter, miss.params) == ("", {})
    assert (create.work, show.work, show.status) == (201, 0, 503)
    assert create.response_headers["Content-Type"] == "application/json"


def test_how_many_there_are(talked: FakeIMS) -> None:
    assert talked.requests.count() == 6
    assert talked.requests.where(operation="images.create").count() == 2
    assert talked.requests.where(status=500).count() == 0
    assert talked.requests.count(talked.requests[0]) == 1
    assert talked.requests.of("images.list").count(talked.requests[0]) == 0


def test_a_body_that_is_nested_too_deeply_matches_nothing(fake_ims: FakeIMS, wire: Wire) -> None:
    wire.post("/v2/images", b"[" * 50_000)
    wire.post("/v2/images", {"name": "a"})
    assert [one.number for one in fake_ims.requests.where(request_body={"/name": "a"})] == [2]
    assert [one.number for one in fake_ims.requests.where(image="a")] == [2]
    with pytest.raises(ValueError, match="the request body is nested too deeply"):
        fake_ims.requests[0].request_json  # noqa: B018
    with pytest.raises(AssertionError, match="the body is not JSON"):
        fake_ims.requests.assert_called("images.create", request_body={"/name": "b"}, times=1)


def test_a_pointer_with_a_very_long_number_names_no_item(fake_ims: FakeIMS, wire: Wire) -> None:
    pointer = f"/tags/{'9' * 5000}"
    fault = fake_ims.faults.add("images.create", request_body={pointer: "a"}, status=503)
    assert wire.post("/v2/images", {"name": "a", "tags": ["a"]}).status == 201
    assert not fault.hits
    with pytest.raises(AssertionError, match=r"images\.create"):
        fake_ims.requests.assert_called("images.create", request_body={pointer: "a"})
