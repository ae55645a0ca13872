"""The failures that a sweep tries, as a table: what happens to a request, and to later ones.

Four kinds:

- ``connection``: the response is lost, late, cut or not HTTP.
- ``statuses``: an error status, before the work or after it (``503-after``: the work is done).
- ``lasting``: the failure stays, for the operation or for all, for good or for 30 seconds.
- ``semantic``: the service does what it may do, and clients rarely expect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, cast

from ..contract.model import Operation, Profile
from ..contract.operations import BY_ID
from ..errors import UsageError, unknown
from ..faults.effects.semantic import sorts

Kind = Literal["connection", "statuses", "lasting", "semantic"]
KINDS: tuple[Kind, ...] = ("connection", "statuses", "lasting", "semantic")

Applies = Callable[[Operation], bool]

#: Value of ``Retry-After``, in seconds.
RETRY_AFTER = 7
#: How long a failure that ends stays, in seconds of the fake's clock.
WHILE = 30.0


@dataclass(frozen=True)
class Failure:
    """One way in which a request can fail.

    Attributes:
        name: its name in cases and reports.
        kind: the kind of failure.
        settings: settings of the fault that fires on the request.
        later: settings of the fault that fires on later requests of the operation; None for none.
        everywhere: whether ``later`` concerns all operations.
        lasts: how long it does, in seconds of the fake's clock; None for good.
        waits: whether the client gets no response and has to give up by itself.
        silent: whether it shows neither in the response nor in the images: it takes effect
            whenever the request succeeds.
        unseeable: why no client can notice it; empty if a client can.
        spares: rules of the verdict that do not apply, because the failure itself breaks them.
    """

    name: str
    kind: Kind
    settings: Mapping[str, Any]
    later: Mapping[str, Any] | None = None
    everywhere: bool = False
    lasts: float | None = None
    waits: bool = False
    silent: bool = False
    unseeable: str = ""
    spares: frozenset[str] = frozenset()

    @property
    def says_when(self) -> bool:
        """Whether the response says when to try again, in ``Retry-After``."""
        return "retry_after" in self.settings


@dataclass(frozen=True)
class _Row:
    failure: Failure
    applies: Applies = field(default=lambda operation: True)


def writes(operation: Operation) -> bool:
    """Return whether an operation changes what the service keeps."""
    return operation.face != "identity" and not sorts.READS.holds(operation) and (
        operation.method not in ("GET", "HEAD", "OPTIONS"))


def _has_body(operation: Operation) -> bool:
    return operation.success != 204


def _answers_json(operation: Operation) -> bool:
    return operation.face != "obs" and operation.success != 204 and (
        not sorts.DOWNLOADS.holds(operation))


def _creates(operation: Operation) -> bool:
    return operation.method == "POST" and operation.success in (200, 201) and (
        operation.face in ("native", "ims"))


def _needs_token(operation: Operation) -> bool:
    return operation.auth


def _changes(operation: Operation) -> bool:
    return operation.method == "PATCH"


def _changes_or_deletes(operation: Operation) -> bool:
    return operation.method in ("PATCH", "DELETE")


_REFUSED = {"status": 503}
_SOMEBODY_ELSE = frozenset({"result", "lost"})

_ROWS: tuple[_Row, ...] = (
    # connection
    _Row(Failure("reset-before", "connection", {"reset_connection": "before"})),
    _Row(Failure("reset-after", "connection", {"reset_connection": "after"})),
    _Row(Failure("no-answer", "connection", {"hang": True}, waits=True)),
    _Row(Failure("no-answer-after", "connection", {"hang": True, "moment": "after"}, waits=True),
         writes),
    _Row(Failure("truncated", "connection", {"truncate": "50%"}), _has_body),
    _Row(Failure("garbage", "connection", {"garbage": True})),
    _Row(Failure("gateway-page", "connection", {"gateway_page": 502})),
    _Row(Failure("invalid-json", "connection", {"invalid_json": "cut"}), _answers_json),
    # lasting
    _Row(Failure("503-lasting", "lasting", _REFUSED, _REFUSED)),
    _Row(Failure("503-30s", "lasting", _REFUSED, _REFUSED, lasts=WHILE)),
    _Row(Failure("lost-blocked", "lasting", {"reset_connection": "after"}, _REFUSED)),
    _Row(Failure("outage", "lasting", _REFUSED, _REFUSED, everywhere=True)),
    _Row(Failure("outage-30s", "lasting", _REFUSED, _REFUSED, everywhere=True, lasts=WHILE)),
    _Row(Failure("reset-lasting", "lasting", {"reset_connection": "before"},
                 {"reset_connection": "before"})),
    # semantic
    _Row(Failure("killed", "semantic", {"kill": "killed by the sweep"}, silent=True)),
    _Row(Failure("dies-saving", "semantic", {"dies_at": 1, "leaves": "saving"})),
    _Row(Failure("dies-killed", "semantic", {"dies_at": 1, "leaves": "killed"})),
    _Row(Failure("small-pages", "semantic", {"page_size": 1}, {"page_size": 1})),
    _Row(Failure("token-expired", "semantic", {"status": 401, "revokes_token": True}),
         _needs_token),
    _Row(Failure("token-revoked", "semantic", {"revokes_token": True}, silent=True)),
    _Row(Failure("corrupt", "semantic", {"corrupt": True}, silent=True)),
    _Row(Failure("short", "semantic", {"short": 1}, silent=True)),
    _Row(Failure("job-fails", "semantic", {"job_fails": "IMG.0061"}, silent=True)),
    _Row(Failure("job-lies", "semantic", {"job_lies": True}, silent=True)),
    _Row(Failure("job-hangs", "semantic", {"job_hangs": 37}, silent=True,
                 spares=frozenset({"orphan"}))),
    _Row(Failure("quota", "semantic", {"quota_used_up": True})),
    _Row(Failure("unseen", "semantic", {"unseen": "1h"})),
    _Row(Failure("page-repeat", "semantic", {"page": "repeat"})),
    # Silent: an image that will be deleted by itself counts as deleted.
    _Row(Failure("slow-delete", "semantic", {"deleting": "1h"}, silent=True)),
    _Row(Failure("deleted-meanwhile", "semantic", {"meanwhile": "delete"},
                 spares=_SOMEBODY_ELSE), _changes_or_deletes),
    # Silent: a client that writes the old name back leaves the same image as in the clean run.
    _Row(Failure("changed-meanwhile", "semantic", {"meanwhile": {"name": "changed"}}, silent=True,
                 spares=_SOMEBODY_ELSE,
                 unseeable="somebody else changed the image right before the request"), _changes),
    _Row(Failure("stale", "semantic", {"stale": "1h"},
                 unseeable="a response of an hour ago looks like one of now")),
    _Row(Failure("page-miss", "semantic", {"page": "miss"},
                 unseeable="a page does not say that an item is missing")),
    _Row(Failure("twice", "semantic", {"twice": True},
                 spares=frozenset({"duplicate", "result", "orphan"}),
                 unseeable="the one response does not say that the work was done twice"), _creates),
)


def failures_of(
    operation: Operation, kinds: frozenset[Kind], profile: Profile | None = None
) -> Iterator[Failure]:
    """Yield the failures of an operation, the most frequent in practice first.

    Args:
        operation: the operation.
        kinds: the kinds of failures to include.
        profile: the profile of the fake; some failures exist in one profile only.
    """
    for kind in KINDS:
        if kind in kinds:
            yield from (_statuses(operation) if kind == "statuses" else
                        _of_kind(operation, kind, profile))


def names() -> tuple[str, ...]:
    """Return the name of every failure."""
    found = {failure.name: None for operation in BY_ID.values()
             for failure in failures_of(operation, frozenset(KINDS))}
    return tuple(found)


def _statuses(operation: Operation) -> Iterator[Failure]:
    for status in sorted({*operation.errors, 429, 503}, reverse=True):
        yield Failure(str(status), "statuses", {"status": status})
        if status in (429, 503):
            yield Failure(f"{status}-retry-after", "statuses",
                          {"status": status, "retry_after": RETRY_AFTER})
    if writes(operation):
        for status in sorted({*operation.errors, 503}, reverse=True):
            yield Failure(
                f"{status}-after", "statuses", {"status": status, "moment": "after"},
                unseeable="" if status >= 500 else f"a {status} says that nothing was done")


def _of_kind(operation: Operation, kind: Kind, profile: Profile | None) -> Iterator[Failure]:
    for row in _ROWS:
        if row.failure.kind == kind and row.applies(operation) and (
            _means_something(operation.id, row.failure.name, profile)
        ):
            yield row.failure


@cache
def _means_something(operation: str, name: str, profile: Profile | None) -> bool:
    """Return whether the faults can do this to this operation."""
    from ..faults.plan import plan  # imports every kind of fault

    failure = next(row.failure for row in _ROWS if row.failure.name == name)
    try:
        plan({"operation": operation, **failure.settings}, profile)
    except UsageError:
        return False
    return True


def kinds_of(text: str) -> frozenset[Kind]:
    """Parse kinds of failures: ``all``, or some kinds separated by commas.

    Raises:
        UsageError: a kind is unknown.
    """
    found = [name.strip() for name in text.split(",")]
    if "all" in found:
        return frozenset(KINDS)
    for name in found:
        if name not in KINDS:
            raise unknown("kind of failures", name, ("all", *KINDS))
    return frozenset(cast("list[Kind]", found))
