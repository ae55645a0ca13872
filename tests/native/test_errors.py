"""Bad input of every kind gets an error that a client can read: never a 500, never a traceback."""

from __future__ import annotations

import json
import logging
import random
from http.client import parse_headers
from io import BytesIO
from typing import Any

import pytest
from wire import JSON, OCTETS, V20, V21, Wire

from fake_ims import FakeIMS
from fake_ims.contract.operations import OPERATIONS

PROFILES = [pytest.param(name, marks=pytest.mark.fake_ims(profile=name))
            for name in ("otc", "openstack")]
KNOWN = "11111111-2222-3333-4444-555555555555"


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> Any:
    """Nothing is logged but what is nobody's fault."""
    caplog.set_level(logging.INFO)
    yield
    assert [record.getMessage() for record in caplog.get_records("call")] == []


# the body of an error

@pytest.mark.parametrize("accept", [None, "*/*", "text/html", "application/json", "text/plain",
                                    "application/xml", "a;b;c", "text/html;q=0.5, */*;q=0.1"])
def test_the_reference_has_one_body_whatever_the_client_accepts(
    wire: Wire, accept: str | None
) -> None:
    headers = {} if accept is None else {"Accept": accept}
    reply = wire.send("GET", f"/v2/images/{KNOWN}", headers=headers)
    assert reply.refusal == (404, "IMG.0144")
    assert reply.json["error"]["message"] == f"No image found with ID {KNOWN}"


@pytest.mark.parametrize(("path", "code"), [
    ("/nowhere/at/all", "IMG.0017"), ("/v2", ""), ("/v2/image", "IMG.0017"),
    ("/v2/images/", "IMG.0017"), ("//v2/images", "IMG.0017"), ("/v2//images", "IMG.0017"),
    ("/v2/images/a/b/c/d", "IMG.0017"), ("/v2.0/images", "IMG.0017"),
    ("/V2/images", "IMG.0017"), ("/v2/images/%ff", "IMG.0001"), ("/v2/images%00", "IMG.0017"),
])
def test_paths_that_lead_nowhere(wire: Wire, path: str, code: str) -> None:
    reply = wire.get(path)
    if code:
        assert reply.code == code
        assert reply.status == (400 if code == "IMG.0001" else 404)
    else:
        assert reply.status == 300


@pytest.mark.parametrize(("method", "path", "allow"), [
    ("PUT", "/v2/images", "GET, POST"),
    ("HEAD", "/v2/images", "GET, POST"),
    ("POST", f"/v2/images/{KNOWN}", "GET, PATCH, DELETE"),
    ("HEAD", f"/v2/images/{KNOWN}", "GET, PATCH, DELETE"),
    ("POST", f"/v2/images/{KNOWN}/file", "GET, PUT"),
    ("PATCH", f"/v2/images/{KNOWN}/members", "GET, POST"),
    ("POST", f"/v2/images/{KNOWN}/members/p2", "GET, PUT, DELETE"),
    ("GET", f"/v2/images/{KNOWN}/actions/deactivate", "POST"),
    ("OPTIONS", "/v2/images", "GET, POST"),
    ("TRACE", "/v2/images", "GET, POST"),
])
def test_a_method_that_a_path_does_not_have(
    wire: Wire, method: str, path: str, allow: str
) -> None:
    reply = wire.send(method, path)
    assert reply.status == 405
    assert reply.headers["Allow"] == allow
    if method != "HEAD":
        assert reply.json["error"] == {
            "code": "IMG.0105",
            "message": f"The method {method} is not allowed for this resource."}


@pytest.mark.parametrize(("method", "path"), [
    (operation.method, operation.path.format(
        image_id=KNOWN, member_id="p2", tag="t", project_id="p1", key="k", job_id="j"))
    for operation in OPERATIONS
    if operation.auth and "otc" in operation.profiles and operation.face in ("native", "ims")
])
def test_every_operation_asks_for_a_token(wire: Wire, method: str, path: str) -> None:
    for headers in ({}, {"X-Auth-Token": ""}):
        reply = wire.anonymous().send(method, path, headers=headers)
        assert reply.status == 401
        if method != "HEAD":
            assert reply.code == "IMG.0087"


