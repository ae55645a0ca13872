"""The failures that an operation can have, as settings of faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from ..contract.model import Operation
from ..errors import unknown
from ..faults.registry import SETTINGS

Kind = Literal["statuses", "connection", "semantic"]
KINDS: tuple[Kind, ...] = ("statuses", "connection", "semantic")

Applies = Callable[[Operation], bool]


@dataclass(frozen=True)
class Failure:
    """One way in which one request can go wrong.

    Attributes:
        name: as cases and reports call it.
        kind: what it belongs to.
        settings: of the fault that brings it about.
        hangs: whether the client is left waiting: it should give up by itself.
    """

    name: str
    kind: Kind
    settings: Mapping[str, Any]
    hangs: bool = False


@dataclass(frozen=True)
class _Rule:
    failure: Failure
    applies: Applies


def _always(operation: Operation) -> bool:
    return True


def _is_list(operation: Operation) -> bool:
    return operation.id in ("images.list", "cloudimages.list")


def _reads_images(operation: Operation) -> bool:
    return operation.id in ("images.list", "cloudimages.list", "images.show")


def _creates(operation: Operation) -> bool:
    return operation.method == "POST" and operation.body == "json"


def _uploads(operation: Operation) -> bool:
    return operation.id == "images.upload"


def _downloads(operation: Operation) -> bool:
    return operation.id == "images.download"


def _begins_jobs(operation: Operation) -> bool:
    from ..contract.jobs import JOB_TYPES

    return operation.face == "ims" and operation.chapter in {
        row.chapter for row in JOB_TYPES.values()}


def _names_image(operation: Operation) -> bool:
    return "{image_id}" in operation.path


def _changes_image(operation: Operation) -> bool:
    return operation.id in ("images.update", "cloudimages.update")


def _deletes_image(operation: Operation) -> bool:
    return operation.id == "images.delete"


def _has_token(operation: Operation) -> bool:
    return operation.auth


_RULES: tuple[_Rule, ...] = (
    _Rule(Failure("reset-before", "connection", {"reset": "before"}), _always),
    _Rule(Failure("reset-after", "connection", {"reset": "after"}), _always),
    _Rule(Failure("no-answer", "connection", {}, hangs=True), _always),
    _Rule(Failure("truncated", "connection", {"truncate": 0.5}), _always),
    _Rule(Failure("garbage", "connection", {"garbage": True}), _always),
    _Rule(Failure("gateway-page", "connection", {"gateway": 502}), _always),
    _Rule(Failure("killed", "semantic", {"kills": "killed by the sweep"}), _uploads),
    _Rule(Failure("twice", "semantic", {"twice": True}), _creates),
    _Rule(Failure("stale", "semantic", {"stale": "1h"}), _reads_images),
    _Rule(Failure("page-miss", "semantic", {"page": "miss"}), _is_list),
    _Rule(Failure("page-repeat", "semantic", {"page": "repeat"}), _is_list),
    _Rule(Failure("unseen", "semantic", {"unseen": "1h"}), _names_image),
    _Rule(Failure("corrupt", "semantic", {"corrupt": True}), _downloads),
    _Rule(Failure("short", "semantic", {"short": 1}), _downloads),
    _Rule(Failure("dies-saving", "semantic", {"dies_at": 1, "leaves": "saving"}), _uploads),
    _Rule(Failure("dies-killed", "semantic", {"dies_at": 1, "leaves": "killed"}), _uploads),
    _Rule(Failure("job-fails", "semantic", {"job_fails": "IMG.0061"}), _begins_jobs),
    _Rule(Failure("job-lies", "semantic", {"job_lies": True}), _begins_jobs),
    _Rule(Failure("job-hangs", "semantic", {"job_hangs": 37}), _begins_jobs),
    _Rule(Failure("quota", "semantic", {"quota_used_up": True}),
          lambda operation: _begins_jobs(operation) or operation.id == "images.create"),
    _Rule(Failure("token-revoked", "semantic", {"revokes_token": True}), _has_token),
    _Rule(Failure("changed-meanwhile", "semantic", {"meanwhile": {"name": "changed"}}),
          _changes_image),
    _Rule(Failure("deleted-meanwhile", "semantic", {"meanwhile": "delete"}),
          lambda operation: _changes_image(operation) or _deletes_image(operation)),
    _Rule(Failure("slow-delete", "semantic", {"deletes_in": "1h"}), _deletes_image),
)


def failures_of(operation: Operation, kinds: frozenset[Kind]) -> Iterator[Failure]:
    """The failures of an operation, those first that clients meet most.

    Args:
        operation: its row in the contract.
        kinds: which kinds of failures.
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
        known = set(rule.failure.settings) <= set(SETTINGS)
        if known and rule.failure.kind == kind and rule.applies(operation):
            yield rule.failure


def kinds_of(text: str) -> frozenset[Kind]:
    """The kinds that a text names: ``all``, or some of them with commas.

    Raises:
        UsageError: there is no such kind.
    """
    names = [name.strip() for name in text.split(",")]
    if "all" in names:
        return frozenset(KINDS)
    for name in names:
        if name not in KINDS:
            raise unknown("kind of failures", name, ("all", *KINDS))
    return frozenset(cast("list[Kind]", names))
