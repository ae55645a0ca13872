"""Secrets are masked wherever an exchange is shown, unless somebody asks for them."""

from __future__ import annotations

import json
import shlex
from http.client import HTTPConnection
from typing import Any
from urllib.parse import parse_qsl

import pytest
from wire import Wire

from fake_ims import FakeIMS
from fake_ims.journal import secrets

REAL = "REALSECRET"


def send(
    fake: FakeIMS, method: str, path: str, body: bytes | None = None, **headers: str
) -> str:
    connection = HTTPConnection(fake.url.removeprefix("http://"), timeout=30)
    connection.request(method, path, body, {name.replace("_", "-"): value
                                            for name, value in headers.items()})
    text = connection.getresponse().read().decode()
    connection.close()
    return text


def forms(fake: FakeIMS) -> dict[str, str]:
    """Everything that shows the exchanges of a fake."""
    found = {
        "curl": "\n".join(one.curl() for one in fake.requests),
        "har": fake.requests.har(), "jsonl": fake.requests.jsonl(),
        "repr": repr(list(fake.requests)) + repr(fake.requests) + repr(fake.requests.of("*")),
        "lines": str(fake.requests), "unexpected": "\n".join(fake.requests.unexpected()),
    }
    for form in ("lines", "bodies", "har", "jsonl"):
        found[f"control, {form}"] = send(
            fake, "GET", f"/_fake_ims/requests?form={form}")
    found["control, show"] = send(fake, "GET", "/_fake_ims/requests/1")
    with pytest.raises(AssertionError) as failed:
        fake.requests.assert_called("images.delete", method="DELETE", path="/v2/images/x")
    found["assertion"] = str(failed.value)
    return found


IDENTITIES: dict[str, dict[str, Any]] = {
    "password": {"methods": ["password"], "password": {"user": {
        "name": "me", "password": REAL, "domain": {"name": "d"}}}},
    "key": {"methods": ["hw_ak_sk"], "hw_ak_sk": {
        "access": {"key": REAL}, "secret": {"key": REAL}}},
    "token": {"methods": ["token"], "token": {"id": REAL}},
    "passcode": {"methods": ["totp"], "totp": {"user": {"id": "u", "passcode": REAL}}},
    "number": {"methods": ["password"], "password": {"user": {"password": 471147114711}}},
    "application credential": {"methods": ["application_credential"], "application_credential": {
        "id": "x", "secret": REAL}},
}


@pytest.mark.parametrize("kind", IDENTITIES)
def test_a_log_in(fake_ims: FakeIMS, kind: str) -> None:
    body = json.dumps({"auth": {"identity": IDENTITIES[kind], "scope": "unscoped"}})
    send(fake_ims, "POST", "/v3/auth/tokens", body.encode(), Content_Type="application/json",
         Cookie=f"session={REAL}", X_Auth_Token=REAL)
    for form, text in forms(fake_ims).items():
        assert REAL not in text, form
        assert "471147114711" not in text, form
    assert "unscoped" in fake_ims.requests[0].curl()


@pytest.mark.parametrize("body", [
    b'{"auth": {"identity": {"hw_ak_sk": {"secret": {"key": "REALSECRET"', b"auth=REALSECRET",
    b"[" * 100_000 + b"REALSECRET", b'{"auth": "REALSECRET\xff"}',
    '{"auth": {"password": "REALSECRET"}}'.encode("utf-16"),
    b'{"auth": {"pass\\u0077ord": "REALSECRET"}}',
    b'{"password": "REALSECRET", "password": null}',
])
def test_a_log_in_that_cannot_be_read(fake_ims: FakeIMS, body: bytes) -> None:
    send(fake_ims, "POST", "/v3/auth/tokens", body, Content_Type="application/json")
    for form, text in forms(fake_ims).items():
        assert REAL not in text, form
        assert "R\\u0000E\\u0000A" not in text, form


@pytest.mark.parametrize("profile", ["otc", "openstack"])
def test_the_token_of_an_answer(fake_ims_factory: Any, profile: str) -> None:
    fake: FakeIMS = fake_ims_factory(profile=profile)
    answer = Wire(fake.url, {}).post("/v3/auth/tokens", {"auth": {
        "identity": {"methods": ["password"], "password": {"user": {
            "name": fake.username, "password": fake.password,
            "domain": {"name": fake.user_domain_name}}}},
        "scope": {"project": {"name": fake.project_name,
                              "domain": {"name": fake.user_domain_name}}}}})
    token = answer.headers["X-Subject-Token"]
    Wire(fake.url, {"X-Auth-Token": token}).get("/v2/images")
    for form, text in forms(fake).items():
        assert token not in text, form
        assert fake.password not in text, form
    shown = json.loads(fake.requests[0:1].jsonl())
    assert shown["response_headers"]["X-Subject-Token"] == "REDACTED"
    document = json.loads(shown["response_body"])
    assert document["token"]["user"]["name"] == fake.username
    assert document["token"]["catalog"]
    assert token in fake.requests[0:1].jsonl(secrets=True)
    assert token in fake.requests.har(secrets=True)
    assert fake.password in fake.requests[0].curl(secrets=True)


