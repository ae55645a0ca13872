"""Assertions on requests that were sent again."""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from itertools import pairwise

from ..domain.durations import DurationLike, seconds
from ..errors import UsageError
from .exchange import Exchange

# A wait that was measured may be a little shorter than the one that was asked for.
_SLACK = 0.95


def attempts(exchanges: Sequence[Exchange]) -> list[list[Exchange]]:
    """The exchanges of each logical request, in order."""
    groups: dict[bytes, list[Exchange]] = {}
    for exchange in exchanges:
        groups.setdefault(exchange.identity, []).append(exchange)
    return list(groups.values())


def has_failed(exchange: Exchange) -> bool:
    """Whether a client should try again: no answer, too many requests, or the service's fault."""
    return exchange.status in (0, 429) or exchange.status >= 500


def retried(
    exchanges: Sequence[Exchange], *, most: int | None, with_backoff: bool,
    min_wait: DurationLike | None,
) -> None:
    """Fail unless what failed was sent again, as ``assert_retried`` says.

    Raises:
        AssertionError: with the attempts.
        UsageError: a number or duration that cannot be.
    """
    if most is not None and (isinstance(most, bool) or not isinstance(most, int) or most < 2):
        raise UsageError(f"max={most!r}: it is a whole number from 2 on")
    least = 0.0 if min_wait is None else seconds(min_wait)
    groups = [group for group in attempts(exchanges) if any(map(has_failed, group))]
    if not groups:
        raise AssertionError("none of these requests failed, so none had to be sent again:\n"
                             + ("\n".join(_told(list(exchanges))) or "  no request came in"))
    for group in groups:
        why = _wrong(group, most, with_backoff, least)
        if why:
            raise AssertionError("\n".join([why, *_told(group)]))


def _wrong(
    group: list[Exchange], most: int | None, with_backoff: bool, least: float
) -> str | None:
    if most is not None and len(group) > most:
        return f"it was sent {len(group)} times, and {most} were allowed"
    if has_failed(group[-1]) and (most is None or len(group) < most):
        return "it failed and was not sent again"
    waits = _waits(group)
    for number, (before, wait) in enumerate(zip(group, waits, strict=False), 1):
        asked = _retry_after(before)
        if asked is not None and wait < asked * _SLACK:
            return (f"attempt {number} was answered Retry-After: {asked:g}, and attempt "
                    f"{number + 1} came after {wait:.3g} s")
        if wait < least * _SLACK:
            return (f"attempt {number + 1} came after {wait:.3g} s, and {least:g} s were to be "
                    "waited")
    if with_backoff:
        if waits and waits[0] <= 0:
            return "attempt 2 came without any wait"
        for number, (first, second) in enumerate(pairwise(waits), 2):
            if second <= first and _retry_after(group[number - 1]) is None:
                return (f"attempt {number + 1} came after {second:.3g} s, not later than the "
                        f"{first:.3g} s before attempt {number}")
    return None


def _waits(group: list[Exchange]) -> list[float]:
    """How long a client waited before each further attempt, on the fake's clock."""
    return [max(0.0, after.started_at - before.started_at)
            for before, after in pairwise(group)]


def _retry_after(exchange: Exchange) -> float | None:
    given = exchange.response_headers.get("Retry-After")
    if given is None:
        return None
    if given.isdigit():
        return float(given)
    try:
        return max(0.0, parsedate_to_datetime(given).timestamp() - exchange.started_at)
    except ValueError:
        return None


def idempotent(exchanges: Sequence[Exchange]) -> None:
    """Fail if a request that changes something did its work more than once.

    Raises:
        AssertionError: with the attempts that did the work.
    """
    for group in attempts(exchanges):
        worked = [one for one in group if 200 <= one.work < 300]
        if len(worked) > 1 and worked[0].method not in ("GET", "HEAD"):
            raise AssertionError("\n".join([
                f"the same request did its work {len(worked)} times:", *_told(worked)]))


def _told(group: list[Exchange]) -> list[str]:
    first = group[0].started_at if group else 0.0
    return [f"  #{one.number} +{one.started_at - first:.3f}s {one.line()}" for one in group]