@pytest.mark.parametrize("given", ["req-given", "given", "", "x" * 3000, "req-é"])
def test_the_request_id_is_the_clients_or_a_new_one(wire: Wire, given: str) -> None:
    for path in ("/", "/v2/images", "/nowhere"):
        reply = wire.send("GET", path, headers={"X-Openstack-Request-Id": given})
        answered = reply.headers["x-openstack-request-id"]
        assert answered.startswith("req-")
        if given in ("req-given", "given"):
            assert answered == "req-given"
        if given == "req-é":  # sent as a byte that is not UTF-8
            assert answered == "req-\\xe9"


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "nonsense"])
@pytest.mark.parametrize(("method", "path", "media_type"), [
    ("POST", "/v2/images", JSON), ("PUT", f"/v2/images/{KNOWN}/file", OCTETS),
    ("PATCH", f"/v2/images/{KNOWN}", V21),
])
def test_a_body_that_is_not_encoded_as_it_says(
    wire: Wire, fake_ims: FakeIMS, encoding: str, method: str, path: str, media_type: str
) -> None:
    fake_ims.images.add(id=KNOWN, status="queued")
    reply = wire.send(method, path, b"{ this is no compressed data }",
                      {"Content-Encoding": encoding, "Content-Type": media_type})
    assert reply.status in (204, 400)


# what nobody would send

TEXTS = ["", "a", "x" * 300, "x" * 3000, "\0", "a\0b", "é", "😀", "\u202e", "%", "%zz", "..",
         "../..", "'", '"', "<b>", "{}", "{0}", "%s", "%(a)s", "\\", "\n", "\r\n", "\t", " ",
         "null", "true", "-1", "1e999", "NaN", "9" * 5000, KNOWN, KNOWN.upper(), "active", "in:",
         'in:"', "gt:", "gt:2018-10-28T10:00:00Z", "lt:99999-01-01", "2018-02-31", "0000-01-01",
         "2018-10-28T10:00:00+99:99", "name", "created_at", "asc", "members", "file"]
NAMES = ["name", "id", "owner", "status", "visibility", "tags", "protected", "min_disk",
         "min_ram", "size", "checksum", "disk_format", "container_format", "locations", "self",
         "file", "schema", "members", "os_hidden", "stores", "created_at", "direct_url",
         "__os_version", "__description", "__support_kvm", "hw_firmware_type", "limit", "marker",
         "sort", "sort_key", "sort_dir", "tag", "member_status", "size_min", "size_max",
         "min_ram_max", "changes-since", "op", "path", "value", "add", "replace", "remove",
         "member", "method", "type", "input", "import_from", "uri", "all_stores", "url",
         "namespace", "display_name", "prefer", "data", "rendered", "key", "__class__", *TEXTS[:9]]
HEADERS = {
    "Content-Type": [JSON, OCTETS, V20, V21, "", "text/plain", "a/b/c", "é", ";;", "x" * 3000],
    "Accept": ["*/*", "text/html", JSON, "", "é", "a" * 3000, "application/vnd.openstack.images-v",
               "application/vnd.openstack.images-v2", "application/vnd.openstack.images-v2.é"],
    "Range": ["bytes=0-", "bytes=-", "bytes=9-1", "é", "bytes=" + "9" * 50 + "-"],
    "Content-Range": ["bytes 0-1/2", "bytes 9-1/*", "", "é"],
    "Content-Encoding": ["gzip", "deflate", "identity", "br", "é"],
    "X-Openstack-Image-Size": ["1", "-1", "a", "", "9" * 5000],
    "X-Image-Meta-Store": ["file", "", "é", "none"],
    "X-Openstack-Request-Id": ["", "é", "req-1", "x" * 3000],
    "X-Auth-Token": ["é", "a:b:c", ":", "::", "x" * 3000, ""],
    "If-None-Match": ["*", '"', "é"],
    "Expect": ["100-continue"],
}


def some_json(chance: random.Random, depth: int = 0) -> Any:
    """Any JSON, with names that mean something more often than by chance."""
    kind = chance.randrange(9 if depth < 3 else 6)
    if kind == 0:
        return chance.choice([None, True, False, 0, -1, 1.5, 2**31, 2**63, 2**64, -2**70, 1e308])
    if kind <= 5:
        return chance.choice(TEXTS)
    if kind == 6:
        return [some_json(chance, depth + 1) for _ in range(chance.randrange(4))]
    return {chance.choice(NAMES): some_json(chance, depth + 1)
            for _ in range(chance.randrange(5))}


def some_body(chance: random.Random) -> bytes:
    kind = chance.randrange(6)
    if kind == 0:
        return b""
    if kind == 1:
        return chance.randbytes(chance.choice([1, 7, 100, 5000]))
    if kind == 2:  # a patch
        return json.dumps([{"op": chance.choice(["add", "replace", "remove", *TEXTS[:5]]),
                            "path": "/" + chance.choice([*NAMES, *TEXTS]),
                            "value": some_json(chance)}]).encode()
    if kind == 3:  # an image
        return json.dumps({"name": "a", "disk_format": "raw", "container_format": "bare",
                           chance.choice(NAMES): some_json(chance)}).encode()
    return json.dumps(some_json(chance), ensure_ascii=chance.random() < 0.5).encode(
        "utf-8", "surrogatepass")


