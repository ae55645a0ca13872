"""Assertions on retries."""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from itertools import pairwise

from ..domain.durations import DurationLike, seconds
from ..errors import UsageError
from .exchange import Exchange

# A measured wait can be a little shorter than the requested one.
_SLACK = 0.95


def attempts(exchanges: Sequence[Exchange]) -> list[list[Exchange]]:
    """Group the exchanges by equal requests, in order."""
    groups: dict[bytes, list[Exchange]] = {}
    for exchange in exchanges:
        groups.setdefault(exchange.attempt_key, []).append(exchange)
    return list(groups.values())


def has_failed(exchange: Exchange) -> bool:
    """Return whether a client should retry: no response, 429 or 5xx."""
    return exchange.status in (0, 429) or exchange.status >= 500


def retried(
    exchanges: Sequence[Exchange], *, most: int | None, with_backoff: bool,
    min_wait: DurationLike | None,
) -> None:
    """Fail unless failed requests were retried, as ``assert_retried`` describes.

    Raises:
        AssertionError: a request was not retried correctly; the message lists its attempts.
        UsageError: a number or duration is invalid.
    """
    if most is not None and (isinstance(most, bool) or not isinstance(most, int) or most < 2):
        raise UsageError(f"max={most!r}: expected an integer, 2 or greater")
    least = 0.0 if min_wait is None else seconds(min_wait)
    groups = [group for group in attempts(exchanges) if any(map(has_failed, group))]
    if not groups:
        raise AssertionError("none of these requests failed, so there was nothing to retry:\n"
                             + ("\n".join(_told(list(exchanges))) or "  no requests were received"))
    for group in groups:
        why = _wrong(group, most, with_backoff, least)
        if why:
            raise AssertionError("\n".join([why, *_told(group)]))


def _wrong(
    group: list[Exchange], most: int | None, with_backoff: bool, least: float
) -> str | None:
    if most is not None and len(group) > most:
        return f"the request was sent {len(group)} times, but only {most} attempts are allowed"
    if has_failed(group[-1]) and (most is None or len(group) < most):
        return "the request failed and was not sent again"
    waits = _waits(group)
    for number, (before, wait) in enumerate(zip(group, waits, strict=False), 1):
        asked = _retry_after(before)
        if asked is not None and wait < asked * _SLACK:
            return (f"the response to attempt {number} has Retry-After: {asked:g}, but attempt "
                    f"{number + 1} came after {wait:.3g} s")
        if wait < least * _SLACK:
            return (f"attempt {number + 1} came after {wait:.3g} s, but the minimum wait is "
                    f"{least:g} s")
    if with_backoff:
        if waits and waits[0] <= 0:
            return "attempt 2 came without any wait"
        for number, (first, second) in enumerate(pairwise(waits), 2):
            if second <= first and _retry_after(group[number - 1]) is None:
                return (f"attempt {number + 1} came after {second:.3g} s, which is no longer than "
                        f"the {first:.3g} s before attempt {number}")
    return None


def _waits(group: list[Exchange]) -> list[float]:
    """Return the waits before each further attempt, in seconds of the fake's clock."""
    return [max(0.0, after.started_at - before.started_at)
            for before, after in pairwise(group)]


def _retry_after(exchange: Exchange) -> float | None:
    given = exchange.response_headers.get("Retry-After")
    if given is None:
        return None
    if given.isdecimal():
        return float(given)
    try:
        return max(0.0, parsedate_to_datetime(given).timestamp() - exchange.started_at)
    except ValueError:
        return None


def idempotent(exchanges: Sequence[Exchange]) -> None:
    """Fail if a request that changes something succeeded more than once.

    Raises:
        AssertionError: there is one; the message lists the attempts that succeeded.
    """
    for group in attempts(exchanges):
        worked = [one for one in group if 200 <= one.work < 300]
        if len(worked) > 1 and worked[0].method not in ("GET", "HEAD"):
            raise AssertionError("\n".join([
                f"the same request succeeded {len(worked)} times:", *_told(worked)]))


def _told(group: list[Exchange]) -> list[str]:
    first = group[0].started_at if group else 0.0
    return [f"  #{one.number} +{one.started_at - first:.3f}s {one.line()}" for one in group]
