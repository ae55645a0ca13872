"""Assertions on the number and the order of requests."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from . import filters, secrets
from .exchange import Exchange

if TYPE_CHECKING:
    from ..server.state import Service

LINES = 20
_NEAREST = 3


def called(
    exchanges: Sequence[Exchange],
    service: Service | None,
    asked: Mapping[str, Any],
    *,
    times: int | None = None,
    at_least: int | None = None,
    at_most: int | None = None,
) -> None:
    """Fail unless the right number of exchanges match the conditions.

    Raises:
        AssertionError: the number is wrong; the message lists the requests.
        UsageError: the numbers contradict each other, or a condition is unknown.
    """
    least, most, wanted = bounds(times, at_least, at_most)
    checks = filters.tests(asked, service)
    found = filters.chosen(exchanges, checks.values())
    if (least is None or len(found) >= least) and (most is None or len(found) <= most):
        return
    text = [f"expected {wanted} of {filters.shown(asked)}, but there "
            f"{'was' if len(found) == 1 else 'were'} {len(found)}"]
    if found:
        text += ["matching requests:", *listed(found)]
    if least is not None and len(found) < least:
        text += _misses(exchanges, found, asked, service)
        others = [one for one in exchanges if one not in found]
        text += ["other requests:", *listed(others)] if others else (
            [] if found else ["no requests were received"])
    raise AssertionError("\n".join(text))


def bounds(
    times: int | None, at_least: int | None, at_most: int | None
) -> tuple[int | None, int | None, str]:
    """Return the minimum, the maximum, and both in words; the default is at least one.

    Raises:
        UsageError: the numbers contradict each other, or one is not an integer.
    """
    for name, value in (("times", times), ("at_least", at_least), ("at_most", at_most)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)
                                  or value < 0):
            raise UsageError(f"{name}={value!r}: expected an integer, 0 or greater")
    if times is not None:
        if at_least is not None or at_most is not None:
            raise UsageError("times= sets the exact number; remove at_least= and at_most=")
        return times, times, str(times) if times else "none"
    if at_least is None and at_most is None:
        return 1, None, "at least 1"
    if at_least is None:
        return None, at_most, f"at most {at_most}"
    if at_most is None:
        return at_least, None, f"at least {at_least}"
    if at_least > at_most:
        raise UsageError(f"at_least={at_least} must not be greater than at_most={at_most}")
    return at_least, at_most, f"from {at_least} to {at_most}"


def listed(exchanges: Sequence[Exchange]) -> list[str]:
    """Return a line with a number for each of the last exchanges."""
    more = len(exchanges) - LINES
    return ([f"  ({more} earlier ones)"] if more > 0 else []) + [
        f"  #{one.number} {one.line()}" for one in exchanges[-LINES:]]


def _misses(
    exchanges: Sequence[Exchange], found: Sequence[Exchange], asked: Mapping[str, Any],
    service: Service | None,
) -> list[str]:
    """Return lines on the exchanges that fail only one condition, and which."""
    conditions = [name for name, value in asked.items() if value is not None]
    if len(conditions) < 2:
        return []
    told: list[str] = []
    for missing in conditions:
        others = {name: value for name, value in asked.items() if name != missing}
        near = filters.chosen(exchanges, filters.tests(others, service).values())
        for one in [one for one in near if one not in found][:_NEAREST]:
            told += [f"  #{one.number} {one.line()}", *_why(one, missing, asked[missing])]
    return ["requests that fail only one condition:", *told] if told else []


def _why(exchange: Exchange, name: str, expected: object) -> list[str]:
    if name == "request_body" and isinstance(expected, Mapping):
        return _body_diff(exchange, expected)
    actual: object = {
        "operation": exchange.operation or "(no route)", "status": exchange.status,
        "tenant": exchange.tenant, "user": exchange.user, "method": exchange.method,
        "path": exchange.path, "request_query": secrets.query(exchange.query) or "none",
        "client": exchange.client,
        "fault": bool(exchange.faults), "chapter": exchange.chapter,
    }.get(name)
    if name == "request_headers" and isinstance(expected, Mapping):
        actual = {key: None if value is None else secrets.header(key, value) for key, value in (
            (key, exchange.request_headers.get(key)) for key in expected)}
        expected = dict(secrets.headers(expected))
    elif isinstance(expected, Mapping):
        expected = secrets.document(dict(expected))
    text = f"      {name}: expected {expected!r}"
    return [text if actual is None else f"{text}, got {actual!r}"]


def _body_diff(exchange: Exchange, expected: Mapping[str, Any]) -> list[str]:
    """Return a diff of the received body and the same body with the expected values."""
    try:
        came = exchange.request_json
    except (UsageError, ValueError):
        return [f"      the body is not JSON, or was cut ({exchange.request_size} bytes)"]
    wanted = json.loads(json.dumps(came))
    for pointer, value in expected.items():
        wanted = _set(wanted, pointer.split("/")[1:], value)
    expected_lines, lines = (
        json.dumps(secrets.document(one), indent=2, sort_keys=True).splitlines()
        for one in (wanted, came))
    diff = difflib.unified_diff(expected_lines, lines, "expected", "received", lineterm="", n=2)
    return [f"      {line}" for line in diff] or ["      the body differs in a secret"]


def _set(document: Any, parts: list[str], value: object) -> Any:
    if not parts:
        return value
    name = parts[0].replace("~1", "/").replace("~0", "~")
    from ..faults.matches.request_body import position  # few runs fail

    place = position(name)
    if isinstance(document, list) and place is not None and place < len(document):
        document[place] = _set(document[place], parts[1:], value)
        return document
    found = document if isinstance(document, dict) else {}
    found[name] = _set(found.get(name), parts[1:], value)
    return found


def order(exchanges: Sequence[Exchange], operations: Sequence[str]) -> None:
    """Fail unless the operations were called in this order.

    Raises:
        AssertionError: the order is wrong; the message names the first missing operation.
        UsageError: there are fewer than two operations, or one is unknown.
    """
    if len(operations) < 2:
        raise UsageError("assert_order() needs at least two operations")
    checks = [filters.tests({"operation": name}, None)["operation"] for name in operations]
    place = 0
    marks: dict[int, str] = {}
    for name, check in zip(operations, checks, strict=True):
        found = next((index for index in range(place, len(exchanges))
                      if check(exchanges[index])), None)
        if found is None:
            behind = f" after #{exchanges[place - 1].number}" if place else ""
            raise AssertionError("\n".join([
                f"expected the order {', '.join(operations)}, but there is no {name}{behind}",
                *(f"{marks.get(index, ' ')} #{one.number} {one.line()}"
                  for index, one in enumerate(exchanges)),
                *([] if exchanges else ["no requests were received"])]))
        marks[found] = "*"
        place = found + 1
