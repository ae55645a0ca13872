"""What a user may say about a fault, before it is checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ..domain.durations import DurationLike
from .effects.changes import Body


@dataclass(frozen=True)
class Settings:
    """The arguments of ``Faults.add``; their meaning is told there."""

    target: str | None = None
    status: int | None = None
    error: str | None = None
    times: int | None = None
    after: int = 0
    every: int = 1
    probability: float | None = None
    seed: int | str | None = None
    method: str | None = None
    path: str | None = None
    tenant: str | None = None
    image: str | None = None
    retry_after: float | str | None = None
    delay: DurationLike | None = None
    reset: Literal["before", "after"] | None = None
    body: Body | None = None
    headers: Mapping[str, str] | None = None
