"""Requests signed with AK/SK: as Huawei Cloud's own SDK signs them, and tampered with."""

from __future__ import annotations

import hashlib
import hmac
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from multidict import CIMultiDict
from wire import OCTETS, Reply, Wire

from fake_ims import FakeIMS, UsageError
from fake_ims.api import gateway
from fake_ims.contract.gateway import GATEWAY_REFUSALS
from fake_ims.domain import signatures
from fake_ims.domain.keys import DEFAULT_ACCESS_KEY, DEFAULT_SECRET_KEY, AccessKey, Keys
from fake_ims.domain.refusal import SignatureRefused
from fake_ims.domain.signatures import SignedRequest, verify

# The SDK asks for the time in a way that Python 3.12 warns of, and calls a method deprecated.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*utcnow:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Method '.*' of ImsClient is deprecated:DeprecationWarning"),
]
AK, SK = DEFAULT_ACCESS_KEY, DEFAULT_SECRET_KEY
NOW = 1_700_000_000.0
DATE = "20231114T221320Z"
ISSUED = pytest.mark.fake_ims(auth="issued")


class Pair:
    """What the SDK's signers ask of credentials."""

    def __init__(self, ak: str = AK, sk: str = SK) -> None:
        self.ak, self.sk = ak, sk


def by_sdk(
    flavour: str = "plain",
    method: str = "GET",
    path: str = "/v2/images",
    query: list[tuple[str, Any]] | None = None,
    headers: dict[str, str] | None = None,
    body: bytes = b"",
    pair: Pair | None = None,
) -> SignedRequest:
    """A request as the SDK signs it, as it arrives."""
    pytest.importorskip("huaweicloudsdkcore", reason="needs huaweicloudsdkims")
    from huaweicloudsdkcore.sdk_request import SdkRequest
    from huaweicloudsdkcore.signer.signer import DerivationAKSKSigner, Signer

    request = SdkRequest(method=method, schema="http", host="ims.test:1234", resource_path=path,
                         query_params=query or [], body=body,
                         header_params={"X-Sdk-Date": DATE, **(headers or {})})
    if flavour == "plain":
        Signer(pair or Pair()).sign(request)
    else:
        DerivationAKSKSigner(pair or Pair()).sign(request, "ims", "eu-de")
    came = {name: value.encode("latin-1").decode("utf-8", "surrogateescape")
            for name, value in request.header_params.items()}
    return SignedRequest(method, quote(path, safe="/%:~"), request.uri.partition("?")[2], came,
                         body)


def by_go(
    method: str = "GET",
    path: str = "/v2/images",
    query: str = "",
    body: bytes = b"",
    *,
    scope: str = "20231114///sdk_request",
    secret: str = SK,
    date: str = DATE,
    host: str = "ims.test:1234",
) -> SignedRequest:
    """A request signed as issue 4 describes the SDK for Go; the query has to be canonical."""
    headers = {"Accept": "application/json", "Content-Type": "application/json", "Host": host,
               "User-Agent": "golangsdk/2.0.0", "X-Sdk-Date": date}
    names = sorted(name.lower() for name in headers)
    lower = {name.lower(): value for name, value in headers.items()}
    canonical = "\n".join([
        method, path.rstrip("/") + "/", query, *(f"{name}:{lower[name]}" for name in names), "",
        ";".join(names), hashlib.sha256(body).hexdigest()])
    key = f"SDK{secret}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), "sha256").digest()
    text = "\n".join(["SDK-HMAC-SHA256", date, scope,
                      hashlib.sha256(canonical.encode()).hexdigest()])
    signature = hmac.new(key, text.encode(), "sha256").hexdigest()
    headers["Authorization"] = (f"SDK-HMAC-SHA256 Credential={AK}/{scope}, "
                                f"SignedHeaders={';'.join(names)}, Signature={signature}")
    headers["X-Project-Id"] = Keys().default.project_id  # not signed
    return SignedRequest(method, path, query, headers, body)


def reason(request: SignedRequest, now: float = NOW, keys: Keys | None = None) -> str:
    """Why a request is refused; "" if it is not."""
    try:
        verify(request, Keys() if keys is None else keys, now)
    except SignatureRefused as refused:
        return refused.reason
    return ""


