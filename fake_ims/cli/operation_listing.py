"""``fake-ims operations``: lists the operations of the contract."""

from __future__ import annotations

from collections.abc import Sequence

from ..contract.model import Operation
from ..contract.operations import OPERATIONS

_HEADINGS = ("OPERATION", "METHOD", "PATH", "STATUS", "PROFILES", "CHAPTER")


def document(profile: str | None) -> list[dict[str, object]]:
    """Return the listing as a JSON document; without a profile, of both."""
    return [{name: sorted(value) if isinstance(value, frozenset) else value
             for name, value in ((name, getattr(row, name)) for name in row.__slots__)}
            for row in _rows(profile)]


def text(profile: str | None) -> str:
    """Return the listing as a table for a terminal."""
    return "\n".join(_table([_HEADINGS, *map(_cells, _rows(profile))]))


def _rows(profile: str | None) -> list[Operation]:
    return [row for row in OPERATIONS if profile is None or profile in row.profiles]


def _cells(row: Operation) -> tuple[str, ...]:
    profiles = "both" if len(row.profiles) == 2 else "".join(row.profiles)
    notes = " (deprecated)" if row.deprecated and "eprecated" not in row.chapter else ""
    return row.id, row.method, row.path, str(row.success), profiles, row.chapter + notes


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows]
