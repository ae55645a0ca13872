"""Export exchanges as HAR 1.2 or JSON lines."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timezone
from os import PathLike
from pathlib import Path
from urllib.parse import parse_qsl

from ..contract.statuses import STATUSES
from ..domain.sound import readable
from ..version import __version__
from .exchange import Exchange
from .masked import masked


def written(text: str, path: str | PathLike[str] | None) -> str:
    """Return the text; also write it to ``path`` if there is one."""
    if path is not None:
        Path(path).write_text(text, encoding="utf-8")
    return text


def jsonl(exchanges: Iterable[Exchange], *, secrets: bool = False) -> Iterator[str]:
    """Yield one JSON object per line, with the keys of ``as_document``."""
    return (json.dumps(as_document(one, secrets=secrets)) + "\n" for one in exchanges)


def as_document(
    exchange: Exchange, *, bodies: bool = True, secrets: bool = False
) -> dict[str, object]:
    """Return an exchange as a dict for JSON.

    ``started_at`` is in seconds since the epoch on the fake's clock, ``seconds`` is real time, and
    ``text`` is the one-line summary. A body is a string, or ``{"base64": ...}`` if it is not text.
    Only the part that the journal kept is included.

    Args:
        exchange: the exchange.
        bodies: whether to include headers and bodies.
        secrets: whether to include passwords, keys, tokens and signatures. Default: ``REDACTED``.
    """
    if not secrets:
        exchange = masked(exchange, bodies=bodies)
    found: dict[str, object] = {
        "number": exchange.number, "text": exchange.line(), "method": exchange.method,
        "path": exchange.path, "prefix": exchange.prefix, "query": exchange.query,
        "operation": exchange.operation,
        "caller": exchange.caller, "roles": list(exchange.roles), "client": exchange.client,
        "status": exchange.status, "work": exchange.work, "started_at": exchange.started_at,
        "seconds": exchange.seconds, "request_id": exchange.request_id,
        "faults": list(exchange.faults), "left": exchange.left, "reason": exchange.reason,
        "request_size": exchange.request_size, "response_size": exchange.response_size,
    }
    found = {name: readable(value) if isinstance(value, str) else value
             for name, value in found.items()}
    if bodies:
        found |= {
            "request_headers": _readable(exchange.request_headers),
            "request_body": _body(exchange.request_body),
            "response_headers": _readable(exchange.response_headers),
            "response_body": _body(exchange.response_body),
        }
    return found


def _readable(headers: Mapping[str, str]) -> dict[str, str]:
    return {readable(name): readable(value) for name, value in headers.items()}


def _body(body: bytes) -> object:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}


def har(exchanges: Iterable[Exchange], *, secrets: bool = False) -> Iterator[str]:
    """Yield the parts of a HAR 1.2 document, one entry in each."""
    creator = json.dumps({"name": "fake_ims", "version": __version__})
    before = f'{{"log": {{"version": "1.2", "creator": {creator}, "entries": [\n'
    for one in exchanges:
        yield before + json.dumps(_entry(one, one if secrets else masked(one)))
        before = ",\n"
    yield (before if before[0] == "{" else "\n") + "]}}\n"


def _entry(exchange: Exchange, shown: Exchange) -> dict[str, object]:
    milliseconds = exchange.seconds * 1000
    started = datetime.fromtimestamp(exchange.started_at, timezone.utc)
    return {
        "startedDateTime": started.isoformat(timespec="milliseconds"),
        "time": milliseconds,
        "request": _request(exchange, shown),
        "response": _response(shown),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "comment": "; ".join(shown.faults),
    }


def _request(exchange: Exchange, shown: Exchange) -> dict[str, object]:
    headers = shown.request_headers
    query = f"?{shown.query}" if shown.query else ""
    found: dict[str, object] = {
        "method": exchange.method,
        "url": f"http://{readable(headers.get('Host', '127.0.0.1'))}{exchange.prefix}"
               f"{exchange.path}{query}",
        "httpVersion": "HTTP/1.1", "cookies": [], "headers": _pairs(headers),
        "queryString": [{"name": name, "value": value}
                        for name, value in parse_qsl(shown.query, keep_blank_values=True)],
        "headersSize": -1, "bodySize": exchange.request_size,
    }
    if exchange.request_size:
        found["postData"] = {
            "mimeType": readable(headers.get("Content-Type", "")),
            "text": shown.request_body.decode("utf-8", "replace"),
            "comment": f"{len(exchange.request_body)} of {exchange.request_size} bytes were kept"
            if exchange.request_truncated else "",
        }
    return found


def _response(exchange: Exchange) -> dict[str, object]:
    headers = exchange.response_headers
    content: dict[str, object] = {"size": exchange.response_size,
                                  "mimeType": readable(headers.get("Content-Type", ""))}
    body = _body(exchange.response_body)
    if isinstance(body, dict):
        content |= {"text": body["base64"], "encoding": "base64"}
    else:
        content["text"] = body
    row = STATUSES.get(exchange.status)
    return {
        "status": exchange.status, "statusText": "" if row is None else row[0],
        "httpVersion": "HTTP/1.1", "cookies": [], "headers": _pairs(headers), "content": content,
        "redirectURL": readable(headers.get("Location", "")), "headersSize": -1,
        "bodySize": exchange.response_size if exchange.status else -1,
    }


def _pairs(headers: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": readable(name), "value": readable(value)} for name, value in headers.items()]
