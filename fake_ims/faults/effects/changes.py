"""The body and headers that a user wants in an answer, checked and ready to apply."""

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
               "another body: a text, or what to send as JSON; without status= or error_code= it "
               "replaces the body of the answer to the work done")
HEADERS = Setting("response_headers",
                  {"type": "object", "additionalProperties": {"type": "string"}},
                  "further headers of the answer; each replaces the service's of that name")

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
# The server computes these; another value breaks the framing of the connection.
_FRAMING = ("connection", "content-length", "transfer-encoding")
_BODILESS = (204, 304)
#: What an effect decides that gives the answer another content type.
TYPE = frozenset({"the content type"})


@dataclass(frozen=True)
class Changes:
    """What to put into an answer.

    Attributes:
        body: the whole body; None keeps the service's.
        content_type: of that body; None keeps the service's.
        headers: further headers, as pairs; each replaces the service's of that name.
    """

    body: bytes | None = None
    content_type: str | None = None
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def decides(self) -> frozenset[str]:
        """What they decide about the answer, to the exclusion of others."""
        typed = any(name.lower() == "content-type" for name, _ in self.headers)
        return TYPE if typed else frozenset()

    def __bool__(self) -> bool:
        return self.body is not None or bool(self.headers)

    def apply(self, answer: Answer) -> Answer:
        """A changed copy of the answer. A status that has no body (204) stays without one."""
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
        parts = ["another body"] if self.body is not None else []
        parts += [f"{name}: {value}" for name, value in self.headers]
        return f" with {' and '.join(parts)}" if parts else ""


def changes(body: Body | None, headers: Mapping[str, str] | None) -> Changes:
    """Checked changes: a text or bytes as they are, a dict or list as JSON.

    Raises:
        UsageError: the body is none of these, or a header cannot be sent.
    """
    pairs = tuple(_header(name, value) for name, value in (headers or {}).items())
    if body is None:
        return Changes(headers=pairs)
    if isinstance(body, (bytes, bytearray)):
        return Changes(bytes(body), None, pairs)
    if isinstance(body, str):
        return Changes(body.encode(), None, pairs)
    if not isinstance(body, (dict, list)):
        raise UsageError(f"body={body!r}: a body is bytes, a text, or a dict or list sent as JSON")
    try:
        return Changes(json.dumps(body).encode(), JSON, pairs)
    except (TypeError, ValueError) as problem:
        raise UsageError(f"body= cannot be sent as JSON: {problem}") from None


def _header(name: object, value: object) -> tuple[str, str]:
    if isinstance(name, str) and name.lower() in _FRAMING:
        raise UsageError(f"header {name} is the server's own and cannot be set; raw= can")
    return header(name, value)


def header(name: object, value: object) -> tuple[str, str]:
    """A header that can be sent.

    Raises:
        UsageError: it cannot.
    """
    if not isinstance(name, str) or not _TOKEN.fullmatch(name):
        raise UsageError(f"{name!r} is no name of a header")
    if not isinstance(value, str) or CONTROL.search(value):
        raise UsageError(f"header {name}: {value!r} is no text that a header can hold")
    return name, value
