"""Return any status, reason, headers and body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...errors import UsageError, unknown
from ...profiles.answer import Answer
from ..delivery import Delivery
from ..kinds import Kind, Scope, Setting, Values
from ..moment import MOMENT, moment_of
from .changes import CONTROL, changes, header
from .ending import Ending

if TYPE_CHECKING:
    from ...api.call import Call

_KEYS = ("status", "reason", "headers", "body")


@dataclass(frozen=True, eq=False)
class Raw(Ending):
    """Sends exactly this response. Only ``Content-Length`` is added if it is missing.

    Attributes:
        status: from 200 to 999.
        reason: the reason phrase; None for the default one of the status.
        headers: all headers.
        body: the bytes to send.
    """

    status: int
    reason: str | None
    headers: tuple[tuple[str, str], ...]
    body: bytes

    async def end(self, call: Call) -> Answer:
        return bare_answer(call, self.status, self.headers, self.body, self.reason)

    def __str__(self) -> str:
        reason = f" {self.reason}" if self.reason else ""
        return f"returns a raw {self.status}{reason} response{self.when()}"


def bare_answer(
    call: Call, status: int, headers: tuple[tuple[str, str], ...], body: bytes,
    reason: str | None = None,
) -> Answer:
    """Return an answer without any header of the service."""
    closes = any(name.lower() == "connection" and value.lower() == "close"
                 for name, value in headers)
    typed = [value for name, value in headers if name.lower() == "content-type"]
    return Answer(status, body, typed[0] if typed else None, bare=True,
                  headers={name: value for name, value in headers
                           if name.lower() != "content-type"},
                  sender=Delivery(call, reason=reason, closes=closes))


def _build(values: Values, scope: Scope) -> Raw:
    given = values["raw"]
    if not isinstance(given, Mapping) or "status" not in given:
        raise UsageError(f"raw={given!r}: expected a mapping with a 'status', and optionally "
                         "'reason', 'headers' and 'body'")
    for name in given:
        if name not in _KEYS:
            raise unknown("key of raw", str(name), _KEYS)
    status: Any = given["status"]
    if isinstance(status, bool) or not isinstance(status, int) or not 200 <= status <= 999:
        raise UsageError(f"raw: status={status!r}: expected an integer from 200 to 999")
    reason = given.get("reason")
    if reason is not None and (not isinstance(reason, str) or CONTROL.search(reason)):
        raise UsageError(f"raw: reason={reason!r}: expected a string without line breaks")
    headers = given.get("headers") or {}
    if not isinstance(headers, Mapping):
        raise UsageError(f"raw: headers={headers!r}: expected a mapping of names to strings")
    changed = changes("raw: body", given.get("body", ""), {})
    pairs = tuple(header(name, value) for name, value in headers.items())
    if changed.content_type and not any(name.lower() == "content-type" for name, _ in pairs):
        pairs += (("Content-Type", changed.content_type),)
    return Raw(moment_of(values), int(status), reason, pairs, changed.body or b"")


KIND = Kind("effect", (
    Setting("raw", {
        "type": "object", "additionalProperties": False, "required": ["status"],
        "properties": {
            "status": {"type": "integer", "minimum": 200, "maximum": 999},
            "reason": {"type": "string"},
            "headers": {"type": "object", "additionalProperties": {"type": "string"}},
            "body": {"type": ["string", "object", "array"]},
        }},
        'return exactly this response: {"status": 599, "reason": "Odd", "headers": {...}, "body": '
        '"..."}; any status is allowed'),
    MOMENT,
), _build)
