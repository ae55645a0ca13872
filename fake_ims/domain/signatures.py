"""Requests signed with an access key (AK/SK), verified as the API gateway does.

``Authorization`` shows which of three flavours a client uses:

- ``SDK-HMAC-SHA256 Access=AK``: the secret key itself signs;
- ``SDK-HMAC-SHA256 Credential=AK/date/region/service/sdk_request``: the signing key is derived from
  the secret key and each part of the scope (older SDKs, and those for Go; parts may be empty);
- ``V11-HMAC-SHA256 Credential=AK/date/region/service``: the signing key is derived by HKDF.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Literal, Protocol, TypeVar
from urllib.parse import quote, unquote_to_bytes

from .refusal import SignatureRefused

MAX_SKEW = 15 * 60
# The gateway hashes bodies up to this size.
MAX_BODY = 12 * 2**20
UNSIGNED = "UNSIGNED-PAYLOAD"
_CONTENT = "x-sdk-content-sha256"
_EMPTY = hashlib.sha256().hexdigest()
_SCHEME = re.compile(r"\s*((?:SDK|V11)-[!-~]+)(?:\s+(.*))?\Z", re.S)
_DATE = re.compile(r"[0-9]{8}T[0-9]{6}Z\Z")
_DATE_FORMAT = "%Y%m%dT%H%M%SZ"

Flavour = Literal["plain", "scoped", "derived"]


class SigningKey(Protocol):
    """The parts of an access key that a signature needs."""

    @property
    def access(self) -> str:
        """The access key (AK)."""

    @property
    def secret(self) -> str:
        """The secret key (SK)."""

    @property
    def expires_at(self) -> float | None:
        """When a temporary key ends, in seconds since the epoch; None for never."""

    @property
    def security_token(self) -> str | None:
        """The security token of a temporary key."""


K = TypeVar("K", bound=SigningKey)
K_co = TypeVar("K_co", bound=SigningKey, covariant=True)


class KeyRing(Protocol[K_co]):
    """A source of keys, such as ``Keys``."""

    def get(self, access: str, /) -> K_co | None:
        """Return the key with this access key, if it exists."""


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """The parts of a request that a signature covers.

    Attributes:
        method: HTTP method.
        raw_path: the path as received, percent-encoded.
        raw_query: the query as received, without ``?``.
        headers: all headers; ``items()`` may repeat a name.
        body: the whole body; None if it was not read.
    """

    method: str
    raw_path: str
    raw_query: str
    headers: Mapping[str, str]
    body: bytes | None = b""


@dataclass(frozen=True, slots=True)
class Authorization:
    """The parsed ``Authorization`` header.

    Attributes:
        flavour: how the signing key is derived from the secret key.
        access: the access key.
        scope: the rest of ``Credential``.
        signed_headers: names of the signed headers, lower case and sorted.
        signature: hexadecimal digits.
    """

    flavour: Flavour
    access: str
    scope: str
    signed_headers: tuple[str, ...]
    signature: str


def access_key(authorization: str) -> str:
    """Return the access key that the header names, without reading the rest.

    Raises:
        SignatureRefused: ``signature.malformed``.
    """
    fields = _fields(authorization)[1]
    access = fields.get("access") or fields.get("credential", "").partition("/")[0]
    if not access:
        raise SignatureRefused("signature.malformed", reason="it names no access key")
    return access


def read(authorization: str) -> Authorization:
    """Parse the header's value.

    Raises:
        SignatureRefused: ``signature.malformed`` or ``signature.algorithm``.
    """
    algorithm, fields = _fields(authorization)
    access, scope = fields.get("access", ""), ""
    flavour: Flavour = "plain"
    if algorithm == "V11-HMAC-SHA256":
        flavour = "derived"
    elif algorithm != "SDK-HMAC-SHA256":
        raise SignatureRefused("signature.algorithm", algorithm=algorithm)
    elif "credential" in fields:
        flavour = "scoped"
    if flavour != "plain":
        access, _, scope = fields.get("credential", "").partition("/")
        parts = scope.split("/")
        if len(parts) != (4 if flavour == "scoped" else 3) or (
                flavour == "scoped" and parts[3] != "sdk_request"):
            raise SignatureRefused("signature.malformed", reason="its Credential has another form")
    for name, value in (("Access", access), ("SignedHeaders", fields.get("signedheaders")),
                        ("Signature", fields.get("signature"))):
        if not value:
            raise SignatureRefused("signature.malformed", reason=f"it has no {name}")
    names = {name.strip().lower() for name in fields["signedheaders"].split(";")} - {""}
    return Authorization(flavour, access, scope, tuple(sorted(names)), fields["signature"])


def _fields(authorization: str) -> tuple[str, dict[str, str]]:
    """Return the algorithm, and the fields after it by lower-case name."""
    match = _SCHEME.match(authorization)
    if match is None:
        raise SignatureRefused("signature.malformed", reason="it names no signature algorithm")
    fields: dict[str, str] = {}
    for part in (match[2] or "").split(","):
        name, _, value = part.partition("=")
        if fields.setdefault(name.strip().lower(), value.strip()) != value.strip():
            raise SignatureRefused("signature.malformed",
                                   reason=f"it has more than one {name.strip()}")
    return match[1], fields


def verify(request: SignedRequest, keys: KeyRing[K], now: float) -> K:
    """Verify a signature and return the key that made it.

    Args:
        request: the request.
        keys: the keys that the service knows.
        now: the service's time, seconds since the epoch.

    Raises:
        SignatureRefused: with the first matching row of ``contract.gateway``.
    """
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        name = name.lower()
        headers[name] = f"{headers[name]},{value.strip()}" if name in headers else value.strip()
    given = read(headers.get("authorization", ""))
    key = keys.get(given.access)
    if key is None:
        raise SignatureRefused("key.unknown", access=given.access)
    date = _date(headers.get("x-sdk-date"), now)
    if key.expires_at is not None and key.expires_at <= now:
        raise SignatureRefused("signature.token")
    _check_token(key, headers.get("x-security-token"))
    for name in given.signed_headers:
        if name not in headers:
            raise SignatureRefused("signature.header_missing", name=name)
    secret = _signing_key(given, key.secret)
    canonical = ""
    for canonical in _canonical(request, headers, given.signed_headers):
        digest = hashlib.sha256(_bytes(canonical)).hexdigest()
        algorithm = "V11-HMAC-SHA256" if given.flavour == "derived" else "SDK-HMAC-SHA256"
        lines = (algorithm, date, given.scope, digest) if given.scope else (algorithm, date, digest)
        signature = hmac.new(secret, _bytes("\n".join(lines)), "sha256").hexdigest()
        if hmac.compare_digest(_bytes(signature), _bytes(given.signature)) and (
                not given.scope or given.scope.startswith(f"{date[:8]}/")):
            return key
    raise SignatureRefused("signature.mismatch", canonical=canonical.replace("\n", "|"))


def _date(given: str | None, now: float) -> str:
    """Check that the date of the signature is at most 15 minutes off."""
    if not given:
        raise SignatureRefused("signature.date_missing")
    try:
        if not _DATE.match(given):
            raise ValueError
        signed = datetime.strptime(given, _DATE_FORMAT).replace(tzinfo=timezone.utc)
    except ValueError:
        raise SignatureRefused("signature.date_malformed", signed=given) from None
    if abs(now - signed.timestamp()) > MAX_SKEW:
        server = datetime.fromtimestamp(now, timezone.utc).strftime(_DATE_FORMAT)
        raise SignatureRefused("signature.expired", signed=given, server=server)
    return given


def _check_token(key: SigningKey, given: str | None) -> None:
    """Check that a temporary key comes with its token, and a permanent key without one."""
    if given == key.security_token:
        return
    if not given and key.security_token is not None:
        raise SignatureRefused("signature.token_missing", access=key.access)
    if given:
        raise SignatureRefused("signature.token")


def _signing_key(given: Authorization, secret: str) -> bytes:
    if given.flavour == "plain":
        return _bytes(secret)
    if given.flavour == "scoped":
        key = b"SDK" + _bytes(secret)
        for part in given.scope.split("/"):
            key = hmac.digest(key, _bytes(part), "sha256")
        return key
    # HKDF with the access key as salt. Its single block, in hexadecimal digits, is the key.
    extracted = hmac.digest(_bytes(given.access), _bytes(secret), "sha256")
    return hmac.digest(extracted, _bytes(given.scope) + b"\x01", "sha256").hex().encode()


def _canonical(
    request: SignedRequest, headers: Mapping[str, str], signed: tuple[str, ...]
) -> Iterator[str]:
    """Yield the canonical request, in each form in which SDKs build it."""
    path = quote(unquote_to_bytes(_bytes(request.raw_path)), safe="/~")
    if not path.endswith("/"):
        path += "/"
    lines = "".join(f"{name}:{headers[name]}\n" for name in signed)
    payloads = _payloads(headers.get(_CONTENT), request.body)
    for query in _queries(request.raw_query):
        for payload in payloads:
            yield "\n".join((request.method.upper(), path, query, lines, ";".join(signed), payload))


def _queries(raw: str) -> tuple[str, ...]:
    """Return the canonical query: parameters sorted as text, and if different, sorted encoded."""
    pairs = []
    for part in raw.split("&"):
        if part:
            name, _, value = part.replace("+", " ").partition("=")
            pairs.append((unquote_to_bytes(_bytes(name)), unquote_to_bytes(_bytes(value))))
    encoded = [(quote(name, safe="~"), quote(value, safe="~")) for name, value in sorted(pairs)]
    return tuple(dict.fromkeys("&".join(f"{name}={value}" for name, value in order)
                               for order in (encoded, sorted(encoded))))


def _payloads(given: str | None, body: bytes | None) -> tuple[str, ...]:
    """Return what may stand for the body: its hash, or the marker of an unsigned body."""
    if given == UNSIGNED:
        # SDKs write the hash of an empty body if there is none, whatever the header says.
        return (UNSIGNED,) if body else (_EMPTY, UNSIGNED)
    if body is None:
        raise SignatureRefused("signature.body_too_large")
    digest = hashlib.sha256(body).hexdigest()
    return (given,) if given is not None and given.lower() == digest else (digest,)


def _bytes(text: str) -> bytes:
    """Return text of a request as the bytes that were received."""
    return text.encode("utf-8", "surrogateescape")