def changed(request: SignedRequest, **headers: str | None) -> SignedRequest:
    """The same request with other headers (``x_sdk_date="…"``; None for without)."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    kept = {name: value for name, value in request.headers.items() if name.lower() not in names}
    return replace(request, headers=kept | {name: value for name, value in names.items()
                                            if value is not None})


FLAVOURS = {"plain": lambda **more: by_sdk("plain", **more),
            "derived": lambda **more: by_sdk("derived", **more),
            "go": lambda **more: by_go(**more)}
each_flavour = pytest.mark.parametrize("flavour", FLAVOURS)


# what SDKs sign is good

@each_flavour
@pytest.mark.parametrize(("method", "body"), [
    ("GET", b""), ("POST", b'{"name": "n"}'), ("DELETE", b"{}"), ("PUT", "é".encode())])
def test_what_an_sdk_signs_is_good(flavour: str, method: str, body: bytes) -> None:
    request = FLAVOURS[flavour](method=method, body=body)
    assert verify(request, Keys(), NOW).access == AK


@pytest.mark.parametrize("authorization", [
    "V11-HMAC-SHA256 Credential=AK/20231114/eu-de/ims, SignedHeaders=host;x-sdk-date, "
    "Signature=49490c7fac838c2600c9abb49ce7511ca6e4e173261b3bd2ecfb443d353ffd35",
    "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date, "
    "Signature=32f3fdf6300f3b904534ab1fb8c7c28af7e0d318db813d8b026e9583431fceb4",
], ids=["derived", "plain"])
def test_a_vector(authorization: str) -> None:
    """Fixed, so that it holds without the SDK, too (which gave it)."""
    headers = {"X-Sdk-Date": DATE, "Host": "ims.test", "Authorization": authorization}
    keys = Keys()
    keys.add("AK", "SK", project_id="p")
    request = SignedRequest("GET", "/v2/images", "limit=1", headers)
    assert verify(request, keys, NOW).project_id == "p"


@pytest.mark.parametrize("flavour", ["plain", "derived"])
@pytest.mark.parametrize("query", [
    [("name", "a b")], [("name", "a+b")], [("name", "é✓")], [("name", "")], [("tag", "a=b&c;d")],
    [("b", "2"), ("a", "1"), ("a", "0")], [("a{", "1"), ("ab", "2")], [("a b", "1"), ("a-", "2")],
    [("x", "~-_.!*'()/:@,$")], [("x", "%41%zz")], [("__os_type", "Linux"), ("Limit", 5)],
    [("x", ["b", "a"])], [("x", True)], [("a", "\n\t\0")], [("a", "😀"), ("a", "\uffff")],
])
def test_odd_queries_that_the_sdk_signs(flavour: str, query: list[tuple[str, Any]]) -> None:
    request = by_sdk(flavour, query=query)
    assert reason(request) == ""
    assert reason(replace(request, raw_query=request.raw_query + "&z=1")) == "signature.mismatch"


@pytest.mark.parametrize("path", [
    "/", "/v2/images/", "/v2/images/a b", "/v2/images/é✓/tags/😀", "/v2/a%20b", "/v2/a%2Fb",
    "/v2//images", "/v2/~-_.!*'()", "/v2/a:b@c"])
def test_odd_paths_that_the_sdk_signs(path: str) -> None:
    request = by_sdk(path=path)
    assert reason(request) == ""
    assert reason(replace(request, raw_path=request.raw_path + "x")) == "signature.mismatch"


@pytest.mark.parametrize(("raw", "canonical"), [
    ("a=b+c", "a=b%20c"), ("a", "a="), ("a&&b=1&", "a=&b=1"), ("b=%7e&a=%c3%a9", "a=%C3%A9&b=~"),
    ("a/b=c/d&a~=~", "a%2Fb=c%2Fd&a~=~"), ("a%7B=1&ab=2", "ab=2&a%7B=1"),
    ("a%7B=1&ab=2", "a%7B=1&ab=2"), ("a=%ff", "a=%FF")])
def test_queries_as_other_clients_write_them(raw: str, canonical: str) -> None:
    assert reason(replace(by_go(query=canonical), raw_query=raw)) == ""


@pytest.mark.parametrize("value", ["  padded  ", "a  b", "é✓", "a,b;c=d", ""])
def test_odd_headers_that_the_sdk_signs(value: str) -> None:
    request = by_sdk(headers={"X-Odd": value, "X_unsigned": "1"})
    assert "x-odd" in request.headers["Authorization"]
    assert reason(request) == ""
    assert reason(changed(request, x_odd="other")) == "signature.mismatch"
    assert reason(changed(request, x_odd=None)) == "signature.header_missing"
    assert reason(changed(request, x_unsigned="2")) == ""


def test_a_header_that_comes_twice_is_joined_with_a_comma() -> None:
    request = by_sdk(headers={"X-Odd": "a,b,c"})
    pairs = [(name, value) for name, value in request.headers.items() if name != "X-Odd"]
    repeated = CIMultiDict([("x-odd", " a "), *pairs, ("X-Odd", "b,c")])
    assert reason(replace(request, headers=repeated)) == ""
    swapped = CIMultiDict([("x-odd", "b,c"), *pairs, ("X-Odd", "a")])
    assert reason(replace(request, headers=swapped)) == "signature.mismatch"


def test_a_body_that_is_not_signed() -> None:
    request = by_sdk(method="PUT", body=b"data", headers={"Content-Type": OCTETS})
    assert request.headers["X-Sdk-Content-Sha256"] == "UNSIGNED-PAYLOAD"
    assert reason(request) == ""
    assert reason(replace(request, body=b"other")) == ""
    assert reason(replace(request, body=None)) == ""
    # Without a body the SDK writes the hash of nothing, whatever the header says.
    empty = by_sdk(method="PUT", headers={"Content-Type": OCTETS})
    assert reason(empty) == reason(replace(empty, body=None)) == ""


def test_a_body_whose_hash_the_client_gives() -> None:
    digest = hashlib.sha256(b"data").hexdigest()
    request = by_sdk(method="PUT", body=b"data", headers={"X-Sdk-Content-Sha256": digest})
    assert reason(request) == ""
    assert reason(replace(request, body=b"other")) == "signature.mismatch"
    upper = by_sdk(method="PUT", body=b"data", headers={"X-Sdk-Content-Sha256": digest.upper()})
    assert reason(upper) == ""
    assert reason(replace(upper, body=b"other")) == "signature.mismatch"
    strange = by_sdk(method="PUT", body=b"data", headers={"X-Sdk-Content-Sha256": "whatever"})
    assert reason(strange) == "signature.mismatch"


def test_a_body_that_is_too_large_to_be_read() -> None:
    assert reason(replace(by_go("PUT", body=b"x"), body=None)) == "signature.body_too_large"


# tampering

@each_flavour
def test_what_is_tampered_with_is_refused(flavour: str) -> None:
    request = FLAVOURS[flavour](method="POST", body=b"{}")
    good = request.headers["Authorization"]
    wrong = "signature.mismatch"
    assert reason(request) == ""
    assert reason(replace(request, method="PUT")) == wrong
    assert reason(replace(request, raw_path="/v2/image")) == wrong
    assert reason(replace(request, raw_query="a=1")) == wrong
    assert reason(replace(request, body=b"{ }")) == wrong
    assert reason(replace(request, body=b"")) == wrong
    assert reason(changed(request, host="other")) == wrong
    assert reason(changed(request, x_sdk_date="20231114T221321Z")) == wrong
    digit = "0" if good[-1] != "0" else "1"
    assert reason(changed(request, authorization=good[:-1] + digit)) == wrong
    assert reason(changed(request, authorization=good[:-1])) == wrong
    assert reason(changed(request, authorization=good.replace("host;", ""))) == wrong
    assert reason(changed(request, authorization=good.replace(AK, "OTHER"))) == "key.unknown"
    assert reason(changed(request, x_security_token="t")) == "signature.token"
    keys = Keys()
    keys.add(AK, "another secret", project_id="p")
    assert reason(request, keys=keys) == wrong
    keys.remove(AK)
    assert reason(request, keys=keys) == "key.unknown"


@pytest.mark.parametrize(("flavour", "scope"), [
    ("derived", "20231114/eu-de/ims"), ("go", "20231114///sdk_request")])
@pytest.mark.parametrize("other", ["20231115", "x"])
def test_another_scope(flavour: str, scope: str, other: str) -> None:
    request = FLAVOURS[flavour]()
    good = request.headers["Authorization"]
    assert scope in good
    tampered = good.replace(scope, scope.replace("20231114", other))
    assert reason(changed(request, authorization=tampered)) == "signature.mismatch"
    tampered = good.replace(scope, scope.replace("/eu-de", "/eu-nl").replace("//", "/a/"))
    assert reason(changed(request, authorization=tampered)) == "signature.mismatch"


def test_a_scope_of_another_day_is_refused_though_it_is_signed() -> None:
    assert reason(by_go(scope="20231114/eu-de/ims/sdk_request")) == ""
    assert reason(by_go(scope="20231113///sdk_request")) == "signature.mismatch"


# time

@each_flavour
@pytest.mark.parametrize(("off", "expected"), [
    (900, ""), (-900, ""), (900.5, "signature.expired"), (901, "signature.expired"),
    (-900.5, "signature.expired"), (86400 * 365, "signature.expired")])
def test_fifteen_minutes(flavour: str, off: float, expected: str) -> None:
    assert reason(FLAVOURS[flavour](), NOW + off) == expected


@pytest.mark.parametrize(("date", "expected"), [
    (None, "signature.date_missing"), ("", "signature.date_missing"),
    *((date, "signature.date_malformed") for date in (
        "now", "2023-11-14T22:13:20Z", "20231314T221320Z", "20231114T221320Z ", "00000000T000000Z",
        "20231114T221360Z", "٢0231114T221320Z", "9" * 5000) if date.strip() == date),
    ("00010101T000000Z", "signature.expired"), ("99991231T235959Z", "signature.expired")])
def test_other_dates(date: str | None, expected: str) -> None:
    assert reason(changed(by_go(), x_sdk_date=date)) == expected


# temporary keys

@pytest.mark.parametrize("flavour", ["plain", "derived"])
def test_a_temporary_key_comes_with_its_token(flavour: str) -> None:
    keys = Keys()
    keys.add("TEMP", "secret", project_id="p", security_token="token")
    pair = Pair("TEMP", "secret")
    good = by_sdk(flavour, pair=pair, headers={"X-Security-Token": "token"})
    assert reason(good, keys=keys) == ""
    assert reason(by_sdk(flavour, pair=pair), keys=keys) == "signature.token_missing"
    other = by_sdk(flavour, pair=pair, headers={"X-Security-Token": "other"})
    assert reason(other, keys=keys) == "signature.token"


# nonsense

@pytest.mark.parametrize(("authorization", "expected"), [
    ("SDK-HMAC-SHA256", "signature.malformed"),
    ("SDK-HMAC-SHA256 ", "signature.malformed"),
    ("SDK-HMAC-SHA256 Access", "signature.malformed"),
    ("SDK-HMAC-SHA256 Access=,SignedHeaders=host,Signature=0", "signature.malformed"),
    (f"SDK-HMAC-SHA256 Access={AK}", "signature.malformed"),
    (f"SDK-HMAC-SHA256 Access={AK}, SignedHeaders=, Signature=0", "signature.malformed"),
    (f"SDK-HMAC-SHA256 Access={AK}, SignedHeaders=host", "signature.malformed"),
    (f"SDK-HMAC-SHA256 Access={AK}, Access=b, SignedHeaders=host, Signature=0",
     "signature.malformed"),
    (f"SDK-HMAC-SHA256 Credential={AK}, SignedHeaders=host, Signature=0", "signature.malformed"),
    (f"SDK-HMAC-SHA256 Credential={AK}/1/2/3/4, SignedHeaders=host, Signature=0",
     "signature.malformed"),
    (f"V11-HMAC-SHA256 Access={AK}, SignedHeaders=host, Signature=0", "signature.malformed"),
    (f"V11-HMAC-SHA256 Credential={AK}/1/2/3/4, SignedHeaders=host, Signature=0",
     "signature.malformed"),
    (f"SDK-HMAC-SM3 Access={AK}, SignedHeaders=host, Signature=0", "signature.algorithm"),
    (f"SDK-SM2-SM3 Access={AK}, SignedHeaders=host, Signature=0", "signature.algorithm"),
    (f"V11-HMAC-SHA1 Access={AK}, SignedHeaders=host, Signature=0", "signature.algorithm"),
    (f"SDK-HMAC-SHA256 Access={AK}, SignedHeaders=;;, Signature=0", "signature.mismatch"),
    (f"SDK-HMAC-SHA256 Access={AK}, SignedHeaders=host, Signature=é\udcff", "signature.mismatch"),
    (f"SDK-HMAC-SHA256 Access={AK}, SignedHeaders=a\nb, Signature=0", "signature.header_missing"),
    ("SDK-HMAC-SHA256 Access=é\udcff, SignedHeaders=host, Signature=0", "key.unknown"),
    ("Basic abc", "signature.malformed"), ("", "signature.malformed"),
])
def test_nonsense_is_refused(authorization: str, expected: str) -> None:
    assert reason(changed(by_go(), authorization=authorization)) == expected


def test_every_row_of_the_gateway_can_be_had() -> None:
    source = "\n".join(Path(str(module.__file__)).read_text() for module in (signatures, gateway))
    assert [key for key in GATEWAY_REFUSALS if f'"{key}"' not in source] == []


# keys as data

def test_keys_are_data() -> None:
    keys = Keys()
    assert [key.access for key in keys] == [AK]
    key = keys.add("K", "s", project_id="p", roles=["admin"], projects={"q": ["reader"]})
    assert key == AccessKey("K", "s", "p", "p-user", ("admin",), None, {"q": ("reader",)})
    assert (keys.get("K"), len(keys), "K" in keys, "L" in keys) == (key, 2, True, False)
    own, other = key.caller(), key.caller("q")
    assert own is not None
    assert other is not None
    assert (own.project_id, own.is_admin, other.project_id, other.roles) == (
        "p", True, "q", ("reader",))
    assert key.caller("z") is None
    assert "s'" not in repr(key)
    keys.remove("K")
    with pytest.raises(UsageError, match="unknown access key 'K'"):
        keys.remove("K")


@pytest.mark.parametrize("name", ["secret", "project_id"])
def test_what_a_key_lacks_is_named(name: str) -> None:
    with pytest.raises(UsageError, match=f"^{name} of access key 'K' must be a non-empty string"):
        Keys().add("K", **{"secret": "s", "project_id": "p", name: ""})


@pytest.mark.parametrize(("access", "more"), [
    ("", {}), ("a,b", {}), ("a/b", {}), ("a b", {}), ("é", {}), (None, {}), ("K", {"secret": ""}),
    ("K", {"project_id": ""}), ("K", {"roles": "member"}), ("K", {"security_token": "a\nb"}),
    (5, {}), ("K", {"secret": 5}), ("K", {"security_token": 5}),
    ("K", {"projects": {"p": "member"}})])
def test_keys_that_cannot_be(access: Any, more: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        Keys().add(access, **{"secret": "s", "project_id": "p", **more})


# over HTTP

def send_signed(
    wire: Wire,
    method: str = "GET",
    path: str = "/v2/images",
    body: bytes = b"",
    *,
    at: float | None = None,
    secret: str = SK,
    headers: dict[str, str] | None = None,
    **more: Any,
) -> Reply:
    """One request, signed by Go's way."""
    date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() if at is None else at))
    signed = by_go(method, path, body=body, date=date, host=wire.host, secret=secret,
                   scope=f"{date[:8]}///sdk_request")
    sent = {name: value for name, value in signed.headers.items() if name != "X-Project-Id"}
    return wire.anonymous().send(method, path, more.pop("content", body) or None,
                                 {**sent, **(headers or {})}, **more)


