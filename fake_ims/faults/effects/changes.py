"""The body and headers that a user wants in a response, checked and ready to apply."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...errors import UsageError
from ...profiles.answer import JSON, Answer
from ..kinds import Setting

Body = bytes | str | dict[str, Any] | list[Any]

BODY = Setting("response_body", {"type": ["string", "object", "array"]},
               "body to send: a string, or a value to send as JSON; without status= or "
               "error_code=, the request is handled and its response gets this body")
HEADERS = Setting("response_headers",
                  {"type": "object", "additionalProperties": {"type": "string"}},
                  "headers to add to the response; each replaces the service's header of that name")

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
# The server computes these. Another value would break the framing.
_FRAMING = ("connection", "content-length", "transfer-encoding")
_BODILESS = (204, 304)
#: What an effect decides if it sets the content type.
TYPE = frozenset({"the content type"})


@dataclass(frozen=True)
class Changes:
    """What to change in a response.

    Attributes:
        body: the new body; None keeps the service's.
        content_type: the content type of ``body``; None keeps the service's.
        headers: headers to add, as pairs; each replaces the service's header of that name.
    """

    body: bytes | None = None
    content_type: str | None = None
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def decides(self) -> frozenset[str]:
        """What these changes decide, as in ``Effect.decides``."""
        typed = any(name.lower() == "content-type" for name, _ in self.headers)
        return TYPE if typed else frozenset()

    def __bool__(self) -> bool:
        return self.body is not None or bool(self.headers)

    def apply(self, answer: Answer) -> Answer:
        """Return a changed copy of the answer. A status without a body (204) gets none."""
        if not self:
            return answer
        changed = replace(answer, headers=dict(answer.headers))
        if self.body is not None and answer.status not in _BODILESS:
            changed.body, changed.stream, changed.length = self.body, None, 0
            changed.content_type = self.content_type or answer.content_type
        for name, value in self.headers:
            if name.lower() == "content-type":
                changed.content_type = value
                continue
            for same in [held for held in changed.headers if held.lower() == name.lower()]:
                del changed.headers[same]
            changed.headers[name] = value
        return changed

    def __str__(self) -> str:
        parts = ["a custom body"] if self.body is not None else []
        parts += [f"{name}: {value}" for name, value in self.headers]
        return f" with {' and '.join(parts)}" if parts else ""


def changes(name: str, body: Body | None, headers: Mapping[str, str] | None) -> Changes:
    """Check a body and headers.

    Args:
        name: the setting that has the body.
        body: a string or bytes to send as they are, or a dict or list to send as JSON.
        headers: names and values.

    Raises:
        UsageError: the body has another type, or a header is invalid.
    """
    pairs = tuple(_header(*pair) for pair in (headers or {}).items())
    if body is None:
        return Changes(headers=pairs)
    if isinstance(body, (bytes, bytearray)):
        return Changes(bytes(body), None, pairs)
    if isinstance(body, str):
        return Changes(body.encode(), None, pairs)
    if not isinstance(body, (dict, list)):
        raise UsageError(f"{name}={body!r}: expected bytes, a string, or a dict or list to send "
                         "as JSON")
    try:
        return Changes(json.dumps(body).encode(), JSON, pairs)
    except (TypeError, ValueError) as problem:
        raise UsageError(f"{name}= cannot be sent as JSON: {problem}") from None


def _header(name: object, value: object) -> tuple[str, str]:
    if isinstance(name, str) and name.lower() in _FRAMING:
        raise UsageError(f"the server sets the header {name}; use raw= to send another value")
    return header(name, value)


def header(name: object, value: object) -> tuple[str, str]:
    """Return a header that HTTP allows.

    Raises:
        UsageError: the name or the value is invalid.
    """
    if not isinstance(name, str) or not _TOKEN.fullmatch(name):
        raise UsageError(f"{name!r} is not a valid header name")
    if not isinstance(value, str) or CONTROL.search(value):
        raise UsageError(f"header {name}: {value!r} is not a valid header value; expected a string "
                         "without control characters")
    return name, value