@pytest.mark.parametrize("name", [
    "X-Auth-Token", "Authorization", "Cookie", "X-Subject-Token", "X-Security-Token",
    "X-Service-Token", "Proxy-Authorization", "X-Api-Key", "x-amz-security-token",
    "X-My-Password", "X-Fake-Ims-Control",
])
def test_headers(fake_ims: FakeIMS, name: str) -> None:
    send(fake_ims, "GET", "/v2/images", None, **{name.replace("-", "_"): REAL})
    for form, text in forms(fake_ims).items():
        assert REAL not in text, form
    words = shlex.split(fake_ims.requests[0].curl())
    assert f"{name}: REDACTED" in words
    assert f"{name}: {REAL}" in shlex.split(fake_ims.requests[0].curl(secrets=True))


def test_headers_of_answers_and_sentences_of_faults(fake_ims: FakeIMS) -> None:
    fake_ims.faults.add("images.list", response_headers={"Set-Cookie": REAL},
                        response_body={"access_key": REAL})
    fake_ims.faults.add("images.list", request_headers={"X-Auth-Token": REAL}, delay="1ms")
    send(fake_ims, "GET", "/v2/images", X_Auth_Token=REAL)
    assert len(fake_ims.requests.last.faults) == 2
    for form, text in forms(fake_ims).items():
        assert REAL not in text, form


@pytest.mark.parametrize("query", [
    f"X-Amz-Signature={REAL}&limit=1", f"limit=1;token={REAL}",
    f"AccessKeyId={REAL}&Signature={REAL}",
    f"pass%77ord={REAL}", f"url=http://me:{REAL}@host/", f"url=http%3A%2F%2Fme%3A{REAL}%40host",
    f"url=https%3A%2F%2Fhost%2F%3FX-Amz-Credential%3D{REAL}",
])
def test_queries(fake_ims: FakeIMS, query: str) -> None:
    send(fake_ims, "GET", f"/v2/images?{query}")
    for form, text in forms(fake_ims).items():
        assert REAL not in text, form
    shown = json.loads(fake_ims.requests.jsonl())["query"]
    assert [name for name, _ in parse_qsl(shown)] == [name for name, _ in parse_qsl(query)]


BODIES = [
    {"name": "a", "admin_pass": REAL}, {"ak": REAL, "sk": REAL}, {"Set-Cookie": REAL},
    {"method": {"name": "web-download", "uri": f"http://me:{REAL}@host/x"}},
    {"uri": f"https://obs/x?AccessKeyId=a&Signature={REAL}"},
    {"credential": {"access": REAL, "secret": REAL, "securitytoken": REAL}},
]
# The name and the value are apart from each other.
APART: list[object] = [
    {"tags": [{"key": "db_password", "value": REAL}]}, {"tokens": [REAL, {"id": 1}]},
    [{"op": "add", "path": "/client_secret", "value": REAL}],
]


@pytest.mark.parametrize("body", [*BODIES, *APART])
def test_a_masked_body_is_still_json(body: object) -> None:
    masked = secrets.body(json.dumps(body).encode(), "/v2/images", "application/json")
    assert REAL.encode() not in masked
    assert type(json.loads(masked)) is type(body)


@pytest.mark.parametrize("body", BODIES)
def test_a_body_that_was_cut(body: object) -> None:
    content = json.dumps(body).encode()
    content = content[: content.rindex(REAL.encode()) + len(REAL)]
    assert REAL.encode() not in secrets.body(content, "/v2/images", "application/json")


@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize("body", [
    *APART, {"token": {"id": REAL, "x": [[], {}, -1.5e3, True, None]}},
    {"é\\": "\U0001f600\"", "access": {"key": REAL}, "z": "é\U0001f600\\"},
])
def test_a_body_that_was_cut_anywhere(body: Any, ascii_only: bool) -> None:
    """What the names say in a whole document, they say in each beginning of it."""
    content = json.dumps({"x": body, "end": [1]}, ensure_ascii=ascii_only).encode()
    for size in range(1, len(content)):
        masked = secrets.body(content[:size], "/v2/images", "application/json")
        assert b"RE" not in masked.replace(b"REDACTED", b""), content[:size]
        if b"RE" in content[:size]:
            assert b"REDACTED" in masked, content[:size]


@pytest.mark.parametrize("body", [
    b'{"name":"a",  "os_hidden": false, "img_signature": "abc"}', b"\x00\xff token=x", b"",
    b'{"image": "token", "list": ["password"], "ratio": 1.50}', b'{"token": null, "x": 1e3}',
])
def test_what_has_no_secret_stays_as_it_was(body: bytes) -> None:
    assert secrets.body(body, "/v2/images", "application/json" if body[:1] == b"{" else
                        "application/octet-stream") is body


@pytest.mark.parametrize("content", [b"a" * 200_000, b"a " * 100_000, b'"a' * 100_000,
                                     b"a:" * 100_000, b"{" + b'"a":' * 50_000, b"\\" * 200_000,
                                     b'{"token":' + b"[" * 200_000, b'{"token":"' * 50_000,
                                     b'{"token":' * 50_000, b'{"token":"' + b"\\" * 200_001])
def test_a_body_takes_no_time_to_mask(content: bytes) -> None:
    """Steps grow with the size of a body, not with its square: these would take minutes."""
    secrets.body(content, "/v2/images", "application/json")
    secrets.query(content.decode())
