"""Bytes that are not UTF-8, anywhere in a request: an answer, no word in the log, whole exports."""

from __future__ import annotations

import json
import logging
import os
import shlex
import socket
import struct
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from serving import COMMAND, DEADLINE, command, line_of, wait_for

from fake_ims import FakeIMS

BYTES = b"q\xff\xfe\xe9"
HEADERS = [
    b"Host", b"X-Auth-Token", b"X-Openstack-Request-Id", b"Content-Type", b"Accept", b"Cookie",
    b"Authorization", b"User-Agent", b"X-Fake-Ims-Control", b"Range", b"X-Language", b"Expect",
    b"X-Subject-Token", b"X-Sdk-Date", b"Transfer-Encoding", b"Content-Encoding", b"Connection",
    b"Content-Length", b"Accept-Encoding", b"X-Image-Meta-Store", b"X-Any", b"X-" + BYTES,
]
TARGETS = [
    (b"GET", b"/v2/images"), (b"POST", b"/v2/images"), (b"PUT", b"/v2/images/x/file"),
    (b"GET", b"/v2/cloudimages"), (b"GET", b"/v1/p/jobs/x"), (b"POST", b"/v3/auth/tokens"),
    (b"GET", b"/v3/auth/tokens"), (b"GET", b"/_fake_ims/state"), (b"GET", b"/nowhere"),
]
PATHS = [
    b"/v2/images" + BYTES, b"/v2/images/" + BYTES, b"/v2/images/" + BYTES + b"/file",
    b"/v2/images/x/tags/" + BYTES, b"/v2/images/x/members/" + BYTES, b"/v2/images?name=" + BYTES,
    b"/v2/images?limit=" + BYTES, b"/v2/images?" + BYTES + b"=1", b"/v2/images?%ff=%fe",
    b"/v2/images?token=" + BYTES, b"/v2/images/%ff%fe", b"/v1/" + BYTES + b"/jobs/x",
    b"/v3/users/" + BYTES, b"/v3/users?name=" + BYTES, b"/_fake_ims/" + BYTES,
    b"/_fake_ims/images/" + BYTES, b"/_fake_ims/requests?operation=" + BYTES, b"//" + BYTES, BYTES,
]