def quoted(chance: random.Random, text: str) -> bytes:
    """Percent-encoded as UTF-8 or Latin-1, or with every byte that no URL may have."""
    raw = text.encode("utf-8" if chance.random() < 0.7 else "utf-16")
    return b"".join(b"%%%02X" % byte if byte < 33 or byte > 126 or byte in b'%?#&"<>\\^`{|}'
                    else bytes([byte]) for byte in raw)


def some_request(chance: random.Random, token: str) -> bytes:
    """The bytes of a request to an operation, with junk in one place or all."""
    operation = chance.choice(OPERATIONS)
    parts = [quoted(chance, chance.choice([KNOWN, KNOWN, *TEXTS])) if part.startswith("{")
             else part.encode() for part in operation.path.split("/")]
    path = b"/".join(parts) or b"/"
    if chance.random() < 0.4:
        path += b"?" + b"&".join(
            quoted(chance, chance.choice(NAMES)) + b"=" + quoted(chance, chance.choice(TEXTS))
            for _ in range(chance.randrange(1, 4)))
    method = operation.method if chance.random() < 0.9 else chance.choice(
        ["GET", "PUT", "POST", "PATCH", "DELETE", "HEAD", "OPTIONS"])
    media_type = {"json": JSON, "patch": V21, "octets": OCTETS}.get(operation.body, JSON)
    headers = {"Host": chance.choice(["x", "x", "x", "", "é", "a b", "[::1", "x" * 3000]),
               "Connection": "close", "X-Auth-Token": token, "Content-Type": media_type}
    for name, values in HEADERS.items():
        if chance.random() < 0.08:
            headers[name] = chance.choice(values)
    body = some_body(chance)
    chunked = chance.random() < 0.1
    if chunked:
        headers["Transfer-Encoding"] = "chunked"
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
    else:
        headers["Content-Length"] = str(len(body))
    lines = [f"{name}: {value}".encode() for name, value in headers.items()]
    return method.encode() + b" " + path[:7000] + b" HTTP/1.1\r\n" + b"\r\n".join(
        lines) + b"\r\n\r\n" + body


def read(answer: bytes) -> tuple[int, str, bytes]:
    """Status, media type and body of the last answer in some bytes."""
    stream = BytesIO(answer)
    while True:
        status = int(stream.readline().split()[1])
        headers = parse_headers(stream)
        if status != 100:
            return status, headers["Content-Type"] or "", stream.read()


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("seed", range(6))
def test_junk(wire: Wire, fake_ims: FakeIMS, seed: int, profile: str) -> None:
    chance = random.Random(f"{profile}{seed}")
    for _ in range(100):
        if KNOWN not in fake_ims.images:
            fake_ims.reset(profile=profile)
            status = chance.choice(["queued", "active", "saving", "killed", "deactivated"])
            data = None if status in ("queued", "killed") else b"data"
            fake_ims.images.add(id=KNOWN, data=data, status=status)
        request = some_request(chance, fake_ims.token)
        answer = wire.raw(request)
        assert answer, request
        status, media_type, body = read(answer)
        assert status != 500, (request, answer)
        assert 200 <= status <= 501, (request, answer)
        if media_type == JSON:
            document = json.loads(body or b"null")
            if profile == "otc" and status >= 400 and body:
                # a look-up names its error otherwise
                error = document["error"] if "error" in document else next(
                    iter(document.values()))
                assert set(error) - {"title", "identity"} == {"message", "code"}
        # whatever it has done: the image can still be shown, and listed with the others
        assert wire.caller(fake_ims).get(f"/v2/images/{KNOWN}").status in (200, 404)
        assert wire.caller(fake_ims).get("/v2/images").status == 200


@pytest.mark.parametrize("request_", [
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET /v2/images HTTP/1.0\r\n\r\n",
    b"G\xffT / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"get / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"GET / HTTP/9.9\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 5000 + b"Connection: close\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
    b"POST /v2/images HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
    b"POST /v2/images HTTP/1.1\r\nHost: x\r\nContent-Length: five\r\n\r\n",
    b"POST /v2/images HTTP/1.1\r\nHost: x\r\nX-Auth-Token: t\r\n"
    b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    b"\0" * 100 + b"\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    b"\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
], ids=range(16))
def test_what_is_hardly_http(wire: Wire, request_: bytes) -> None:
    answer = wire.raw(request_ if b"HTTP/1.1\r\n\r\n" not in request_
                      else request_[:-2] + b"Connection: close\r\n\r\n")
    assert b"Traceback" not in answer
    if answer:
        assert read(answer)[0] < 500 or b"505" in answer
    assert wire.get("/v2/images").status == 200
