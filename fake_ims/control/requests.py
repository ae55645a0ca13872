"""Control API: the journal of requests, and expectations about it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..documents.check import Schema
from ..documents.schemas import NAME, says
from ..journal import Exchange
from ..journal.export import as_document, har, jsonl
from ..scenario.expectations import having, unmet
from ..scenario.schema import expectation
from .paging import PAGE, first, limit
from .route import Control, ControlError, Route, Text


def _list(control: Control) -> object:
    asked: dict[str, Any] = {name: value for name, value in control.query.items()
                             if name not in ("form", "secrets", "since", *PAGE)}
    since = max(_number(control, "since"), _number(control, "marker"))
    found = having(control.fake.requests, asked, since)
    form = control.query.get("form", "lines")
    more: str | None = None
    if form in ("lines", "bodies") or "limit" in control.query:  # an export is whole
        found, more = first(found, limit(control), lambda one: str(one.number))
    secrets = control.query.get("secrets") == "true"
    if form == "har":
        return Text(har(found, secrets=secrets))
    if form == "jsonl":
        return Text(jsonl(found, secrets=secrets), "application/x-ndjson")
    return Text(_document(found, more, control.fake.requests.dropped, form == "bodies", secrets))


def _number(control: Control, name: str) -> int:
    try:
        return int(control.query.get(name, "0"))
    except ValueError:
        raise ControlError(400, f"{name} must be an integer: the number of a request") from None


def _document(
    exchanges: Iterable[Exchange], more: str | None, dropped: int, bodies: bool, secrets: bool
) -> Iterator[str]:
    before = f'{{"dropped": {dropped}, "next": {json.dumps(more)}, "requests": ['
    for one in exchanges:
        yield before + json.dumps(as_document(one, bodies=bodies, secrets=secrets))
        before = ", "
    yield before.removeprefix(", ") + "]}"


def _show(control: Control) -> dict[str, object]:
    for exchange in control.fake.requests:
        if str(exchange.number) == control.params["number"]:
            return as_document(exchange, secrets=control.query.get("secrets") == "true")
    raise ControlError(404, f"request {control.params['number']} is not in the journal; "
                       "GET /_fake_ims/requests lists all requests")


def _unexpected(control: Control) -> dict[str, object]:
    return {"unexpected": control.fake.requests.unexpected()}


def _clear(control: Control) -> None:
    control.fake.requests.clear()


def _verify(control: Control) -> dict[str, object]:
    why = unmet(control.fake.requests, control.body, 0)
    return {"met": why is None, "why": why}


_SECRETS: Mapping[str, Schema] = {
    "secrets": says({"enum": ["true", "false"]},
                    "true includes passwords, keys, tokens and signatures; default: REDACTED"),
}
_FILTERS: Mapping[str, Schema] = {
    "operation": says(NAME, "an operation such as images.create, or a glob"),
    "status": says(NAME, "status of the response, 0 for none, or a class such as 5xx"),
    "tenant": says(NAME, "project id of the caller"),
    "method": says(NAME, "HTTP method"),
    "path": says(NAME, "a path, a template or a glob"),
    "since": says(NAME, "only requests after the one with this number"),
    "form": says({"enum": ["lines", "bodies", "har", "jsonl"]},
                 "lines (default) omits headers and bodies; bodies includes them; har is an HTTP "
                 "archive; jsonl is JSON lines; the last two contain all requests unless limit is "
                 "given"),
    **PAGE,
    **_SECRETS,
}

ROUTES = (
    Route("requests", "GET", "/requests", "List the requests and their responses.", _list,
          query=_FILTERS,
          answer="the requests, oldest first; next: the marker of the next page; dropped: the "
                 "number of older ones that are gone"),
    Route("requests.show", "GET", "/requests/{number}",
          "Show a request and its response, with headers and bodies.", _show,
          query=_SECRETS, answer="the request and its response", errors=(404,)),
    Route("requests.unexpected", "GET", "/requests/unexpected",
          "List requests that no correct client sends.", _unexpected,
          answer="a sentence for each request"),
    Route("requests.clear", "DELETE", "/requests", "Remove all requests from the journal.", _clear),
    Route("requests.verify", "POST", "/requests/verify",
          "Check how many requests of a kind the fake received.", _verify, expectation(),
          answer="whether the expectation is met; if not, why"),
)
