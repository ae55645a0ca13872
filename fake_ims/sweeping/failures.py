"""The failures that a sweep tries for each operation, as settings of faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, cast

from ..contract.model import Operation
from ..errors import UsageError, unknown

Kind = Literal["statuses", "connection", "semantic"]
KINDS: tuple[Kind, ...] = ("statuses", "connection", "semantic")

Applies = Callable[[Operation], bool]


@dataclass(frozen=True)
class Failure:
    """One way in which a request can fail.

    Attributes:
        name: its name in cases and reports.
        kind: the kind of failure.
        settings: settings of the fault that causes it.
        hangs: whether the client gets no response and must give up by itself.
    """

    name: str
    kind: Kind
    settings: Mapping[str, Any]
    hangs: bool = False


@dataclass(frozen=True)
class _Rule:
    failure: Failure
    applies: Applies


def _everywhere(operation: Operation) -> bool:
    """Let the fault engine decide alone."""
    return True


def _has_body(operation: Operation) -> bool:
    return operation.success != 204


def _answers_json(operation: Operation) -> bool:
    return operation.success != 204 and operation.id != "images.download"


def _reads(operation: Operation) -> bool:
    return operation.method == "GET" and "image" in operation.path


def _creates(operation: Operation) -> bool:
    return operation.method == "POST" and operation.success in (200, 201)


def _changes(operation: Operation) -> bool:
    return operation.method == "PATCH"


def _deletes(operation: Operation) -> bool:
    return operation.method == "DELETE"


_RULES: tuple[_Rule, ...] = (
    _Rule(Failure("reset-before", "connection", {"reset_connection": "before"}), _everywhere),
    _Rule(Failure("reset-after", "connection", {"reset_connection": "after"}), _everywhere),
    _Rule(Failure("no-answer", "connection", {}, hangs=True), _everywhere),
    _Rule(Failure("truncated", "connection", {"truncate": "50%"}), _has_body),
    _Rule(Failure("garbage", "connection", {"garbage": True}), _everywhere),
    _Rule(Failure("gateway-page", "connection", {"gateway_page": 502}), _everywhere),
    _Rule(Failure("invalid-json", "connection", {"invalid_json": "cut"}), _answers_json),
    _Rule(Failure("killed", "semantic", {"kill": "killed by the sweep"}), _everywhere),
    _Rule(Failure("dies-saving", "semantic", {"dies_at": 1, "leaves": "saving"}), _everywhere),
    _Rule(Failure("dies-killed", "semantic", {"dies_at": 1, "leaves": "killed"}), _everywhere),
    _Rule(Failure("twice", "semantic", {"twice": True}), _creates),
    _Rule(Failure("stale", "semantic", {"stale": "1h"}), _reads),
    _Rule(Failure("unseen", "semantic", {"unseen": "1h"}), _everywhere),
    _Rule(Failure("page-miss", "semantic", {"page": "miss"}), _everywhere),
    _Rule(Failure("page-repeat", "semantic", {"page": "repeat"}), _everywhere),
    _Rule(Failure("corrupt", "semantic", {"corrupt": True}), _everywhere),
    _Rule(Failure("short", "semantic", {"short": 1}), _everywhere),
    _Rule(Failure("job-fails", "semantic", {"job_fails": "IMG.0061"}), _everywhere),
    _Rule(Failure("job-lies", "semantic", {"job_lies": True}), _everywhere),
    _Rule(Failure("job-hangs", "semantic", {"job_hangs": 37}), _everywhere),
    _Rule(Failure("quota", "semantic", {"quota_used_up": True}), _everywhere),
    _Rule(Failure("token-revoked", "semantic", {"revokes_token": True}), _everywhere),
    _Rule(Failure("changed-meanwhile", "semantic", {"meanwhile": {"name": "changed"}}), _changes),
    _Rule(Failure("deleted-meanwhile", "semantic", {"meanwhile": "delete"}),
          lambda operation: _changes(operation) or _deletes(operation)),
    _Rule(Failure("slow-delete", "semantic", {"deleting": "1h"}), _everywhere),
)


def failures_of(operation: Operation, kinds: frozenset[Kind]) -> Iterator[Failure]:
    """Yield the failures of an operation, the most frequent in practice first.

    Args:
        operation: the operation.
        kinds: the kinds of failures to include.
    """
    if "connection" in kinds:
        yield from _ruled(operation, "connection")
    if "statuses" in kinds:
        for status in sorted(operation.errors, reverse=True):
            yield Failure(str(status), "statuses", {"status": status})
    if "semantic" in kinds:
        yield from _ruled(operation, "semantic")


def _ruled(operation: Operation, kind: Kind) -> Iterator[Failure]:
    for rule in _RULES:
        if rule.failure.kind == kind and rule.applies(operation) and (
            _means_something(operation.id, rule.failure.name)
        ):
            yield rule.failure


@cache
def _means_something(operation: str, name: str) -> bool:
    """Return whether the fault engine accepts this failure for this operation."""
    from ..faults.plan import plan  # imports every kind of fault

    failure = next(rule.failure for rule in _RULES if rule.failure.name == name)
    if failure.hangs:
        return True
    try:
        plan({"operation": operation, **failure.settings})
    except UsageError:
        return False
    return True


def kinds_of(text: str) -> frozenset[Kind]:
    """Parse kinds of failures: ``all``, or some kinds separated by commas.

    Raises:
        UsageError: a kind is unknown.
    """
    names = [name.strip() for name in text.split(",")]
    if "all" in names:
        return frozenset(KINDS)
    for name in names:
        if name not in KINDS:
            raise unknown("kind of failures", name, ("all", *KINDS))
    return frozenset(cast("list[Kind]", names))
