"""Answer with a status, reason, headers and body of the user's own, documented or not."""

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
    """Sends these, and no header that they do not have, but for the length of the body.

    Attributes:
        status: from 200 to 999.
        reason: the reason phrase; None for the status's own.
        headers: all of them.
        body: as it goes out.
    """

    status: int
    reason: str | None
    headers: tuple[tuple[str, str], ...]
    body: bytes

    async def end(self, call: Call) -> Answer:
        return bare_answer(call, self.status, self.headers, self.body, self.reason)

    def __str__(self) -> str:
        reason = f" {self.reason}" if self.reason else ""
        return f"answers {self.status}{reason} as it was given{self.when()}"


def bare_answer(
    call: Call, status: int, headers: tuple[tuple[str, str], ...], body: bytes,
    reason: str | None = None,
) -> Answer:
    """An answer with no header of the service's own."""
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
        raise UsageError(f"raw={given!r}: it has a status, and a reason, headers and a body if "
                         "you like")
    for name in given:
        if name not in _KEYS:
            raise unknown("key of raw", str(name), _KEYS)
    status: Any = given["status"]
    if isinstance(status, bool) or not isinstance(status, int) or not 200 <= status <= 999:
        raise UsageError(f"raw: status={status!r}: it is a whole number from 200 to 999")
    reason = given.get("reason")
    if reason is not None and (not isinstance(reason, str) or CONTROL.search(reason)):
        raise UsageError(f"raw: reason={reason!r}: it is a text of one line")
    headers = given.get("headers") or {}
    if not isinstance(headers, Mapping):
        raise UsageError(f"raw: headers={headers!r}: they are a table of texts")
    changed = changes(given.get("body", ""), {})
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
        'answer just this: {"status": 599, "reason": "Odd", "headers": {...}, "body": "..."}, '
        "also a status that is documented nowhere"),
    MOMENT,
), _build)
