"""Mask secrets in exchanges: the one rule for what logs, reports and exports show.

A name decides whether a value is secret: the name of a header, of a query parameter or of a JSON
key. Masked JSON is still JSON, and a masked query is still a query. JSON that the journal has cut
is masked as a whole document is. In other texts the same names count where they stand before ``=``
or ``:``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, unquote_plus

from . import cut_json

MASK = "REDACTED"

# Names are compared without their separators: X-Subject-Token is xsubjecttoken.
_PARTS = ("password", "passwd", "passphrase", "passcode", "secret", "token", "authorization",
          "cookie", "credential", "accesskey", "apikey", "privatekey", "authkey", "signature",
          "sessionid")
_WHOLE = frozenset({"access", "adminpass", "ak", "bearer", "blob", "jwt", "otp", "pass", "pwd",
                    "sig", "sk", "xfakeimscontrol"})
# In spite of their names, these are public.
_PUBLIC = re.compile(r"imgsignature\w*|tokentype|credentialtype|\w*expires(at|in)?")
# Keys of an object that has a secret name: {"token": {"id": ...}}, {"access": {"key": ...}}.
_INNER = frozenset({"id", "key", "value"})
# Keys whose text names the value beside it: in JSON Patch, in a tag, in a list of pairs.
_NAMING = frozenset({"path", "key", "name"})
# A JSON document without any of these has no secret. To look for them costs less than to parse it.
_HINTS = (b"pass", b"secret", b"token", b"authoriz", b"cookie", b"credential", b"access", b"api",
          b"private_key", b"private-key", b"privatekey", b"auth_key", b"auth-key", b"authkey",
          b"signature", b"session", b'"ak"', b'"sk"', b'"pwd"', b'"blob"', b'"sig"', b'"otp"',
          b'"jwt"', b'"bearer"', b"control", b"sig=", b"otp=", b"pwd=", b"ak=", b"sk=", b"@",
          b"\\u", b"\0")
_LOG_IN = re.compile(r"/(tokens|password|securitytokens)$|/credentials(/|$)")
_SEPARATORS = re.compile(r"[^a-z0-9]")
_USER_INFO = re.compile(r"(?:(?<=://)|(?<=:\\/\\/))[^/?#@\s\"'\\]+(?=@)")
_CUT_USER_INFO = re.compile(r"(?<=://)[^/?#@\s\"'\\]{1,200}:[^/?#@\s\"'\\]*\Z")
_PARAMETER = re.compile(r"((?:^|[?&;#])([^=&;#?\s\"'<>]{1,200})=)([^&;#\s\"'<>]+)")
_PAIR = re.compile(
    r"(?<![\w.\\-])([\w.\\-]{1,200})"  # the name
    r"(\\?[\"']?\s{0,20}[:=]\s{0,20})"
    r"(?:(\"(?:\\.|[^\"\\])*|'(?:\\.|[^'\\])*)|[^\s\"'&;,<>{}\[\]]+)", re.DOTALL)


@lru_cache(maxsize=1024)
def is_secret(name: str) -> bool:
    """Whether a header, a query parameter or a JSON key of that name holds a secret.

    Args:
        name: the name, in any case and with any separators.
    """
    plain = _SEPARATORS.sub("", name.lower())
    return (plain in _WHOLE or any(part in plain for part in _PARTS)) and (
        _PUBLIC.fullmatch(plain) is None)


def headers(given: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return headers, those with secrets masked. A header that came twice stays twice."""
    return [(name, header(name, value)) for name, value in given.items()]


def header(name: str, value: str) -> str:
    """Return the value of a header, masked if it is secret."""
    return MASK if value and is_secret(name) else text(value)


def query(given: str) -> str:
    """Return a query string, the values of secret parameters masked."""
    return _PARAMETER.sub(_masked_parameter, _USER_INFO.sub(MASK, given)) if given else given


def text(given: str) -> str:
    """Return a text, the credentials and signatures of its URLs masked."""
    if "://" not in given and "?" not in given and "#" not in given:
        return given
    head, mark, rest = given.partition("?" if "?" in given else "#")
    return _USER_INFO.sub(MASK, head) + (mark + query(rest) if mark else "")