def refusal(reply: Reply) -> str:
    """The gateway's sentence, after what all have in common."""
    document = reply.json
    assert (reply.status, set(document)) == (401, {"error_code", "error_msg", "request_id"})
    assert document["error_code"] == "APIGW.0301"
    assert document["request_id"] == reply.headers["X-Request-Id"]
    common, _, rest = document["error_msg"].partition(": ")
    assert common == "Incorrect IAM authentication information"
    return str(rest)


@ISSUED
def test_a_signed_request(wire: Wire, fake_ims: FakeIMS) -> None:
    reply = send_signed(wire, "POST", body=b'{"name": "n"}')
    assert (reply.status, reply.json["owner"]) == (201, fake_ims.project_id)
    assert fake_ims.requests.last.caller == f"{fake_ims.user_id}:{fake_ims.project_id}"
    assert fake_ims.requests.last.request_json == {"name": "n"}
    assert send_signed(wire).json["images"][0]["name"] == "n"


@ISSUED
def test_refusals_over_http(wire: Wire, fake_ims: FakeIMS) -> None:
    assert refusal(send_signed(wire, secret="wrong")).startswith(
        "verify aksk signature fail, canonicalRequest:GET|/v2/images/||accept:application/json|")
    unknown = {"Authorization": "SDK-HMAC-SHA256 Access=X, SignedHeaders=host, Signature=0"}
    assert refusal(send_signed(wire, headers=unknown)) == (
        "Get secretKey failed,ak:X,err:ak not exist")
    late = refusal(send_signed(wire, at=time.time() - 1000))
    assert late.startswith("calc aksk signature fail:signature expired, signature time:20")
    assert ",server time:20" in late
    assert refusal(send_signed(wire, "PUT", "/nowhere/at/all", secret="wrong"))
    assert fake_ims.requests.last.status == 401
    assert fake_ims.requests.last.caller == ""
    assert send_signed(wire, "PUT", "/nowhere/at/all").refusal == (404, "IMG.0017")
    assert send_signed(wire, "PUT").refusal == (405, "IMG.0105")


