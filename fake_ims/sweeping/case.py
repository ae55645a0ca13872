"""The cases of a sweep: which requests fail, and how, in one run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .failures import Failure

if TYPE_CHECKING:
    from .step import Step


@dataclass(frozen=True)
class Point:
    """One request of a run, and one way in which it fails.

    Attributes:
        position: position among all requests of the run, from 1.
        operation: id of its operation.
        nth: position among the requests of this operation, from 1. A later run identifies the
            request by this number.
        failure: how it fails.
    """

    position: int
    operation: str
    nth: int
    failure: Failure

    @property
    def id(self) -> str:
        """Such as ``2:images.upload:reset-after``."""
        return f"{self.position}:{self.operation}:{self.failure.name}"

    @property
    def key(self) -> str:
        """The same for baselines: ``images.upload#1:reset-after``. Requests of other operations do
        not change it."""
        return f"{self.operation}#{self.nth}:{self.failure.name}"

    def among(self, steps: Iterable[Step]) -> Step | None:
        """Return the request among those of a run; None if the run has not sent it."""
        return next((step for step in steps
                     if (step.operation, step.nth) == (self.operation, self.nth)), None)


@dataclass(frozen=True)
class Case:
    """The failures of one run, in order of their requests. A clean run has none."""

    points: tuple[Point, ...] = ()

    @property
    def id(self) -> str:
        """Such as ``2:images.upload:reset-after``; ``+`` joins several failures."""
        return "+".join(point.id for point in self.points)

    @property
    def key(self) -> str:
        """The id for baselines."""
        return "+".join(point.key for point in self.points)

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The failures, in order of their requests."""
        return tuple(point.failure for point in self.points)

    def __len__(self) -> int:
        return len(self.points)


CLEAN = Case()
