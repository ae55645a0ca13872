"""Answers that are broken on their way: what goes out, byte by byte, and what the journal says."""

from __future__ import annotations

import json
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from sockets import RESET, Client, ask

from fake_ims import FakeIMS

DATA = bytes(range(256)) * 1000


@pytest.fixture
def image(fake_ims: FakeIMS) -> str:
    """Id of an image with data, larger than one piece that is sent."""
    return fake_ims.images.add(name="a", data=DATA).id


def plain(fake: FakeIMS) -> bytes:
    """The body that a list has without a fault."""
    with Client(fake) as client:
        body = client.send().answer()[2]
    fake.requests.clear()
    return body


# truncated


@pytest.mark.parametrize(("given", "share"), [(10, None), ("50%", 0.5), ("12.5%", 0.125), (0, 0)])
def test_a_body_breaks_off(fake_ims: FakeIMS, given: int | str, share: float | None) -> None:
    whole = plain(fake_ims)
    fake_ims.faults.add("images.list", truncate=given)
    with Client(fake_ims) as client:
        status, headers = client.send().head()
        rest = client.rest()
    sent = whole[:10] if share is None else whole[:int(len(whole) * share)]
    assert (status, headers["content-length"], rest) == (200, str(len(whole)), sent)
    assert headers["connection"] == "close"
    exchange = fake_ims.requests.last
    assert (exchange.status, exchange.response_body) == (200, sent)
    assert exchange.faults[0].startswith("images.list cuts the response after ")


def test_a_body_that_is_shorter_breaks_off_all_the_same(fake_ims: FakeIMS) -> None:
    whole = plain(fake_ims)
    fake_ims.faults.add("images.list", truncate=10**6)
    assert ask(fake_ims).endswith(whole[:-1])
    assert fake_ims.requests.last.response_body == whole[:-1]


def test_a_download_breaks_off(fake_ims: FakeIMS, image: str) -> None:
    fake_ims.faults.add("images.download", truncate=100_000)
    with Client(fake_ims) as client:
        _, headers = client.send(f"GET /v2/images/{image}/file").head()
        assert client.rest() == DATA[:100_000]
    assert headers["content-length"] == str(len(DATA))
    assert headers["content-md5"]
    assert fake_ims.requests.last.response_size == 100_000


def test_an_answer_without_a_body_stays_whole(fake_ims: FakeIMS, image: str) -> None:
    for effect in ({"truncate": 5}, {"wrong_length": 5}, {"invalid_chunks": "size"},
                   {"invalid_json": "cut"}):
        with fake_ims.faults.add("tags.*", **effect):
            answer = ask(fake_ims, f"PUT /v2/images/{image}/tags/a")
            assert answer.startswith(b"HTTP/1.1 204 ")
            assert answer.endswith(b"\r\n\r\n")


# headers


@pytest.mark.parametrize("effect", [
    {"first_byte": {"head": 0.001}}, {"first_byte": {"body": 0.001}}, {"dribble": 10**6},
    {"delay": 0.001, "moment": "after"}, {"invalid_json": "stray"}])
def test_the_headers_stay_as_they_are(fake_ims: FakeIMS, effect: dict[str, Any]) -> None:
    own = ("date", "x-openstack-request-id", "content-length")
    with Client(fake_ims) as client:
        _, usual, _ = client.send().answer()
        fake_ims.faults.add("images.list", **effect)
        _, headers, body = client.send().answer()
    assert headers.keys() == usual.keys()
    assert {name: headers[name] for name in headers if name not in own} == {
        name: usual[name] for name in usual if name not in own}
    assert headers["content-length"] == str(len(body))
    assert abs(parsedate_to_datetime(headers["date"])
               - parsedate_to_datetime(usual["date"])) < timedelta(hours=1)


def test_a_header_is_sent_byte_by_byte(fake_ims: FakeIMS) -> None:
    fake_ims.faults.add("images.list", raw={"status": 200, "headers": {"X-Odd": "\u00e4"}})
    assert b"\r\nX-Odd: \xc3\xa4\r\n" in ask(fake_ims)


@pytest.mark.parametrize(("headers", "closes"), [
    ({"Connection": "close"}, True), ({"connection": "Close"}, True), ({"X-Odd": "close"}, False),
    ({"Connection": "keep-alive"}, False), ({}, False)])
def test_whether_the_connection_closes(
    fake_ims: FakeIMS, headers: dict[str, str], closes: bool
) -> None:
    fake_ims.faults.add("images.list", raw={"status": 200, "headers": headers}, times=1)
    with Client(fake_ims) as client:
        assert client.send().answer()[0] == 200
        if closes:
            assert client.rest() == b""
        else:
            assert client.send().answer()[2].startswith(b"{")


# lengths and chunks


