"""Weather: several ordinary faults under one name, as a bad day of a cloud has them together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
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
        name: what ``faults.weather`` takes.
        says: what it is like, in one sentence.
        faults: the settings of each, as ``faults.add`` takes them, in the order in which they
            are set.
    """

    name: str
    says: str
    faults: tuple[Mapping[str, object], ...]


_ROWS = (
    WeatherRow("flaky", "a network and servers that now and then fail", (
        {"probability": 0.1, "delay": "200ms"},
        {"probability": 0.04, "reset_connection": "before"},
        {"probability": 0.03, "reset_connection": "after"},
        {"probability": 0.06, "status": 503, "retry_after": 1},
        {"probability": 0.03, "status": 500},
    )),
    WeatherRow("throttled", "a gateway that lets few requests of a tenant through", (
        {"method": "POST", "rate": "30/m"},
        {"rate": "10/s"},
    )),
    WeatherRow("brownout", "too few servers left: slow, and refusing what is too much", (
        {"probability": 0.5, "delay": "300ms"},
        {"concurrency": 4, "status": 503, "retry_after": 1},
        {"probability": 0.15, "status": 503, "retry_after": 2},
        {"probability": 0.05, "status": 504},
    )),
    WeatherRow("az-outage", "an availability zone is gone: for two minutes most requests fail, "
               "then fewer and fewer", (
        {"probability": 0.4, "lasting": "2m", "reset_connection": "before"},
        {"probability": 0.9, "lasting": "2m", "recovery": "1m", "status": 503},
    )),
    WeatherRow("slow-disk", "storage that takes long: uploads and downloads crawl", (
        {"operation": "images.upload", "delay": "200ms", "dribble": {"up": 262_144}},
        {"operation": "images.download", "delay": "200ms", "dribble": {"down": 262_144}},
    )),
)

#: Every weather, by name.
WEATHER: dict[str, WeatherRow] = {row.name: row for row in _ROWS}


class Weather(Handle):
    """A weather that has been set; as a context manager it is over at the end of the block."""

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
        """How often its faults have fired."""
        return sum(fault.hits for fault in self.faults)

    def remove(self) -> None:
        """Let it be over."""
        for fault in self.faults:
            fault.remove()

    def __iter__(self) -> Iterator[Fault]:
        return iter(self.faults)

    def __len__(self) -> int:
        return len(self.faults)

    def __enter__(self) -> Weather:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.remove()

    def __str__(self) -> str:
        return "\n".join([f"{self.name}: {self.says}", *map(str, self.faults)])

    def _told(self) -> str:
        unused = sum(fault.idle() for fault in self._faults)
        return f"{self.name}, {len(self._faults)} faults, {unused} never fired"


def set_weather(faults: Faults, name: str, seed: int | str | None) -> Weather:
    """Set a weather.

    Raises:
        UsageError: there is none of that name.
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