def sentence(given: str) -> str:
    """Return a text in words, the values of secret names masked: ``header X-Auth-Token='...'``."""
    return _PAIR.sub(_masked_pair, query(given))


def document(given: Any) -> Any:
    """Return a parsed JSON document, its secrets masked."""
    return json.loads(body(json.dumps(given).encode()))


def body(content: bytes, path: str = "", media_type: str = "") -> bytes:
    """Return a body, its secrets masked; the same bytes if it has none.

    Args:
        content: the body, or its beginning.
        path: path of the request. What a log-in sends is masked as a whole if it cannot be read.
        media_type: value of ``Content-Type``.
    """
    if not content:
        return content
    if content[:64].lstrip(b"\xef\xbb\xbf\xfe\xff\0 \t\r\n")[:1] in (b"{", b"["):
        lowered = content.lower()
        log_in = _LOG_IN.search(path) is not None
        if not log_in and not any(hint in lowered for hint in _HINTS):
            return content
        try:
            found = _masked_json(content, log_in)
        except (ValueError, RecursionError):
            pass  # it was cut, or is not JSON
        else:
            return content if found is None else found.encode()
    elif not media_type.startswith(("text/", "application/")) or "octet-stream" in media_type:
        return content  # the data of an image
    if _LOG_IN.search(path):
        return MASK.encode()
    words = content.decode("utf-8", "surrogateescape")
    beginning = cut_json.changed(words, _masked_json) if words.lstrip()[:1] in ("{", "[") else None
    if beginning is not None:
        masked = _CUT_USER_INFO.sub(MASK, beginning)
    elif media_type.startswith("application/x-www-form"):
        masked = query(words)
    else:
        masked = sentence(_CUT_USER_INFO.sub(MASK, words))
    return masked.encode("utf-8", "surrogateescape")


def _masked_json(content: bytes | str, log_in: bool = False) -> str | None:
    """Return a JSON document, its secrets masked; None if it has none.

    Raises:
        ValueError: it is not JSON.
        RecursionError: it is nested too deeply.
    """
    masker = _Masker(log_in)
    found = masker.items(json.loads(content, object_pairs_hook=masker.mask))
    return json.dumps(found) if masker.masked else None


def _masked_parameter(found: re.Match[str]) -> str:
    start, name, value = found.groups()
    if is_secret(unquote_plus(name)):
        return f"{start}{MASK}"
    if "%" in value:  # a URL in a URL
        plain = unquote(value)
        return start + MASK if text(plain) != plain else found[0]
    return found[0]


def _masked_pair(found: re.Match[str]) -> str:
    name, between, quoted = found.groups()
    if "\\u" in name:
        name = re.sub(r"\\u([0-9a-fA-F]{4})", lambda code: chr(int(code[1], 16)), name)
    if not is_secret(name):
        return found[0]
    return f"{found[1]}{between}{quoted[0] if quoted else ''}{MASK}"


class _Masker:
    """Masks each object of a JSON document when it is parsed, so that no duplicate key escapes.

    Args:
        log_in: whether it is the body of a log-in, or the answer to one.

    Attributes:
        masked: whether anything was masked.
    """

    def __init__(self, log_in: bool) -> None:
        self.masked = False
        self._log_in = log_in

    def mask(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        """Return an object, its secrets masked. The objects in it are masked already."""
        names_a_secret = any(name in _NAMING and isinstance(value, str) and
                             is_secret(value.rpartition("/")[2]) for name, value in pairs)
        return {name: self._secret(value)
                if is_secret(name.rpartition("/")[2]) or (names_a_secret and name == "value")
                else self.items(value) for name, value in pairs}

    def items(self, value: Any) -> Any:
        """Return a value that is not secret; the URLs in it may be."""
        if isinstance(value, list):
            return [self.items(item) for item in value]
        if not isinstance(value, str):
            return value
        # Keystone's error for a bad body quotes it.
        masked = MASK if self._log_in and "Failed validating" in value else text(value)
        self.masked |= masked != value
        return masked

    def _secret(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._secret(inner) if name.lower() in _INNER else inner
                    for name, inner in value.items()}
        if isinstance(value, list):
            return [item if isinstance(item, dict) else self._secret(item) for item in value]
        if value is None or value == "" or isinstance(value, bool):
            return value
        self.masked = True
        return MASK