def test_a_length_too_large_keeps_the_client_waiting(fake_ims: FakeIMS) -> None:
    whole = plain(fake_ims)
    with Client(fake_ims) as client, fake_ims.faults.add("images.list", wrong_length=5):
        _, headers = client.send().head()
        assert headers["content-length"] == str(len(whole) + 5)
        assert client.exactly(len(whole)) == whole
        # Nothing more comes; what comes next are the bytes of the next answer.
        client.send("GET /v2/schemas/image")
        assert client.exactly(5) == b"HTTP/"


def test_a_length_too_small_spoils_the_next_answer(fake_ims: FakeIMS) -> None:
    whole = plain(fake_ims)
    with Client(fake_ims) as client, fake_ims.faults.add("images.list", wrong_length=-3):
        _, _, body = client.send().answer()
        assert body == whole[:-3]
        client.send("GET /v2/schemas/image")
        assert client.exactly(12) == whole[-3:] + b"HTTP/1.1 "
    assert fake_ims.requests[0].response_body == whole


def test_no_length_is_below_zero(fake_ims: FakeIMS) -> None:
    fake_ims.faults.add("images.list", wrong_length=-1_000_000)
    with Client(fake_ims) as client:
        assert client.send().head()[1]["content-length"] == "0"


@pytest.mark.parametrize(("way", "looks"), [
    ("size", b"size?\r\n"), ("overrun", b"}\r\n0\r\n\r\n"), ("no-end", b"}\r\n"),
])
def test_chunks_that_are_wrong(fake_ims: FakeIMS, way: str, looks: bytes) -> None:
    whole = plain(fake_ims)
    fake_ims.faults.add("images.list", invalid_chunks=way)
    head, _, body = ask(fake_ims).partition(b"\r\n\r\n")
    assert b"Transfer-Encoding: chunked" in head
    assert b"Content-Length" not in head
    assert looks in body
    assert unchunked(body) != whole
    assert fake_ims.requests.last.response_body == whole


@pytest.mark.parametrize("way", ["size", "overrun", "no-end"])
def test_the_bytes_of_wrong_chunks(fake_ims: FakeIMS, way: str) -> None:
    whole = plain(fake_ims)
    half = (len(whole) + 1) // 2
    fake_ims.faults.add("images.list", invalid_chunks=way)
    body = ask(fake_ims).partition(b"\r\n\r\n")[2]
    assert body == {
        "size": b"%x\r\n%s\r\nsize?\r\n%s\r\n0\r\n\r\n" % (half, whole[:half], whole[half:]),
        "overrun": b"%x\r\n%s\r\n0\r\n\r\n" % (half, whole),
        "no-end": b"%x\r\n%s\r\n" % (len(whole), whole),
    }[way]


def unchunked(body: bytes) -> bytes | None:
    """What a strict reader makes of chunks; None if it cannot."""
    data = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        try:
            number = int(size, 16)
        except ValueError:
            return None
        if not number:
            return data if body == b"\r\n" else None
        data, after, body = data + body[:number], body[number:number + 2], body[number + 2:]
        if after != b"\r\n":
            return None
    return None


@pytest.mark.parametrize("way", ["size", "overrun", "no-end"])
def test_a_download_in_wrong_chunks(fake_ims: FakeIMS, image: str, way: str) -> None:
    fake_ims.faults.add("images.download", invalid_chunks=way)
    body = ask(fake_ims, f"GET /v2/images/{image}/file").partition(b"\r\n\r\n")[2]
    assert len(body) > len(DATA)
    assert unchunked(body) is None


def test_an_old_server(fake_ims: FakeIMS, image: str) -> None:
    whole = plain(fake_ims)
    fake_ims.faults.add("images.*", http10=True)
    for line, body in (("GET /v2/images?limit=1", whole), (f"GET /v2/images/{image}/file", DATA)):
        with Client(fake_ims) as client:
            client.send(line)
            head = client.until(b"\r\n\r\n")
            assert client.rest() == body
        assert head.startswith(b"HTTP/1.0 200 OK\r\n")
        assert b"content-length" not in head.lower()
        assert b"Connection: close" in head


