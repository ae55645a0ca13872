"""What a report keeps of a run: its requests and texts, without secrets."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from ...journal import secrets
from ...journal.masked import masked
from . import Request

if TYPE_CHECKING:
    from ...journal import Exchange
    from ..step import Step

#: Requests before and after the last failure that are kept. A client that asks for ever sends more.
AROUND = 25
_CHARACTERS = 2000  # of a body
# Headers that describe the connection, or are the same everywhere.
_LEFT_OUT = frozenset({"host", "content-length", "transfer-encoding", "connection", "server",
                       "accept", "accept-encoding", "user-agent", "date", "keep-alive"})
# Shorter values can be part of other words.
_SHORTEST = 8


def requests(steps: Iterable[Step], *, bodies: bool) -> list[Request]:
    """Return the requests of a run.

    Args:
        steps: its steps.
        bodies: whether to keep headers and bodies.
    """
    return [_request(step, bodies) for step in steps]


def around(steps: Sequence[Step], position: int) -> Sequence[Step]:
    """Return the steps around a position."""
    return steps[max(0, position - AROUND):position + AROUND]


class Hider:
    """Masks secrets in texts of a run: by their names, and by the values that its requests had."""

    def __init__(self, steps: Iterable[Step]) -> None:
        values = {
            value for step in steps if step.exchange is not None
            for headers in (step.exchange.request_headers, step.exchange.response_headers)
            for name, value in headers.items()
            if len(value) >= _SHORTEST and secrets.is_secret(name)}
        self._values = sorted(values, key=len, reverse=True)

    def text(self, given: str) -> str:
        """Return a text without secrets, and without what no file can hold."""
        for value in self._values:
            given = given.replace(value, secrets.MASK)
        return "\n".join(map(secrets.sentence, valid(given).split("\n")))


def valid(text: str) -> str:
    """Return a text whose lone surrogates are escaped."""
    return text.encode("utf-8", "backslashreplace").decode()


def _request(step: Step, bodies: bool) -> Request:
    exchange = step.exchange
    shown = masked(exchange) if exchange is not None and bodies else None
    return Request(
        position=step.position, operation=valid(step.name),
        line=valid(step.name if exchange is None else exchange.line()), site=valid(step.line),
        planted=[failure.name for failure in step.planted], status=step.status,
        sent="" if shown is None else _sent(shown), got="" if shown is None else _got(shown))


def _sent(exchange: Exchange) -> str:
    query = f"?{exchange.query}" if exchange.query else ""
    return _message(f"{exchange.method} {exchange.path}{query}", exchange.request_headers,
                    exchange.request_body, exchange.request_size)


def _got(exchange: Exchange) -> str:
    work = ""
    if exchange.work and exchange.work != exchange.status:
        work = f"\n(the service itself answered {exchange.work})"
    if not exchange.status:
        return f"no response{work}"
    return _message(f"{exchange.status}{work}", exchange.response_headers, exchange.response_body,
                    exchange.response_size)


def _message(head: str, headers: Mapping[str, str], body: bytes, size: int) -> str:
    told = [head, *(f"{name}: {value}" for name, value in headers.items()
                    if name.lower() not in _LEFT_OUT)]
    if size or body:
        told += ["", _body(body, size)]
    return valid("\n".join(told))


def _body(body: bytes, size: int) -> str:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return f"<{size} bytes>"
    if "\0" in text:
        return f"<{size} bytes>"
    if text[:1] in ("{", "["):
        with suppress(ValueError, RecursionError):  # cut, or no JSON: this can be the failure
            text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    if len(text) > _CHARACTERS or len(body) < size:
        return f"{text[:_CHARACTERS]} ... ({size} bytes)"
    return text
