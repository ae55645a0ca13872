"""Signatures of OBS requests, in the three schemes that clients use.

- ``OBS AK:signature`` (HMAC-SHA1; headers ``x-obs-…``): pages *Authentication of Signature in a
  Header* and *… in a URL*;
- ``AWS AK:signature``: the same with ``x-amz-…``, known as S3's version 2;
- ``AWS4-HMAC-SHA256``: S3's version 4. Region and service of its scope may be any.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from ..numbers import whole
from ..refusal import Refused
from .place import Place

if TYPE_CHECKING:
    from ..keys import AccessKey, Keys

MAX_SKEW = 15 * 60
UNSIGNED = "UNSIGNED-PAYLOAD"
_ISO = "%Y%m%dT%H%M%SZ"
_V4 = "AWS4-HMAC-SHA256"
_SAFE = "-_.~"
# Parameters of the query that versions 1 and 2 sign.
_SIGNED = frozenset({
    "acl", "append", "attname", "backtosource", "cors", "customdomain", "delete", "deletebucket",
    "directcoldaccess", "encryption", "inventory", "length", "lifecycle", "location", "logging",
    "metadata", "modify", "name", "notification", "object-lock", "partnumber", "policy",
    "position", "quota", "rename", "replication", "requestpayment", "response-cache-control",
    "response-content-disposition", "response-content-encoding", "response-content-language",
    "response-content-type", "response-expires", "restore", "retention", "storageclass",
    "storageinfo", "storagepolicy", "tagging", "torrent", "truncate", "uploadid", "uploads",
    "versionid", "versioning", "versions", "website",
})


@dataclass(frozen=True, slots=True)
class Asked:
    """The parts of a request that signatures cover.

    Attributes:
        method: HTTP method.
        raw_path: the path as received, percent-encoded.
        raw_query: the query as received, without ``?``.
        headers: all headers, names in lower case; those that came twice are joined by commas.
        place: what the request is about.
    """

    method: str
    raw_path: str
    raw_query: str
    headers: Mapping[str, str]
    place: Place

    def query(self) -> dict[str, str]:
        """The decoded query, the first value of each name."""
        found: dict[str, str] = {}
        for name, value in self.pairs():
            found.setdefault(name, value)
        return found

    def pairs(self) -> Iterator[tuple[str, str]]:
        """The decoded query, in order."""
        for part in filter(None, self.raw_query.split("&")):
            name, _, value = part.partition("=")
            yield unquote(name), unquote(value)


@dataclass(frozen=True, slots=True)
class Chunks:
    """What signs the chunks of an ``aws-chunked`` body: each signature covers the one before.

    Attributes:
        key: the signing key.
        date: of the signature.
        scope: of the signature.
        seed: the signature of the headers.
    """

    key: bytes
    date: str
    scope: str
    seed: str

    def sign(self, before: str, *digests: str, kind: str = "PAYLOAD") -> str:
        """Return the signature of a chunk, or of the trailer, after the one before it."""
        return _hex(self.key, "\n".join((f"{_V4}-{kind}", self.date, self.scope, before, *digests)))


@dataclass(frozen=True, slots=True)
class Signed:
    """A valid signature.

    Attributes:
        key: the access key that has signed.
        payload: what version 4 says about the body: its SHA-256, ``UNSIGNED-PAYLOAD``, or that it
            comes in chunks; empty in the other schemes.
        chunks: how chunks are signed; None unless it is version 4.
    """

    key: AccessKey
    payload: str = ""
    chunks: Chunks | None = None


def dialect(authorization: str, query: str) -> str:
    """Return the prefix of the scheme's headers: ``obs`` or ``amz``."""
    if authorization.startswith("AWS") or "X-Amz-Signature=" in query or "AWSAccess" in query:
        return "amz"
    return "obs"


def verify(asked: Asked, keys: Keys, now: float, *, strict_time: bool) -> Signed:
    """Verify the signature of a request.

    Args:
        asked: the request.
        keys: the keys that the service knows.
        now: the service's time, seconds since the epoch.
        strict_time: whether the date of a signature in a header may be 15 minutes off at most.

    Raises:
        Refused: ``obs.AccessDenied`` (there is no signature, or it has expired),
            ``obs.InvalidAccessKeyId``, ``obs.SignatureDoesNotMatch``,
            ``obs.RequestTimeTooSkewed``.
    """
    given = asked.headers.get("authorization", "")
    query = asked.query()
    if given.startswith(_V4):
        fields = dict(_field(part) for part in given[len(_V4):].split(","))
        date = asked.headers.get("x-amz-date") or _iso(asked.headers.get("date", ""))
        return _version_4(asked, keys, fields, date, now if strict_time else None)
    if "X-Amz-Signature" in query:
        fields = {name: query.get(f"X-Amz-{name}", "")
                  for name in ("Credential", "SignedHeaders", "Signature")}
        date = query.get("X-Amz-Date", "")
        lasts = whole(query.get("X-Amz-Expires", ""))
        if lasts is None or _time(date) + lasts < now:
            raise Refused("obs.AccessDenied", reason="The request has expired.")
        return _version_4(asked, keys, fields, date, None)
    prefix = dialect(given, asked.raw_query)
    if given:
        access, _, signature = given.partition(" ")[2].strip().rpartition(":")
        own = asked.headers.get(f"x-{prefix}-date")
        shown = own or asked.headers.get("date", "")
        if strict_time:
            _check_time(_time(shown), now)
        _time(shown)
        return _version_2(asked, keys, prefix, access, signature, "" if own else shown)
    access = query.get("AWSAccessKeyId" if prefix == "amz" else "AccessKeyId", "")
    signature = query.get("Signature", "").replace(" ", "+")
    if not access or not signature:
        raise Refused("obs.AccessDenied", reason="The request has no signature.")
    expires = query.get("Expires", "")
    if (whole(expires) or 0) < now:
        raise Refused("obs.AccessDenied", reason="The request has expired.")
    return _version_2(asked, keys, prefix, access, signature, expires)


