"""Control: the journal, and what is expected of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..documents.check import Schema
from ..documents.schemas import NAME, says
from ..journal.export import as_document, har, jsonl
from ..scenario.expectations import having, unmet
from ..scenario.schema import expectation
from .route import Control, ControlError, Route, Text


def _list(control: Control) -> object:
    asked: dict[str, Any] = {name: value for name, value in control.query.items()
                             if name not in ("form", "since")}
    try:
        since = int(control.query.get("since", "0"))
    except ValueError:
        raise ControlError(400, "since is a whole number") from None
    found = having(control.fake.requests, asked, since)
    form = control.query.get("form", "lines")
    if form == "har":
        return Text(har(found), "application/json")
    if form == "jsonl":
        return Text(jsonl(found), "application/x-ndjson")
    return {"requests": [as_document(one, bodies=form == "bodies") for one in found],
            "dropped": control.fake.requests.dropped}


def _show(control: Control) -> dict[str, object]:
    for exchange in control.fake.requests:
        if str(exchange.number) == control.params["number"]:
            return as_document(exchange)
    raise ControlError(404, f"there is no exchange {control.params['number']}")


def _unexpected(control: Control) -> dict[str, object]:
    return {"unexpected": control.fake.requests.unexpected()}


def _clear(control: Control) -> None:
    control.fake.requests.clear()


def _verify(control: Control) -> dict[str, object]:
    why = unmet(control.fake.requests, control.body, 0)
    return {"met": why is None, "why": why}


_FILTERS: Mapping[str, Schema] = {
    "operation": says(NAME, "an operation or a glob"),
    "status": says(NAME, "status of the answer (0 for none), or a class such as 5xx"),
    "tenant": says(NAME, "project id of the caller"),
    "method": says(NAME, "HTTP method"),
    "path": says(NAME, "a path, template or glob"),
    "since": says(NAME, "only those after this number"),
    "form": says({"enum": ["lines", "bodies", "har", "jsonl"]},
                 "without headers and bodies (default), with them, as HAR, as JSON lines"),
}

ROUTES = (
    Route("requests", "GET", "/requests", "The exchanges so far.", _list, query=_FILTERS,
          answer="requests, oldest first; how many the ring has dropped"),
    Route("requests.show", "GET", "/requests/{number}", "One exchange, with its bodies.", _show,
          answer="the exchange", errors=(404,)),
    Route("requests.unexpected", "GET", "/requests/unexpected",
          "What no client should send, of what came in.", _unexpected, answer="texts"),
    Route("requests.clear", "DELETE", "/requests", "Forget every exchange.", _clear),
    Route("requests.verify", "POST", "/requests/verify",
          "Whether so many requests of a kind have come in.", _verify, expectation(),
          answer="met, and if not, why"),
)