def test_an_old_server_breaks_off_and_nobody_can_tell(fake_ims: FakeIMS) -> None:
    whole = plain(fake_ims)
    fake_ims.faults.add("images.list", http10=True, truncate="50%")
    head, _, body = ask(fake_ims).partition(b"\r\n\r\n")
    assert b"Content-Length" not in head
    assert body == whole[:len(whole) // 2]


# what is in it


def test_json_that_is_cut(fake_ims: FakeIMS) -> None:
    whole = plain(fake_ims)
    fake_ims.faults.add("images.list", invalid_json="cut")
    with Client(fake_ims) as client:
        status, headers, body = client.send().answer()
    assert (status, headers["content-type"]) == (200, "application/json")
    assert body == whole[:(len(whole) + 1) // 2]
    with pytest.raises(json.JSONDecodeError):
        json.loads(body)
    with pytest.raises(json.JSONDecodeError):
        _ = fake_ims.requests.last.response_json


def test_json_with_a_stray_byte(fake_ims: FakeIMS) -> None:
    whole = plain(fake_ims)
    fake_ims.faults.add("images.list", invalid_json="stray")
    with Client(fake_ims) as client:
        _, _, body = client.send().answer()
    assert body.replace(b"\0", b"") == whole
    with pytest.raises(json.JSONDecodeError):
        json.loads(body)


def test_a_download_has_no_json_to_spoil(fake_ims: FakeIMS, image: str) -> None:
    fake_ims.faults.add("images.download", invalid_json="cut")
    assert ask(fake_ims, f"GET /v2/images/{image}/file").endswith(DATA)


def test_another_content_type(fake_ims: FakeIMS) -> None:
    whole = plain(fake_ims)
    fake_ims.faults.add("images.list", content_type="text/html")
    with Client(fake_ims) as client:
        _, headers, body = client.send().answer()
    assert (headers["content-type"], body) == ("text/html", whole)


# instead of it


@pytest.mark.parametrize(("status", "moment", "images"), [(502, "before", 0), (504, "after", 1)])
def test_the_page_of_a_gateway(fake_ims: FakeIMS, status: int, moment: str, images: int) -> None:
    fake_ims.faults.add("images.create", gateway_page=status, moment=moment)
    with Client(fake_ims) as client:
        got, headers, body = client.send("POST /v2/images", b'{"name": "a"}', None,
                                         "Content-Type: application/json").answer()
    assert (got, headers["content-type"]) == (status, "text/html")
    assert body.startswith(b"<html>")
    assert str(status).encode() in body
    assert "x-openstack-request-id" not in headers
    assert headers["server"] == "gateway"
    assert len(fake_ims.images) == images
    assert fake_ims.requests.last.response_body == body


def test_an_answer_as_it_is_given(fake_ims: FakeIMS) -> None:
    fake_ims.faults.add("images.list", raw={
        "status": 599, "reason": "Odd", "headers": {"X-Openstack-Request-Id": "mine"},
        "body": {"a": 1}})
    assert ask(fake_ims) == (b"HTTP/1.1 599 Odd\r\nX-Openstack-Request-Id: mine\r\n"
                             b"Content-Type: application/json\r\nContent-Length: 8\r\n"
                             b'Connection: close\r\n\r\n{"a": 1}')
    assert fake_ims.requests.last.status == 599


def test_headers_of_raw_may_be_wrong(fake_ims: FakeIMS) -> None:
    fake_ims.faults.add("images.list", raw={
        "status": 200, "headers": {"content-length": "3", "Connection": "close"}, "body": "abcdef"})
    with Client(fake_ims) as client:
        assert client.send().rest() == (b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n"
                                        b"Connection: close\r\n\r\nabcdef")


@pytest.mark.parametrize(("given", "sent"), [
    (True, b"\x16\x03\x01"), ("SSH-2.0-x\r\n", b"SSH-2.0-x\r\n"),
])
def test_bytes_that_are_no_http(fake_ims: FakeIMS, given: bool | str, sent: bytes) -> None:
    fake_ims.faults.add("images.list", garbage=given)
    with Client(fake_ims) as client:
        got = client.send().rest()  # the fake closes the connection by itself
    assert got.startswith(sent)
    assert (fake_ims.requests.last.status, fake_ims.requests.last.response_body) == (0, got)


def test_a_redirect_to_itself(fake_ims: FakeIMS) -> None:
    fake_ims.faults.add("images.list", redirect_loop="itself")
    with Client(fake_ims) as client:
        for _ in range(2):
            status, headers, _ = client.send("GET /v2/images?limit=1&name=%C3%A4").answer()
            assert (status, headers["location"]) == (307, "http://x/v2/images?limit=1&name=%C3%A4")


def test_a_redirect_to_and_fro(fake_ims: FakeIMS) -> None:
    fake_ims.faults.add("images.list", redirect_loop="two")
    first, second = "http://x/v2/images?limit=1", "http://x/v2/images?limit=1&fake_ims_hop=1"
    with Client(fake_ims) as client:
        for here, there in ((first, second), (second, first)):
            status, headers, _ = client.send(f"GET {here.removeprefix('http://x')}").answer()
            assert (status, headers["location"]) == (307, there)


# together


def test_effects_that_go_together(fake_ims: FakeIMS) -> None:
    fake_ims.faults.add("images.list", status=503, moment="after", truncate=4, dribble=1000,
                        content_type="text/odd", first_byte=0.01)
    with Client(fake_ims) as client:
        status, headers = client.send().head()
        assert (status, headers["content-type"], client.rest()) == (503, "text/odd", b'{"er')


def test_effects_of_several_faults_go_together(fake_ims: FakeIMS) -> None:
    truncated = fake_ims.faults.add("images.*", truncate=4)
    fake_ims.faults.add("images.list", response_body="another")
    late = fake_ims.faults.add("images.list", truncate=2)
    assert ask(fake_ims).endswith(b"\r\n\r\nanot")
    assert (truncated.hits, late.hits) == (1, 0)  # a body ends in one place: the first fault's


@pytest.mark.parametrize(("one", "other", "hits"), [
    ({"dribble": {"up": 10**6}}, {"dribble": {"down": 10**6}}, (1, 1)),
    ({"dribble": {"up": 10**6}}, {"dribble": {"up": 10**5}}, (1, 0)),
    ({"dribble": {"down": 10**6}}, {"dribble": {"down": 10**5}}, (1, 0)),
    ({"dribble": {"down": 10**6}}, {"dribble": 10**5}, (1, 0)),
    ({"first_byte": 0.001}, {"first_byte": 0.001}, (1, 0)),
    ({"http10": True}, {"invalid_chunks": "size"}, (1, 0)),
    ({"content_type": "a/b"}, {"response_headers": {"Content-Type": "c/d"}}, (1, 0)),
    ({"content_type": "a/b"}, {"response_headers": {"X-Odd": "c/d"}}, (1, 1)),
    ({"delay": 0.001}, {"delay": 0.001}, (1, 1)),
])
def test_the_first_fault_decides_what_only_one_can(
    fake_ims: FakeIMS, one: dict[str, Any], other: dict[str, Any], hits: tuple[int, int]
) -> None:
    faults = [fake_ims.faults.add("images.list", **settings) for settings in (one, other)]
    assert ask(fake_ims).startswith(b"HTTP/1.")
    assert tuple(fault.hits for fault in faults) == hits


# in the middle of a body


@pytest.mark.parametrize("headers", [[], ["Transfer-Encoding: chunked"]])
def test_an_error_in_the_middle_of_an_upload(fake_ims: FakeIMS, headers: list[str]) -> None:
    image = fake_ims.images.add(name="a", status="queued")
    fake_ims.faults.add("images.upload", status=503, moment="middle")
    with Client(fake_ims) as client:
        client.send(f"PUT /v2/images/{image.id}/file", b"", 1000,
                    "Content-Type: application/octet-stream", *headers)
        if headers:
            client.sock.sendall(b"4\r\nabcd\r\n")  # its first chunk; the end never comes
        else:
            client.sock.sendall(b"x" * 499)
            client.sock.sendall(b"x")  # half of it
        status, _, _ = client.answer()
    assert (status, image.status) == (503, "killed")
    assert fake_ims.requests.last.faults


def test_a_reset_in_the_middle_of_an_upload(fake_ims: FakeIMS) -> None:
    image = fake_ims.images.add(name="a", status="queued")
    fake_ims.faults.add("images.upload", reset_connection="middle")
    with Client(fake_ims) as client:
        client.send(f"PUT /v2/images/{image.id}/file", b"x" * 500, 1000,
                    "Content-Type: application/octet-stream")
        assert client.rest() == RESET
    assert (image.status, fake_ims.requests.last.status) == ("killed", 0)


@pytest.mark.parametrize("line", ["GET /v2/images", "POST /v2/images"])
@pytest.mark.parametrize("effect", [{"status": 503, "moment": "middle"},
                                    {"reset_connection": "middle"},
                                    {"delay": 0.01, "moment": "middle"}])
def test_the_middle_of_any_request(fake_ims: FakeIMS, line: str, effect: dict[str, str]) -> None:
    body = b'{"name": "a"}' if line.startswith("POST") else b""
    fault = fake_ims.faults.add("images.*", **effect)
    answer = ask(fake_ims, line, body)
    assert fault.hits == 1
    if "delay" in effect:
        assert answer.startswith(b"HTTP/1.1 2")
    else:
        assert answer.startswith(b"HTTP/1.1 503") or answer == RESET
        assert len(fake_ims.images) == 0


def test_the_middle_of_a_body_that_nobody_reads(fake_ims: FakeIMS) -> None:
    fake_ims.faults.add("images.upload", status=503, moment="middle")
    answer = ask(fake_ims, "PUT /v2/images/none/file", b"x" * 100)  # refused for its media type
    assert answer.startswith(b"HTTP/1.1 503 ")


def test_the_middle_of_a_body_that_is_empty(fake_ims: FakeIMS) -> None:
    fake_ims.faults.add("images.create", status=503, moment="middle")
    with Client(fake_ims) as client:
        client.send("POST /v2/images", b"0\r\n\r\n", None, "Transfer-Encoding: chunked")
        assert client.answer()[0] == 503