@ISSUED
def test_the_clock_is_the_fakes(wire: Wire, fake_ims: FakeIMS) -> None:
    fake_ims.clock.advance("1h")
    assert refusal(send_signed(wire)).startswith("calc aksk signature fail:signature expired")
    assert send_signed(wire, at=time.time() + 3600).status == 200


@ISSUED
def test_a_replayed_signature_is_taken(wire: Wire) -> None:
    at = time.time() - 600
    assert send_signed(wire, at=at).status == send_signed(wire, at=at).status == 200


@ISSUED
def test_what_a_recorded_signature_is_good_for(wire: Wire, fake_ims: FakeIMS) -> None:
    date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(fake_ims.clock.now()))
    signed = by_go("POST", "/v2/images", body=b'{"name": "n"}', date=date, host=wire.host,
                   scope=f"{date[:8]}///sdk_request")

    def replay(
        method: str = "POST", path: str = "/v2/images", body: bytes = b'{"name": "n"}'
    ) -> Reply:
        return wire.anonymous().send(method, path, body, dict(signed.headers))

    # The gateway keeps no nonces: the very same request, as often as one likes.
    assert [replay().status for _ in range(2)] == [201, 201]
    image_id = replay().json["id"]
    for other in (replay(path="/v2/images/x"), replay(path="/v2/images?a=1"), replay("PUT"),
                  replay("PATCH", f"/v2/images/{image_id}"),
                  replay(body=b'{"name": "m"}'), replay(body=b""),
                  replay(path="/v3/auth/tokens")):
        if other.status == 400:  # the log-in asks for no signature, and this is no log-in
            assert other.json["error"]["title"] == "Bad Request"
        else:
            assert refusal(other).startswith("verify aksk signature fail")
    assert len(fake_ims.images) == 3
    fake_ims.clock.advance("14m")
    assert replay().status == 201
    fake_ims.clock.advance("2m")
    assert refusal(replay()).startswith("calc aksk signature fail:signature expired")
    assert len(fake_ims.images) == 4


