"""Control: the journal, and what is expected of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..documents.check import Schema
from ..documents.schemas import NAME, says
from ..errors import UsageError
from ..journal import Exchange
from ..scenario.expectations import having, unmet
from ..scenario.schema import expectation
from .route import Control, ControlError, Route


def told(exchange: Exchange, *, bodies: bool = False) -> dict[str, object]:
    """An exchange as the control API shows it."""
    found: dict[str, object] = {
        "number": exchange.number, "text": exchange.line(), "method": exchange.method,
        "path": exchange.path, "query": exchange.query, "operation": exchange.operation,
        "caller": exchange.caller, "roles": list(exchange.roles), "status": exchange.status,
        "started_at": exchange.started_at, "seconds": exchange.seconds,
        "request_id": exchange.request_id, "faults": list(exchange.faults),
        "request_size": exchange.request_size, "response_size": exchange.response_size,
    }
    if bodies:
        found["request_headers"] = dict(exchange.request_headers)
        found["request_body"] = exchange.request_body.decode("utf-8", "replace")
        found["response_body"] = exchange.response_body.decode("utf-8", "replace")
    return found


def _list(control: Control) -> dict[str, object]:
    asked: dict[str, Any] = {name: value for name, value in control.query.items()
                             if name not in ("bodies", "since")}
    try:
        since = int(control.query.get("since", "0"))
        if "status" in asked:
            asked["status"] = int(asked["status"])
    except ValueError:
        raise ControlError(400, "since and status are whole numbers") from None
    found = having(control.fake.requests, asked, since)
    bodies = control.query.get("bodies") == "true"
    return {"requests": [told(one, bodies=bodies) for one in found],
            "dropped": control.fake.requests.dropped}


def _show(control: Control) -> dict[str, object]:
    for exchange in control.fake.requests:
        if str(exchange.number) == control.params["number"]:
            return told(exchange, bodies=True)
    raise ControlError(404, f"there is no exchange {control.params['number']}")


def _clear(control: Control) -> None:
    control.fake.requests.clear()


def _verify(control: Control) -> dict[str, object]:
    try:
        why = unmet(control.fake.requests, control.body, 0)
    except UsageError as error:
        raise ControlError(400, str(error)) from None
    return {"met": why is None, "why": why}


_FILTERS: Mapping[str, Schema] = {
    "target": says(NAME, "an operation or a glob"),
    "status": says(NAME, "status of the answer; 0 for none"),
    "tenant": says(NAME, "project id of the caller"),
    "method": says(NAME, "HTTP method"),
    "path": says(NAME, "a path, template or glob"),
    "since": says(NAME, "only those after this number"),
    "bodies": says({"enum": ["true", "false"]}, "with headers and bodies"),
}

ROUTES = (
    Route("requests", "GET", "/requests", "The exchanges so far.", _list, query=_FILTERS,
          answer="requests, oldest first; how many the ring has dropped"),
    Route("requests.show", "GET", "/requests/{number}", "One exchange, with its bodies.", _show,
          answer="the exchange", errors=(404,)),
    Route("requests.clear", "DELETE", "/requests", "Forget every exchange.", _clear),
    Route("requests.verify", "POST", "/requests/verify",
          "Whether so many requests of a kind have come in.", _verify, expectation(),
          answer="met, and if not, why"),
)
