"""Conditions on exchanges: the journal's own, and the matches of faults."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from multidict import MultiDict
from yarl import URL

from ..contract.operations import BY_ID
from ..errors import UsageError, unknown
from ..faults.kinds import Scope
from . import secrets
from .exchange import Exchange

if TYPE_CHECKING:
    from ..api.call import Call
    from ..faults.matches import Match
    from ..server.state import Service

Test = Callable[[Exchange], bool]

# The journal does not keep the state of an image or job at the time of a request.
_OF_THE_MOMENT = ("image_status", "job_status", "image_attribute")
OWN = ("operation", "status", "attempt", "fault")


def names() -> tuple[str, ...]:
    """Return the names of all conditions."""
    from ..faults.registry import MATCHES

    matches = [setting.name for kind in MATCHES for setting in kind.settings
               if setting.name not in OWN]
    return (*OWN, *(name for name in matches if name not in _OF_THE_MOMENT))


def tests(asked: Mapping[str, Any], service: Service | None) -> dict[str, Test]:
    """Return a test for each condition that is not None, by name.

    Args:
        asked: the conditions.
        service: the service that knows image names; None if there is none.

    Raises:
        UsageError: a condition is unknown, or its value is invalid.
    """
    found: dict[str, Test] = {}
    for name, value in asked.items():
        if value is None:
            continue
        if name == "operation":
            found[name] = _operation(value)
        elif name == "status":
            found[name] = _status(value)
        elif name == "attempt":
            found[name] = _attempt(value)
        elif name == "fault":
            found[name] = _fault(value)
        elif name in _OF_THE_MOMENT:
            raise UsageError(f"{name}= is known only while a request is handled, so only faults "
                             "can use it; the journal does not keep it")
        elif name in names():
            found[name] = _matched(name, value, service)
        else:
            raise unknown("condition on requests", name, names())
    return found


def _operation(value: object) -> Test:
    from ..faults.operation_ids import operation_ids

    if value == "*":
        return lambda exchange: True
    ids = {""} if value == "" else set(operation_ids(cast("str", value)))
    return lambda exchange: exchange.operation in ids


def _status(value: object) -> Test:
    values = value if isinstance(value, (set, frozenset, list, tuple)) else (value,)
    single: set[int] = set()
    classes: set[int] = set()
    for one in values:
        if isinstance(one, int) and not isinstance(one, bool):
            single.add(one)
        elif isinstance(one, str) and len(one) == 3 and one[0].isdecimal() and one[1:] == "xx":
            classes.add(int(one[0]))
        elif isinstance(one, str) and one.isdecimal():
            single.add(int(one))
        else:
            raise UsageError(f"status={value!r}: expected a status such as 503, a class such as "
                             "'5xx', 0 for no response, or a list of these")
    return lambda exchange: exchange.status in single or (
        exchange.status > 0 and exchange.status // 100 in classes)


def _attempt(value: object) -> Test:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise UsageError(f"attempt={value!r}: expected an integer, 1 or greater")
    seen: Counter[bytes] = Counter()

    def test(exchange: Exchange) -> bool:
        seen[exchange.attempt_key] += 1
        return seen[exchange.attempt_key] == value

    return test


def _fault(value: object) -> Test:
    if not isinstance(value, bool):
        raise UsageError(f"fault={value!r}: expected True (a fault fired) or False (none did)")
    return lambda exchange: bool(exchange.faults) is value


def _matched(name: str, value: object, service: Service | None) -> Test:
    """Return a test that applies a fault's match to an exchange."""
    from ..faults.registry import MATCHES

    kind = next(kind for kind in MATCHES if kind.settings[0].name == name)
    scope = Scope(None, tuple(BY_ID), lambda inner: None)
    match = cast("Match", kind.build({name: value}, scope))
    reads_body = match.reads_body

    def test(exchange: Exchange) -> bool:
        document = _document(exchange) if reads_body else None
        return match.matches(_past(exchange, service), document)

    return test


def _document(exchange: Exchange) -> object:
    try:
        return exchange.request_json
    except (UsageError, ValueError):
        return None


def _past(exchange: Exchange, service: Service | None) -> Call:
    """Return an exchange in the form in which a match sees a request."""
    headers = exchange.request_headers
    return cast("Call", SimpleNamespace(
        operation=BY_ID.get(exchange.operation), method=exchange.method, path=exchange.path,
        query=_query(exchange.query), headers=headers, params=exchange.params,
        caller=SimpleNamespace(project_id=exchange.tenant, user_id=exchange.user)
        if exchange.caller else None,
        request=SimpleNamespace(remote=exchange.client), exchange=exchange,
        service=service or SimpleNamespace(store={}),
    ))


def _query(text: str) -> MultiDict[str]:
    return MultiDict(URL(f"?{text}", encoded=True).query)


def chosen(exchanges: Iterable[Exchange], conditions: Iterable[Test]) -> list[Exchange]:
    """Return the exchanges that pass every test. Each test sees every exchange, in order."""
    checks = list(conditions)
    return [one for one in exchanges if all([check(one) for check in checks])]


def shown(asked: Mapping[str, Any]) -> str:
    """Return conditions in words: ``images.create, status 503``."""
    parts = [str(asked["operation"])] if asked.get("operation") is not None else ["any request"]
    parts += [f"{name} {json.dumps(secrets.document(value)) if isinstance(value, dict) else value}"
              for name, value in asked.items() if name != "operation" and value is not None]
    return ", ".join(parts)