@ISSUED
def test_the_project_of_a_signed_request(wire: Wire, fake_ims: FakeIMS) -> None:
    fake_ims._service.keys.add(AK, SK, project_id="p", projects={"q": ["reader"]})
    assert send_signed(wire).status == 200
    assert fake_ims.requests.last.tenant == "p"
    assert send_signed(wire, headers={"X-Project-Id": "q"}).status == 200
    assert (fake_ims.requests.last.tenant, fake_ims.requests.last.roles) == ("q", ("reader",))
    assert refusal(send_signed(wire, headers={"X-Project-Id": "z"})) == (
        f"ak {AK} has no project z")


@ISSUED
def test_a_token_comes_before_a_signature(wire: Wire, fake_ims: FakeIMS) -> None:
    tenant = fake_ims.tenant("p2")
    assert send_signed(wire, secret="wrong", headers=tenant.headers).status == 200
    assert fake_ims.requests.last.tenant == "p2"
    assert send_signed(wire, headers={"X-Auth-Token": "bad"}).refusal == (401, "IMG.0087")


@ISSUED
@pytest.mark.parametrize("value", ["Basic YTpi", "Bearer x", "SDK", ""])
def test_another_authorization_is_none(wire: Wire, value: str) -> None:
    reply = wire.anonymous().send("GET", "/v2/images", headers={"Authorization": value})
    assert reply.refusal == (401, "IMG.0087")


@pytest.mark.fake_ims(auth="issued", profile="openstack")
def test_plain_glance_knows_no_signatures(wire: Wire) -> None:
    assert send_signed(wire).status == 401
    assert b"APIGW" not in send_signed(wire).body


@pytest.mark.parametrize("mode", [pytest.param(mode, marks=pytest.mark.fake_ims(auth=mode))
                                  for mode in ("any", "triple")])
def test_in_other_modes_the_access_key_is_taken_at_its_word(
    wire: Wire, fake_ims: FakeIMS, mode: str
) -> None:
    assert fake_ims.auth == mode
    fake_ims._service.keys.add("K", "s", project_id="p", projects={"q": ["reader"]})
    for access, project, tenant in (
        ("K", "", "p"), ("K", "q", "q"), ("K", "other", "other"), ("X", "", fake_ims.project_id),
        ("X", "another", "another"), (AK, "", fake_ims.project_id), (AK, "other", "other"),
    ):
        for algorithm in (f"SDK-HMAC-SHA256 Access={access}", f"SDK-HMAC-SM3 Access={access}, x",
                          f"V11-HMAC-SHA256 Credential={access}/20200101/eu-de/ims, y=z"):
            headers = {"Authorization": algorithm, "X-Project-Id": project}
            assert wire.anonymous().send("GET", "/v2/images", headers=headers).status == 200
            assert fake_ims.requests.last.tenant == tenant
    headers = {"Authorization": "SDK-HMAC-SHA256 SignedHeaders=host"}
    reply = wire.anonymous().send("GET", "/v2/images", headers=headers)
    assert refusal(reply) == "Authorization header cannot be read: it names no access key"