def _known(asked: Asked, keys: Keys, access: str, prefix: str) -> AccessKey:
    key = keys.get(access)
    query = asked.query()
    token = asked.headers.get(f"x-{prefix}-security-token") or query.get(
        f"x-{prefix}-security-token") or query.get("X-Amz-Security-Token")
    if key is None or (key.security_token or "") != (token or ""):
        raise Refused("obs.InvalidAccessKeyId", access=access)
    return key


def _version_2(
    asked: Asked, keys: Keys, prefix: str, access: str, signature: str, date: str
) -> Signed:
    key = _known(asked, keys, access, prefix)
    headers = asked.headers
    own = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers)
                  if name.startswith(f"x-{prefix}-"))
    head = "\n".join((asked.method, headers.get("content-md5", ""),
                      headers.get("content-type", ""), date, own))
    for resource in _resources(asked, prefix):
        digest = hmac.digest(key.secret.encode(), _bytes(head + resource), "sha1")
        if hmac.compare_digest(base64.b64encode(digest), _bytes(signature)):
            return Signed(key)
    raise Refused("obs.SignatureDoesNotMatch")


def _resources(asked: Asked, prefix: str) -> list[str]:
    """Return the forms in which clients write what they ask for."""
    parts = sorted((name, value) for name, value in asked.pairs()
                   if name.lower() in _SIGNED or name.lower().startswith(f"x-{prefix}-"))
    query = "&".join(f"{name}={value}" if value else name for name, value in parts)
    path = asked.raw_path
    paths = [path, quote(unquote(path), safe=f"/{_SAFE}")]
    if asked.place.hosted:
        paths = [f"/{asked.place.bucket}{one}" for one in paths]
    if not asked.place.key:
        paths += [one.rstrip("/") or "/" for one in paths]
        paths += [f"{one.rstrip('/')}/" for one in paths]
    return [one + (f"?{query}" if query else "") for one in dict.fromkeys(paths)]


def _version_4(
    asked: Asked, keys: Keys, fields: Mapping[str, str], date: str, now: float | None
) -> Signed:
    access, _, scope = fields.get("Credential", "").partition("/")
    key = _known(asked, keys, access, "amz")
    at = _time(date)
    if now is not None:
        _check_time(at, now)
    names = fields.get("SignedHeaders", "").split(";")
    signature = fields.get("Signature", "")
    if len(scope.split("/")) != 4 or not scope.endswith("/aws4_request") or (
            not date.startswith(scope[:8])) or "host" not in names:
        raise Refused("obs.SignatureDoesNotMatch")
    signing = b"AWS4" + key.secret.encode()
    for part in scope.split("/"):
        signing = hmac.digest(signing, part.encode(), "sha256")
    headers = "".join(f"{name}:{' '.join(asked.headers.get(name, '').split())}\n"
                      for name in names)
    query = "&".join(f"{name}={value}" for name, value in sorted(
        (quote(name, safe=_SAFE), quote(value, safe=_SAFE)) for name, value in asked.pairs()
        if name != "X-Amz-Signature"))
    payload = asked.headers.get("x-amz-content-sha256", UNSIGNED)
    for path in dict.fromkeys((asked.raw_path,
                               quote(unquote(asked.raw_path), safe=f"/{_SAFE}"))):
        canonical = "\n".join((asked.method, path, query, headers, ";".join(names), payload))
        digest = hashlib.sha256(_bytes(canonical)).hexdigest()
        if hmac.compare_digest(
                _hex(signing, "\n".join((_V4, date, scope, digest))), signature):
            return Signed(key, payload, Chunks(signing, date, scope, signature))
    raise Refused("obs.SignatureDoesNotMatch")


def _field(part: str) -> tuple[str, str]:
    name, _, value = part.strip().partition("=")
    return name, value


def _iso(date: str) -> str:
    try:
        return parsedate_to_datetime(date).astimezone(timezone.utc).strftime(_ISO)
    except (TypeError, ValueError):
        return date


def _time(text: str) -> float:
    """Return the time of a signature.

    Raises:
        Refused: ``obs.AccessDenied``: there is none that can be read.
    """
    try:
        if re.fullmatch(r"\d{8}T\d{6}Z", text):
            return datetime.strptime(text, _ISO).replace(tzinfo=timezone.utc).timestamp()
        return parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError, OverflowError):
        raise Refused("obs.AccessDenied", reason="The request has no valid date.") from None


def _check_time(signed: float, now: float) -> None:
    if abs(now - signed) > MAX_SKEW:
        raise Refused("obs.RequestTimeTooSkewed")


def _hex(key: bytes, text: str) -> str:
    return hmac.new(key, _bytes(text), "sha256").hexdigest()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def digest_of(content_md5: str) -> bytes:
    """Return the digest of a ``Content-MD5``.

    Raises:
        Refused: ``obs.InvalidDigest``.
    """
    try:
        digest = base64.b64decode(content_md5, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != 16:
        raise Refused("obs.InvalidDigest")
    return digest
