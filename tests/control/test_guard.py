"""Which requests may control a fake: none that a page of another site in a browser can send."""

from __future__ import annotations

import socket
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from fake_ims import FakeIMS
from fake_ims.control.server import MAX_BODY
from fake_ims.errors import UsageError

JSON = {"Content-Type": "application/json"}


def send(fake: FakeIMS, method: str, path: str, **headers: str) -> int:
    """Send a request without a body, with these headers and no others but Host; its status."""
    connection = HTTPConnection(urlsplit(fake.url).netloc, timeout=30)
    try:
        connection.putrequest(method, f"/_fake_ims{path}", skip_host="Host" in headers,
                              skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


BODILESS = ["/reset", "/images/disk/kill", "/images/disk/activate", "/jobs/last/succeed",
            "/lifecycle/kill_next", "/job_failures"]


@pytest.mark.parametrize("path", BODILESS)
def test_a_page_cannot_post_without_a_body(fake_ims: FakeIMS, path: str) -> None:
    fake_ims.images.add(name="disk", status="queued")
    page = {"Origin": "http://evil.example", "Sec_Fetch_Site": "cross-site"}
    # What a page can send to another site without asking first.
    for plain in ({}, {"Content_Length": "0"}, {"Content_Type": "text/plain"},
                  {"Content_Type": "application/x-www-form-urlencoded"}):
        assert send(fake_ims, "POST", path, **plain) == 415
        assert send(fake_ims, "POST", path, **plain, **page) == 403
    # Not even with what it cannot send.
    assert send(fake_ims, "POST", path, Content_Type="application/json", **page) == 403
    assert [image.status for image in fake_ims.images] == ["queued"]


@pytest.mark.parametrize("headers", [
    {"Content_Type": "application/json"}, {"Content_Type": "application/json; charset=utf-8"},
    {"X_Fake_Ims_Control": "any"},
])
def test_what_a_post_without_a_body_sends(fake_ims: FakeIMS, headers: dict[str, str]) -> None:
    fake_ims.images.add(name="disk")
    assert send(fake_ims, "POST", "/reset", **headers) == 200
    assert len(fake_ims.images) == 0
    assert send(fake_ims, "DELETE", "/faults") == 204  # a page can send none


@pytest.mark.parametrize(("headers", "status"), [
    ({"Sec_Fetch_Site": "same-origin"}, 200), ({"Sec_Fetch_Site": "none"}, 200),
    ({"Sec_Fetch_Site": "cross-site"}, 403), ({"Sec_Fetch_Site": "same-site"}, 403),
    ({"Sec_Fetch_Site": "new"}, 403),
    ({"Origin": "null"}, 403), ({"Origin": ""}, 403), ({"Origin": "http://["}, 403),
    ({"Origin": "http://127.0.0.1:1"}, 403), ({"Origin": "http://evil.example"}, 403),
    ({"Host": "evil.example"}, 403), ({"Host": "evil.example:80"}, 403), ({"Host": ""}, 403),
    ({"Host": "127.0.0.1.evil.example"}, 403), ({"Host": "localhost.evil.example"}, 403),
    ({"Host": "evil.example/localhost"}, 403), ({"Host": "localhost@evil.example"}, 403),
    ({"Host": "192.0.2.7"}, 403), ({"Host": "[2001:db8::7]"}, 403), ({"Host": "::1"}, 403),
    ({"Host": "0x7f.1"}, 403), ({"Host": "evil.localhost.example"}, 403),
    ({"Host": "localhost"}, 200), ({"Host": "LocalHost:80"}, 200), ({"Host": "localhost."}, 200),
    ({"Host": "fake.localhost:1"}, 200), ({"Host": "127.0.0.1"}, 200),
    ({"Host": "127.8.8.8:99"}, 200), ({"Host": "[::1]:80"}, 200),
    ({"Host": "localhost:7", "Origin": "http://localhost:7"}, 200),
    ({"Host": "localhost:7", "Origin": "http://localhost:8"}, 403),
])
def test_host_origin_and_site(fake_ims: FakeIMS, headers: dict[str, str], status: int) -> None:
    assert send(fake_ims, "GET", "/state", **headers) == status


def test_two_hosts_and_none(fake_ims: FakeIMS) -> None:
    host, port = urlsplit(fake_ims.url).netloc.split(":")
    for lines in (b"", b"Host: localhost\r\nHost: evil.example\r\n"):
        with socket.create_connection((host, int(port)), timeout=30) as sock:
            sock.sendall(b"GET /_fake_ims/state HTTP/1.1\r\nConnection: close\r\n" + lines
                         + b"\r\n")
            answer = b"".join(iter(lambda: sock.recv(65536), b""))
        assert answer.split()[1] in (b"400", b"403"), answer


def test_allowed_hosts(fake_ims_factory: Any) -> None:
    fake = fake_ims_factory(allowed_hosts=["fake-ims", "Build.Example.", "192.0.2.7",
                                           "2001:db8::7"])
    for host in ("fake-ims", "FAKE-IMS:8080", "build.example", "192.0.2.7:1", "[2001:db8::7]:1"):
        assert send(fake, "GET", "/state", Host=host) == 200, host
    assert send(fake, "GET", "/state", Host="fake-ims.evil.example") == 403
    assert send(fake, "GET", "/state", Host="fake-ims", Origin="http://evil.example") == 403


@pytest.mark.parametrize("given", [
    "fake-ims", ["http://fake-ims"], ["fake-ims:8080"], ["a b"], [""], ["*"], [7], None, ["\ud800"],
])
def test_allowed_hosts_that_are_none(given: Any) -> None:
    with pytest.raises(UsageError, match="allowed_hosts"):
        FakeIMS(allowed_hosts=given)


@pytest.mark.parametrize("given", [" t", "t ", "", " ", "a\nb", "\ud800", 7])
def test_tokens_that_no_header_can_contain(given: Any) -> None:
    with pytest.raises(UsageError, match="control_token"):
        FakeIMS(control_token=given)


@pytest.mark.parametrize(("sent", "status"), [
    (b"\xff", 401), ("é".encode("latin-1"), 401), (b"", 401), (b"t", 200),
])
def test_a_token_of_any_bytes(fake_ims_factory: Any, sent: bytes, status: int) -> None:
    fake = fake_ims_factory(control_token="t")
    connection = HTTPConnection(urlsplit(fake.url).netloc, timeout=30)
    try:
        connection.putrequest("GET", "/_fake_ims/state")
        connection.putheader("X-Fake-Ims-Control", sent)
        connection.endheaders()
        assert connection.getresponse().status == status
    finally:
        connection.close()


def test_a_token_that_is_not_ascii(fake_ims_factory: Any) -> None:
    fake = fake_ims_factory(control_token="schlüssel")
    connection = HTTPConnection(urlsplit(fake.url).netloc, timeout=30)
    try:
        connection.request("GET", "/_fake_ims/state",
                           headers={"X-Fake-Ims-Control": "schlüssel".encode()})
        assert connection.getresponse().status == 200
    finally:
        connection.close()


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_is_too_large(fake_ims: FakeIMS, chunked: bool) -> None:
    connection = HTTPConnection(urlsplit(fake_ims.url).netloc, timeout=60)
    piece = b" " * 2**20
    body = (piece for _ in range(MAX_BODY // 2**20 + 2))
    length = {} if chunked else {"Content-Length": str(MAX_BODY + 1)}
    try:
        if chunked:
            connection.request("POST", "/_fake_ims/reset", body, JSON, encode_chunked=True)
        else:
            connection.request("POST", "/_fake_ims/reset", None, {**JSON, **length})
        assert connection.getresponse().status == 413
    finally:
        connection.close()


def test_a_body_that_is_not_framed_as_it_says(fake_ims: FakeIMS) -> None:
    host, port = urlsplit(fake_ims.url).netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=30) as sock:
        sock.sendall(b"POST /_fake_ims/reset HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                     b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n")
        answer = b"".join(iter(lambda: sock.recv(65536), b""))
    assert answer.split()[1] == b"400"
