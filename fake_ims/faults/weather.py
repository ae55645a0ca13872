"""Weather: named sets of faults that occur together on a bad day of a cloud."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..domain.handle import Handle
from ..errors import unknown
from .plan import plan

if TYPE_CHECKING:
    from .fault import Fault
    from .store import Faults


@dataclass(frozen=True)
class WeatherRow:
    """A named list of faults.

    Attributes:
        name: the name for ``faults.weather``.
        says: a description in one sentence.
        faults: the settings of each fault, as for ``faults.add``, in order of adding.
    """

    name: str
    says: str
    faults: tuple[Mapping[str, object], ...]


_ROWS = (
    WeatherRow("flaky", "the network and the servers fail now and then", (
        {"probability": 0.1, "delay": "200ms"},
        {"probability": 0.04, "reset_connection": "before"},
        {"probability": 0.03, "reset_connection": "after"},
        {"probability": 0.06, "status": 503, "retry_after": 1},
        {"probability": 0.03, "status": 500},
    )),
    WeatherRow("throttled", "the API gateway allows few requests per tenant", (
        {"method": "POST", "rate": "30/m"},
        {"rate": "10/s"},
    )),
    WeatherRow("brownout", "too few servers are left: responses are slow, and some requests fail", (
        {"probability": 0.5, "delay": "300ms"},
        {"concurrency": 4, "status": 503, "retry_after": 1},
        {"probability": 0.15, "status": 503, "retry_after": 2},
        {"probability": 0.05, "status": 504},
    )),
    WeatherRow("az-outage", "an availability zone is down: most requests fail for two minutes, "
               "then fewer and fewer", (
        {"probability": 0.4, "lasting": "2m", "reset_connection": "before"},
        {"probability": 0.9, "lasting": "2m", "recovery": "1m", "status": 503},
    )),
    WeatherRow("slow-disk", "storage is slow: uploads and downloads crawl", (
        {"operation": "images.upload", "delay": "200ms", "dribble": {"up": 262_144}},
        {"operation": "images.download", "delay": "200ms", "dribble": {"down": 262_144}},
    )),
)

#: Every weather, by name.
WEATHER: dict[str, WeatherRow] = {row.name: row for row in _ROWS}


class Weather(Handle):
    """An active weather. ``Faults.weather`` returns it.

    Use it as a context manager to remove its faults at the end of the block.
    """

    def __init__(self, row: WeatherRow, faults: tuple[Fault, ...]) -> None:
        self._row = row
        self._faults = faults

    @property
    def name(self) -> str:
        """Which, such as ``flaky``."""
        return self._row.name

    @property
    def says(self) -> str:
        """What it is like, in one sentence."""
        return self._row.says

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Its faults, in order."""
        return self._faults

    @property
    def hits(self) -> int:
        """Number of times that its faults fired."""
        return sum(fault.hits for fault in self.faults)

    def remove(self) -> None:
        """Remove its faults."""
        for fault in self.faults:
            fault.remove()

    def __iter__(self) -> Iterator[Fault]:
        return iter(self.faults)

    def __len__(self) -> int:
        return len(self.faults)

    def __enter__(self) -> Weather:
        return self

    def __exit__(self, *error: object) -> None:
        self.remove()

    def __str__(self) -> str:
        return "\n".join([f"{self.name}: {self.says}", *map(str, self.faults)])

    def _told(self) -> str:
        unused = sum(fault.idle() for fault in self._faults)
        return f"{self.name}, {len(self._faults)} faults, {unused} never fired"


def set_weather(faults: Faults, name: str, seed: int | str | None) -> Weather:
    """Add the faults of a weather.

    Raises:
        UsageError: no weather has that name.
    """
    if name not in WEATHER:
        raise unknown("weather", name, WEATHER)
    row = WEATHER[name]
    plans = []
    for position, settings in enumerate(row.faults):
        made = plan(settings, faults.profile)
        if seed is not None and made.by_chance:
            made = plan({**settings, "seed": f"{seed}:{position}"}, faults.profile)
        plans.append(made)
    return Weather(row, faults.place(plans))