def send(url: str, data: bytes) -> bytes:
    """The answer to bytes on a connection of its own."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=DEADLINE) as sock:
        sock.sendall(data)
        answer = b""
        while piece := sock.recv(65536):
            answer += piece
    return answer


def request(fake: FakeIMS, method: bytes, target: bytes, bad: bytes | None = None) -> bytes:
    body = b'{"name": "a"}' if method != b"GET" else b""
    headers = {
        b"Host": b"x", b"X-Auth-Token": fake.token.encode(), b"Content-Type": b"application/json",
        b"Content-Length": b"%d" % len(body), b"Connection": b"close",
    }
    if bad is not None:
        headers[bad] = BYTES
    lines = b"".join(b"%s: %s\r\n" % pair for pair in headers.items())
    if bad == b"Connection":
        lines += b"Connection: close\r\n"
    return send(fake.url, b"%s %s HTTP/1.1\r\n%s\r\n%s" % (method, target, lines, body))


def check_what_shows_them(fake: FakeIMS) -> None:
    """Everything can be encoded and parsed."""
    for one in fake.requests:
        for text in (one.line(), repr(one), one.curl(), one.curl(secrets=True)):
            text.encode()
        assert shlex.split(one.curl())
        assert one.attempt_key
    for secrets in (False, True):
        assert len(json.loads(fake.requests.har(secrets=secrets).encode())["log"]["entries"]) == (
            len(fake.requests))
        for line in fake.requests.jsonl(secrets=secrets).splitlines():
            # Strict parsers refuse a lone surrogate.
            json.dumps(json.loads(line), ensure_ascii=False).encode()
    "\n".join(fake.requests.unexpected()).encode()
    assert fake.requests.where(request_headers={"User-Agent": "none"}) == []
    with pytest.raises(AssertionError) as failed:
        fake.requests.assert_called("images.create", request_headers={"User-Agent": "none"})
    str(failed.value).encode()
    for encoding in ("utf-8:strict", "ascii:strict"):
        done = subprocess.run(
            [*COMMAND, "ctl", "--url", fake.url, "requests", "form=bodies"], timeout=DEADLINE,
            capture_output=True, env={**os.environ, "PYTHONIOENCODING": encoding}, check=False)
        assert (done.returncode, done.stderr) == (0, b"")
        assert len(json.loads(done.stdout)["requests"]) == len(fake.requests)


@pytest.mark.parametrize("profile", ["otc", "openstack"])
def test_in_headers_and_targets(
    fake_ims_factory: Any, profile: str, caplog: pytest.LogCaptureFixture
) -> None:
    fake: FakeIMS = fake_ims_factory(profile=profile)
    for method, target in TARGETS:
        for header in HEADERS:
            answer = request(fake, method, target, header)
            assert 200 <= int(answer.split()[1]) < 500, (method, target, header, answer)
    for path in PATHS:
        answer = request(fake, b"GET", path)
        assert 200 <= int(answer.split()[1]) < 500, (path, answer)
    assert len(fake.requests) > 100
    check_what_shows_them(fake)
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("auth", ["issued", "triple"])
def test_in_tokens(fake_ims_factory: Any, auth: str, caplog: pytest.LogCaptureFixture) -> None:
    fake: FakeIMS = fake_ims_factory(auth=auth, control_token="t")
    for token in (BYTES, b"u" + BYTES + b":p:member", b"u:p" + BYTES + b":member", b"u:p:" + BYTES):
        for header in (b"X-Auth-Token", b"X-Fake-Ims-Control"):
            for path in (b"/v2/images", b"/_fake_ims/state"):
                answer = send(fake.url, b"GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                              b"%s: %s\r\n\r\n" % (path, header, token))
                assert answer.startswith((b"HTTP/1.1 401", b"HTTP/1.1 403")), answer
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_in_the_log_line_of_serve(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    with command("serve", "--ready-file", str(ready),
                 env={**os.environ, "PYTHONIOENCODING": "ascii"}) as process:
        url = wait_for(ready)["url"]
        for _ in range(5):
            line_of(process.stdout)
        for path in (b"/v2/images/%ff%fe", b"/v2/images?name=%ff"):
            send(url, b"GET %s HTTP/1.1\r\nHost: %s\r\nX-Auth-Token: t\r\nConnection: close\r\n\r\n"
                 % (path, BYTES))
            assert "images" in line_of(process.stdout)
        process.terminate()
        assert process.communicate(timeout=DEADLINE) == ("", "")


@pytest.mark.parametrize("request_line", [
    b"PUT /v2/images/x/file", b"POST /v2/images", b"POST /v3/auth/tokens", b"GET /nowhere",
    b"POST /_fake_ims/images",
])
def test_a_client_that_expects_an_answer_and_is_gone(
    request_line: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with FakeIMS() as fake:
        parts = urlsplit(fake.url)
        for turn in range(100):
            with socket.create_connection((parts.hostname, parts.port)) as sock:
                # Closing resets the connection.
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                sock.sendall(request_line + b" HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                             b"Content-Type: application/json\r\nContent-Length: 5\r\n\r\n"
                             + b"{}   "[: turn % 6])
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_what_a_client_expects(fake_ims: FakeIMS) -> None:
    head = b"POST /v2/images HTTP/1.1\r\nHost: x\r\nX-Auth-Token: t\r\nConnection: close\r\n"
    body = b"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
    assert send(fake_ims.url, head + b"Expect: 100-Continue\r\n" + body).startswith(
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201")
    assert send(fake_ims.url, head + b"Expect: rain\r\n" + body).startswith(b"HTTP/1.1 417")