@pytest.mark.parametrize("mode", [pytest.param(mode, marks=pytest.mark.fake_ims(auth=mode))
                                  for mode in ("any", "triple")])
def test_in_other_modes_a_project_comes_into_being(
    wire: Wire, fake_ims: FakeIMS, mode: str
) -> None:
    fake_ims._service.keys.add("K", "s", project_id="p", user_id="kim", roles=["admin"])
    fake_ims.images.add(name="secret")

    def ask(access: str, project: str, method: str = "GET", body: bytes | None = None) -> Reply:
        return wire.anonymous().send(method, "/v2/images", body, {
            "Authorization": f"SDK-HMAC-SHA256 Access={access}", "X-Project-Id": project,
            "Content-Type": "application/json"})

    made = ask("K", "new", "POST", b'{"name": "n"}')
    assert (made.status, made.json["owner"]) == (201, "new")
    assert (fake_ims.requests.last.caller, fake_ims.requests.last.roles) == (
        "kim:new", ("member", "reader"))
    project = fake_ims.identity.project("new")
    assert (project.id, project.name) == ("new", "new")
    # Others may come to it by whatever way.
    assert [image["name"] for image in ask("X", "new").json["images"]] == ["n"]
    assert fake_ims.requests.last.caller == f"{fake_ims.user_id}:new"
    assert ask(AK, "empty").json["images"] == []
    assert [image["name"] for image in ask(AK, "").json["images"]] == ["secret"]
    project.enabled = False
    assert refusal(ask("K", "new")) == "ak K has no project new"
    assert fake_ims.requests.last.caller == ""


def test_a_project_that_cannot_be_does_not_come_into_being(wire: Wire, fake_ims: FakeIMS) -> None:
    before = len(fake_ims.identity.projects)
    for name in (b"\xff", b"a\tb"):
        answer = wire.raw(b"GET /v2/images HTTP/1.1\r\nHost: h\r\nX-Project-Id: " + name
                          + b"\r\nAuthorization: SDK-HMAC-SHA256 Access=K\r\n"
                          b"Connection: close\r\n\r\n")
        assert answer[9:12] == b"401"
        assert b"ak K has no project" in answer
    assert len(fake_ims.identity.projects) == before


@ISSUED
def test_faults_see_what_is_refused(wire: Wire, fake_ims: FakeIMS) -> None:
    fake_ims.faults.add("images.list", status=503, times=1)
    assert send_signed(wire, secret="wrong").status == 503
    assert send_signed(wire, secret="wrong").status == 401


@ISSUED
def test_keys_end_with_the_reset(wire: Wire, fake_ims: FakeIMS) -> None:
    fake_ims._service.keys.add(AK, "another", project_id="p")
    assert send_signed(wire, secret="another").status == 200
    fake_ims.reset(auth="issued")
    assert send_signed(wire, secret="another").status == 401
    assert send_signed(wire).status == 200


# uploads

@ISSUED
@pytest.mark.parametrize("chunked", [False, True])
def test_a_signed_upload(wire: Wire, fake_ims: FakeIMS, chunked: bool) -> None:
    image_id = wire.create()["id"]
    path, data = f"/v2/images/{image_id}/file", b"d" * 100_000
    signed = {"X-Sdk-Content-Sha256": hashlib.sha256(data).hexdigest()}
    content = iter([data[:70_000], data[70_000:]]) if chunked else data
    # Go's way signs application/json, which an upload is not: it is let through to the handler.
    reply = send_signed(wire, "PUT", path, data, content=content, chunked=chunked, headers=signed)
    assert reply.status == 415
    assert fake_ims.requests.last.request_size == len(data)
    assert upload_by_sdk(wire, path, data, chunked=chunked).status == 204
    assert wire.download(image_id).body == data
    assert fake_ims.requests.of("images.upload")[-1].request_size == len(data)
    assert wire.show(image_id)["checksum"] == hashlib.md5(data).hexdigest()


@ISSUED
@pytest.mark.parametrize("chunked", [False, True])
def test_an_upload_of_more_than_12_mb(wire: Wire, chunked: bool) -> None:
    image_id = wire.create()["id"]
    path, data = f"/v2/images/{image_id}/file", bytes(signatures.MAX_BODY + 1)
    reply = upload_by_sdk(wire, path, data, chunked=chunked)
    assert refusal(reply) == "calc aksk signature fail:body too large"
    assert wire.status(image_id) == "queued"
    assert upload_by_sdk(wire, path, data[:-1], chunked=chunked).status == 204


@ISSUED
def test_an_upload_that_is_not_signed_may_be_larger(wire: Wire, fake_ims: FakeIMS) -> None:
    image_id = wire.create()["id"]
    data = bytes(signatures.MAX_BODY + 1)
    reply = upload_by_sdk(wire, f"/v2/images/{image_id}/file", data, unsigned=True)
    assert reply.status == 204
    assert wire.show(image_id)["size"] == len(data)
    # It went through as it came, and was not held.
    assert len(fake_ims.requests.of("images.upload")[-1].request_body) < len(data)


