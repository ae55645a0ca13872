"""Exchanges in other forms: HAR, JSON lines, a command for the shell."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from http.client import HTTPConnection
from pathlib import Path

import pytest
from wire import Wire

from fake_ims import FakeIMS

OCTETS = {"Content-Type": "application/octet-stream"}


@pytest.fixture
def talked(fake_ims: FakeIMS, wire: Wire) -> FakeIMS:
    image = wire.post("/v2/images", {"name": "ubuntu", "disk_format": "raw",
                                     "container_format": "bare"}).json
    wire.put(f"/v2/images/{image['id']}/file", b"\xff\xfe", OCTETS)
    wire.get("/v2/images", limit=1, name="ubuntu")
    with (fake_ims.faults.add("images.show", reset_connection="before"),
          pytest.raises(ConnectionError)):
        wire.get(f"/v2/images/{image['id']}")
    return fake_ims


def test_har(talked: FakeIMS, tmp_path: Path) -> None:
    path = tmp_path / "x.har"
    text = talked.requests.har(path)
    assert path.read_text() == text
    log = json.loads(text)["log"]
    assert (log["version"], log["creator"]["name"]) == ("1.2", "fake_ims")
    # The fields that HAR 1.2 requires.
    for entry in log["entries"]:
        assert {"startedDateTime", "time", "request", "response", "cache", "timings"} <= set(entry)
        assert {"send", "wait", "receive"} <= set(entry["timings"])
        assert {"method", "url", "httpVersion", "cookies", "headers", "queryString",
                "headersSize", "bodySize"} <= set(entry["request"])
        assert {"status", "statusText", "httpVersion", "cookies", "headers", "content",
                "redirectURL", "headersSize", "bodySize"} <= set(entry["response"])
        assert {"size", "mimeType"} <= set(entry["response"]["content"])
    create, upload, listing, lost = log["entries"]
    assert create["request"]["url"] == f"{talked.url}/v2/images"
    assert json.loads(create["request"]["postData"]["text"])["name"] == "ubuntu"
    assert create["response"]["content"]["mimeType"] == "application/json"
    assert upload["request"]["bodySize"] == 2
    assert {"name": "name", "value": "ubuntu"} in listing["request"]["queryString"]
    assert (lost["response"]["status"], lost["response"]["bodySize"]) == (0, -1)
    assert lost["comment"] == "images.show resets the connection before handling"


def test_json_lines(talked: FakeIMS, tmp_path: Path) -> None:
    text = talked.requests.of("images.*").jsonl(tmp_path / "x.jsonl")
    assert (tmp_path / "x.jsonl").read_text() == text
    create, upload, _, lost = map(json.loads, text.splitlines())
    assert (create["operation"], create["status"], create["work"]) == ("images.create", 201, 201)
    assert json.loads(create["request_body"])["name"] == "ubuntu"
    assert upload["request_body"] == {"base64": "//4="}
    assert (lost["status"], len(lost["faults"])) == (0, 1)


def test_curl_hides_secrets_unless_asked(talked: FakeIMS) -> None:
    create, upload, listing, _ = (one.curl() for one in talked.requests)
    assert talked.token not in create
    words = shlex.split(create)
    assert words[:4] == ["curl", "-X", "POST", f"{talked.url}/v2/images"]
    assert "X-Auth-Token: REDACTED" in words
    assert upload.endswith("--data-binary @BODY  # the body has 2 bytes and is not text")
    assert "limit=1&name=ubuntu" in listing
    assert f"X-Auth-Token: {talked.token}" in talked.requests[0].curl(secrets=True)


def test_curl_of_a_body_that_was_not_kept(fake_ims_factory: object) -> None:
    fake: FakeIMS = fake_ims_factory(keep_bytes=4)  # type: ignore[operator]
    Wire(fake.url, fake.headers).post("/v2/images", {"name": "a long name"})
    assert fake.requests.last.request_body == b'{"na'
    assert fake.requests.last.curl().endswith(
        "the journal kept only a part of the 23 bytes of the body")


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_curl_repeats_the_request(talked: FakeIMS) -> None:
    command = talked.requests[0].curl(secrets=True)
    subprocess.run(shlex.split(command), check=True, capture_output=True, timeout=60)
    assert [image.name for image in talked.images] == ["ubuntu", "ubuntu"]
    first, last = talked.requests[0], talked.requests.last
    assert (first.request_json, first.attempt_key) == (last.request_json, last.attempt_key)


def test_curl_asks_for_a_head(fake_ims: FakeIMS) -> None:
    """With -X HEAD, curl waits for a body that does not come."""
    asking = HTTPConnection(fake_ims.url.removeprefix("http://"), timeout=30)
    asking.request("HEAD", "/v2/images", headers=fake_ims.headers)
    asking.getresponse()
    asking.close()
    command = shlex.split(fake_ims.requests.last.curl(secrets=True))
    subprocess.run([*command, "--max-time", "30", "--noproxy", "*"], check=True,
                   capture_output=True, timeout=60)
    assert [one.method for one in fake_ims.requests] == ["HEAD", "HEAD"]


def test_limits(fake_ims_factory: object) -> None:
    fake: FakeIMS = fake_ims_factory(keep_exchanges=2)  # type: ignore[operator]
    wire = Wire(fake.url, fake.headers)
    for _ in range(3):
        wire.get("/v2/images")
    assert (len(fake.requests), fake.requests.dropped) == (2, 1)
