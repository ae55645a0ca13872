"""Durations that are drawn by chance, each time anew, from a fault's own seeded random."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from ..domain.durations import DurationLike, seconds
from ..errors import UsageError, unknown
from .kinds import Setting

SEED = Setting("seed", {"type": ["integer", "string"]},
               "of the chance that the fault has; by default the fake's")


@dataclass(frozen=True)
class Spread:
    """A duration: fixed, or drawn each time.

    Attributes:
        seconds: how long; the shortest of a uniform one, the median of a log-normal one.
        longest: of a uniform one.
        sigma: standard deviation of the logarithm, of a log-normal one.
    """

    seconds: float
    longest: float | None = None
    sigma: float | None = None

    def fixed(self, random: Random) -> Spread:
        """One draw."""
        if self.longest is not None:
            return Spread(random.uniform(self.seconds, self.longest))
        if self.sigma is not None:
            return Spread(self.seconds * math.exp(random.gauss(0, self.sigma)))
        return self

    def __str__(self) -> str:
        if self.longest is not None:
            return f"{self.seconds:g}s to {self.longest:g}s"
        if self.sigma is not None:
            return f"about {self.seconds:g}s (log-normal, sigma {self.sigma:g})"
        return f"{self.seconds:g}s"


def uniform(shortest: DurationLike, longest: DurationLike) -> dict[str, Any]:
    """For ``delay=``: every duration between the two is as likely as every other."""
    return {"uniform": [shortest, longest]}


def lognormal(median: DurationLike, sigma: float) -> dict[str, Any]:
    """For ``delay=``: half of the durations are below the median, few are very long.

    Args:
        median: the middle one.
        sigma: how wide they spread: the standard deviation of their logarithm. With 0.5, one in
            twenty takes more than 2.3 times the median.
    """
    return {"lognormal": {"median": median, "sigma": sigma}}


def spread(name: str, value: object) -> Spread:
    """A duration or a distribution of durations, from what a user writes.

    Raises:
        UsageError: it is neither.
    """
    if not isinstance(value, Mapping):
        return Spread(seconds(value))  # type: ignore[arg-type]  # it refuses what it cannot read
    if len(value) != 1:
        raise UsageError(f"{name}={dict(value)!r}: it has one key, 'uniform' or 'lognormal'")
    ((kind, said),) = value.items()
    if kind == "uniform":
        if not isinstance(said, (list, tuple)) or len(said) != 2:
            raise UsageError(f"{name}: uniform={said!r}: it is a list of two durations, the "
                             "shortest and the longest")
        shortest, longest = map(seconds, said)
        if shortest > longest:
            raise UsageError(f"{name}: uniform={said!r}: the shortest comes first")
        return Spread(shortest, longest)
    if kind == "lognormal":
        if not isinstance(said, Mapping) or set(said) != {"median", "sigma"}:
            raise UsageError(f"{name}: lognormal={said!r}: it has a median and a sigma, such as "
                             "{'median': '1s', 'sigma': 0.5}")
        sigma = said["sigma"]
        if isinstance(sigma, bool) or not isinstance(sigma, (int, float)) or not (
                0 <= sigma < math.inf):
            raise UsageError(f"{name}: sigma={sigma!r}: it is a number from 0 on")
        return Spread(seconds(said["median"]), sigma=float(sigma))
    raise unknown(f"distribution of {name}", str(kind), ("uniform", "lognormal"))