def upload_by_sdk(
    wire: Wire, path: str, data: bytes, *, chunked: bool = False, unsigned: bool = False
) -> Reply:
    """An upload, signed by Huawei's way, with or without its body."""
    date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    given = {"content-type": OCTETS, "host": wire.host, "x-sdk-date": date}
    if unsigned:
        given["x-sdk-content-sha256"] = "UNSIGNED-PAYLOAD"
    payload = "UNSIGNED-PAYLOAD" if unsigned else hashlib.sha256(data).hexdigest()
    canonical = "\n".join(["PUT", f"{path}/", "", *(f"{name}:{given[name]}" for name in
                                                    sorted(given)), "", ";".join(sorted(given)),
                           payload])
    text = f"SDK-HMAC-SHA256\n{date}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(SK.encode(), text.encode(), "sha256").hexdigest()
    given["Authorization"] = (f"SDK-HMAC-SHA256 Access={AK}, "
                              f"SignedHeaders={';'.join(sorted(given))}, Signature={signature}")
    parts = iter([data[i:i + 2**20] for i in range(0, len(data), 2**20)])
    # A server that refuses may close before all has been sent.
    return wire.anonymous().send("PUT", path, parts if chunked else data, given, chunked=chunked)


@ISSUED
def test_a_client_that_goes_away_in_a_signed_body(wire: Wire, fake_ims: FakeIMS) -> None:
    head = (f"POST /v2/images HTTP/1.1\r\nHost: {wire.host}\r\nContent-Length: 100\r\n"
            "Authorization: SDK-HMAC-SHA256 Access=a, SignedHeaders=b, Signature=c\r\n\r\n{")
    wire.raw(head.encode(), wait=False)
    assert wire.get("/v2/images").status == 200


@ISSUED
def test_a_reset_while_a_signed_body_comes(wire: Wire, fake_ims: FakeIMS) -> None:
    body = b'{"name": "n"}'
    date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    signed = by_go("POST", "/v2/images", body=body, date=date, host=wire.host,
                   scope=f"{date[:8]}///sdk_request")
    assert wire.interrupted("POST", "/v2/images", body, dict(signed.headers),
                            lambda: fake_ims.reset(auth="issued")) == b""
    assert len(fake_ims.images) == len(fake_ims.requests) == 0


def test_who_does_not_sign_pays_nothing() -> None:
    script = ("import sys, fake_ims, http.client\n"
              "with fake_ims.FakeIMS(auth='issued') as fake:\n"
              "    client = http.client.HTTPConnection(fake.url[7:])\n"
              "    client.request('GET', '/v2/images', headers=fake.headers)\n"
              "    assert client.getresponse().status == 200\n"
              "    fake.reset()\n"
              "print([name for name in ('domain.keys', 'domain.signatures', 'api.gateway')"
              " if 'fake_ims.' + name in sys.modules])")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True,
                          timeout=60, check=True)
    assert done.stdout.strip() == "[]"


@ISSUED
def test_nonsense_in_headers_is_never_a_500(wire: Wire, fake_ims: FakeIMS) -> None:
    good = f"SDK-HMAC-SHA256 Access={AK}, SignedHeaders=host;x-sdk-date;x-odd, Signature=00"
    date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    odd = [b"", b"\xff\xfe", "é✓".encode(), b"{access}", b"%s%n", b"=,;/|", b"a" * 4000, b"\t",
           b"-1", b"1e999", b"NaN", b"\xed\xa0\x80"]
    for name, base in (("Authorization", good), ("X-Sdk-Date", date), ("X-Odd", "o"),
                       ("X-Sdk-Content-Sha256", ""), ("X-Security-Token", ""),
                       ("X-Project-Id", ""), ("Host", wire.host)):
        for text in odd:
            headers = {"Authorization": good, "X-Sdk-Date": date, "X-Odd": "o",
                       "Host": wire.host}
            lines = {key: value.encode() for key, value in headers.items()}
            for value in (text, base.encode() + text, text + base.encode(),
                          base.encode().replace(b"=", b"=" + text)):
                lines[name] = value
                head = b"".join(key.encode() + b": " + value + b"\r\n"
                                for key, value in lines.items())
                answer = wire.raw(b"GET /v2/images HTTP/1.1\r\n" + head
                                  + b"Connection: close\r\n\r\n")
                assert answer[9:12] in (b"401", b"400"), (name, value, answer)
    assert all(exchange.status == 401 for exchange in fake_ims.requests)


@pytest.mark.parametrize("mode", [pytest.param(mode, marks=pytest.mark.fake_ims(auth=mode))
                                  for mode in ("any", "triple")])
@pytest.mark.parametrize("path", ["/v2/images", "/v3/projects?name=n", "/v3/auth/tokens",
                                  "/v3/projects", "/v3/auth/domains"])
def test_nonsense_in_headers_is_never_a_500_where_nobody_checks(
    wire: Wire, fake_ims: FakeIMS, mode: str, path: str
) -> None:
    odd = [b"", b"x", b"\xff\xfe", "é✓".encode(), b"{access}", b"%s%n", b"=,;/|", b"a" * 4000,
           b"a\tb", b"a:b", b"\x7f", b"\xed\xa0\x80", b"none", b"../x"]
    for text in odd:
        for authorization in (b"Access=" + AK.encode(), b"Access=" + text, text,
                              b"Credential=" + text + b"/x", b"Access=K, Signature=" + text):
            for name in (b"X-Project-Id", b"X-Security-Token", b"X-Sdk-Date", b"X-Subject-Token"):
                answer = wire.raw(
                    b"GET " + path.encode() + b" HTTP/1.1\r\nHost: h\r\nAuthorization: "
                    b"SDK-HMAC-SHA256 " + authorization + b"\r\n" + name + b": " + text
                    + b"\r\nConnection: close\r\n\r\n")
                assert answer[9:12] in (b"200", b"400", b"401", b"404"), (text, name, answer)
    # Whoever came into being by it can be listed.
    admin = fake_ims.tenant("boss", roles=["admin"])
    for kind in ("projects", "users", "domains"):
        listed = Wire(fake_ims.url, dict(admin.headers)).get(f"/v3/{kind}")
        assert listed.json[kind]


