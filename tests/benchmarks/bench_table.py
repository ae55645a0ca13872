"""Paired measurements, and the table of them."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from statistics import median

Measure = Callable[[], float]


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        what: what was measured.
        ours: seconds for one, each round.
        other: seconds for one of what it is compared with, each round; empty if with nothing.
        target: what the ratio, or else the time, should be.
    """

    what: str
    ours: list[float]
    other: list[float]
    target: str = ""

    @property
    def ratios(self) -> list[float]:
        """Ours through the other, round by round."""
        return [ours / other for ours, other in zip(self.ours, self.other, strict=True)]

    def cells(self) -> tuple[str, ...]:
        """The line as texts."""
        if self.other:
            ratios = self.ratios
            spread = f"{min(ratios):.2f} - {max(ratios):.2f}"
            return (self.what, _time(median(self.other)), _time(median(self.ours)),
                    f"{median(ratios):.2f}", spread, self.target)
        spread = f"{_time(min(self.ours))} - {_time(max(self.ours))}"
        return self.what, "", _time(median(self.ours)), "", spread, self.target


HEAD = ("what", "compared", "fake_ims", "ratio", "spread", "target")


def paired(what: str, ours: Measure, other: Measure, rounds: int, target: str = "") -> Row:
    """Measure both in turn, the first of each round changing, after one round that is dropped."""
    pairs: list[tuple[float, float]] = []
    for round_ in range(rounds + 1):
        if round_ % 2:
            second = other()
            pairs.append((ours(), second))
        else:
            pairs.append((ours(), other()))
    return Row(what, [pair[0] for pair in pairs[1:]], [pair[1] for pair in pairs[1:]], target)


def alone(what: str, ours: Measure, rounds: int, target: str = "") -> Row:
    """Measure one thing, after one round that is dropped."""
    return Row(what, [ours() for _ in range(rounds + 1)][1:], [], target)


def table(rows: list[Row]) -> str:
    """The rows as a Markdown table."""
    lines = [HEAD, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    text = [" | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
            for line in lines]
    text.insert(1, " | ".join("-" * width for width in widths))
    return "\n".join(f"| {line} |" for line in text)


def facts() -> str:
    """What the figures depend on."""
    return (f"Python {platform.python_version()}, aiohttp {version('aiohttp')}, "
            f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors")


def _time(seconds: float) -> str:
    for unit, factor in (("s", 1.0), ("ms", 1e3)):
        if seconds * factor >= 1:
            return f"{seconds * factor:.2f} {unit}"
    return f"{seconds * 1e6:.1f} µs"
