"""Find requests that no client should send, and say what to do about them."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl

from ..contract.model import Parameter
from ..contract.operations import BY_ID
from ..contract.parameters.requests import REQUESTS
from ..errors import UsageError
from .exchange import Exchange


def texts(exchange: Exchange) -> Iterator[str]:
    """Yield a message for each unexpected thing in an exchange."""
    told = f"#{exchange.number} {exchange.line()}"
    if exchange.late:
        yield (f"{told}\n  this request belongs to an earlier test: it has a token from before "
               "reset(), or it was still running then. Stop clients, threads and tasks in the test "
               "that starts them; for a client that outlives its test, use fake.lasting_token")
    row = BY_ID.get(exchange.operation)
    if row is None:
        yield (f"{told}\n  the service has no such operation; run 'fake-ims operations' to list "
               "all operations")
        return
    if row.deprecated:
        yield f"{told}\n  {row.id} is deprecated (page {row.chapter!r}); use its successor"
    if exchange.status >= 400:
        return  # the response already says what is wrong
    asked = REQUESTS.get(row.id)
    if asked is None:
        return
    if asked.query and row.id not in ("images.list", "images.detail_v1"):
        known = {parameter.name for parameter in asked.query}
        for name in dict(parse_qsl(exchange.query, keep_blank_values=True)):
            if name not in known and not name.startswith("__"):
                yield f"{told}\n  the service ignores the query parameter {name!r}; remove it"
    if asked.bodies:
        yield from (f"{told}\n  the service ignores the field {field!r} in the body; remove it"
                    for field in _ignored(exchange, asked.bodies))


def _ignored(exchange: Exchange, tables: tuple[tuple[Parameter, ...], ...]) -> Iterator[str]:
    try:
        document = exchange.request_json
    except (UsageError, ValueError):
        return
    if isinstance(document, dict):
        # A body can have one of several shapes: the service ignores a field that none of them has.
        known: dict[str, Parameter] = {
            parameter.name: parameter for table in tables for parameter in table}
        for name, value in document.items():
            if name not in known:
                yield name
            elif known[name].items:
                yield from _within(name, value, known[name].items)


def _within(name: str, value: object, parameters: tuple[Parameter, ...]) -> Iterator[str]:
    known = {parameter.name for parameter in parameters}
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            yield from (f"{name}.{key}" for key in item if key not in known)
