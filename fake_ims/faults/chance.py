"""Random durations, drawn from the fault's own seeded generator for each request."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from ..domain.durations import DurationLike
from ..errors import UsageError, unknown
from .kinds import Setting
from .values import duration

SEED = Setting("seed", {"type": ["integer", "string"]},
               "seed of the fault's random choices; defaults to the fake's seed")


@dataclass(frozen=True)
class Spread:
    """A duration, either fixed or random.

    Attributes:
        seconds: the duration; the minimum if it is uniform, the median if it is log-normal.
        longest: the maximum of a uniform duration.
        sigma: the standard deviation of the logarithm of a log-normal duration.
    """

    seconds: float
    longest: float | None = None
    sigma: float | None = None

    def fixed(self, random: Random) -> Spread:
        """Draw one duration."""
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
    """Return a value for ``delay=`` that draws uniformly between two durations.

    Args:
        shortest: the minimum, such as ``"1s"``.
        longest: the maximum.
    """
    return {"uniform": [shortest, longest]}


def lognormal(median: DurationLike, sigma: float) -> dict[str, Any]:
    """Return a value for ``delay=`` that draws from a log-normal distribution.

    Half of the durations are below the median. A few are very long.

    Args:
        median: the median duration, such as ``"1s"``.
        sigma: the standard deviation of the logarithm. With 0.5, one duration in twenty is longer
            than 2.3 times the median.
    """
    return {"lognormal": {"median": median, "sigma": sigma}}


def spread(name: str, value: object) -> Spread:
    """Parse a duration or a distribution of durations.

    Raises:
        UsageError: the value is neither.
    """
    if not isinstance(value, Mapping):
        return Spread(duration(name, value))
    if len(value) != 1:
        raise UsageError(f"{name}={dict(value)!r}: expected exactly one key, 'uniform' or "
                         "'lognormal'")
    ((kind, said),) = value.items()
    if kind == "uniform":
        if not isinstance(said, (list, tuple)) or len(said) != 2:
            raise UsageError(f"{name}: uniform={said!r}: expected a list of two durations, the "
                             "shortest and the longest")
        shortest, longest = (duration(name, one) for one in said)
        if shortest > longest:
            raise UsageError(f"{name}: uniform={said!r}: put the shortest duration first")
        return Spread(shortest, longest)
    if kind == "lognormal":
        if not isinstance(said, Mapping) or set(said) != {"median", "sigma"}:
            raise UsageError(f"{name}: lognormal={said!r}: expected a median and a sigma, such as "
                             "{'median': '1s', 'sigma': 0.5}")
        sigma = said["sigma"]
        if isinstance(sigma, bool) or not isinstance(sigma, (int, float)) or not (
                0 <= sigma < math.inf):
            raise UsageError(f"{name}: sigma={sigma!r}: expected a number, 0 or greater")
        return Spread(duration(name, said["median"]), sigma=float(sigma))
    raise unknown(f"distribution of {name}", str(kind), ("uniform", "lognormal"))