# Huawei Cloud's own client, as it comes from PyPI

@contextmanager
def ims_client(fake: FakeIMS, ak: str = AK, sk: str = SK, **more: Any) -> Iterator[Any]:
    """The SDK's client of a fake."""
    pytest.importorskip("huaweicloudsdkims")
    from huaweicloudsdkcore.auth.credentials import BasicCredentials
    from huaweicloudsdkims.v2 import ImsClient

    credentials = BasicCredentials(ak, sk, more.get("project_id", fake.project_id))
    if "security_token" in more:
        credentials.with_security_token(more["security_token"])
    client = ImsClient.new_builder().with_credentials(credentials).with_endpoint(fake.url).build()
    try:
        yield client
    finally:
        client.get_http_client().close()
        client.get_http_client().executor.shutdown()


@ISSUED
def test_huaweicloudsdkims_as_it_is(fake_ims: FakeIMS) -> None:
    with ims_client(fake_ims) as client:
        import huaweicloudsdkims.v2 as ims

        made = client.glance_create_image_metadata(ims.GlanceCreateImageMetadataRequest(
            body=ims.GlanceCreateImageMetadataRequestBody(
                name="from-sdk", min_disk=40, os_version="Ubuntu 22.04 server 64bit",
                tags=["a"])))
        assert (made.status, made.owner, made.name) == ("queued", fake_ims.project_id, "from-sdk")
        found = client.glance_list_images(ims.GlanceListImagesRequest(
            name="from-sdk", limit=5, sort_key="name", sort_dir="asc", visibility="private"))
        assert [image.id for image in found.images] == [made.id]
        shown = client.glance_show_image(ims.GlanceShowImageRequest(image_id=made.id))
        assert shown.os_version == "Ubuntu 22.04 server 64bit"
        client.glance_update_image(ims.GlanceUpdateImageRequest(image_id=made.id, body=[
            ims.GlanceUpdateImageRequestBody(op="replace", path="/name", value="renamed")]))
        assert fake_ims.images[made.id].name == "renamed"
        tag = ims.GlanceCreateTagRequest(image_id=made.id, tag="b")
        client.glance_create_tag(tag)
        client.glance_delete_tag(ims.GlanceDeleteTagRequest(image_id=made.id, tag="a"))
        assert list(fake_ims.images[made.id].tags) == ["b"]
        fake_ims._service.keys.add("OTHER", "other", project_id="p2")
        fake_ims.images[made.id].activate()
        client.glance_add_image_member(ims.GlanceAddImageMemberRequest(
            image_id=made.id, body=ims.GlanceAddImageMemberRequestBody(member="p2")))
        with ims_client(fake_ims, "OTHER", "other", project_id="p2") as member:
            answer = member.glance_update_image_member(ims.GlanceUpdateImageMemberRequest(
                image_id=made.id, member_id="p2",
                body=ims.GlanceUpdateImageMemberRequestBody(status="accepted")))
            assert answer.status == "accepted"
        members = client.glance_list_image_members(
            ims.GlanceListImageMembersRequest(image_id=made.id))
        assert [(one.member_id, one.status) for one in members.members] == [("p2", "accepted")]
        client.glance_delete_image_member(ims.GlanceDeleteImageMemberRequest(
            image_id=made.id, member_id="p2"))
        assert client.glance_show_image_schemas(ims.GlanceShowImageSchemasRequest()).name == "image"
        client.glance_delete_image(ims.GlanceDeleteImageRequest(
            image_id=made.id, body=ims.GlanceDeleteImageRequestBody(delete_backup=False)))
        assert made.id not in [image.id for image in fake_ims.images]


@ISSUED
def test_huaweicloudsdkims_is_refused_with_its_own_exception(fake_ims: FakeIMS) -> None:
    pytest.importorskip("huaweicloudsdkims")
    import huaweicloudsdkims.v2 as ims
    from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException

    temporary = fake_ims._service.keys.add("TEMP", "secret", project_id="p", security_token="t")
    for ak, sk, more, text in (
        (AK, "wrong", {}, "verify aksk signature fail"),
        ("UNKNOWN", SK, {}, "ak not exist"),
        (AK, SK, {"project_id": "p2"}, "has no project p2"),
        (temporary.access, temporary.secret, {"project_id": "p"}, "x-security-token not found"),
        (temporary.access, temporary.secret, {"project_id": "p", "security_token": "u"},
         "decrypt token fail"),
    ):
        with ims_client(fake_ims, ak, sk, **more) as client:
            with pytest.raises(ClientRequestException) as caught:
                client.glance_list_images(ims.GlanceListImagesRequest())
            assert (caught.value.status_code, caught.value.error_code) == (401, "APIGW.0301")
            assert text in caught.value.error_msg
            assert caught.value.request_id == fake_ims.requests.last.request_id
    with ims_client(fake_ims, "TEMP", "secret", project_id="p", security_token="t") as client:
        assert client.glance_list_images(ims.GlanceListImagesRequest()).images == []
