"""Splits swept tests into parts for the workers of pytest-xdist."""

from __future__ import annotations

import copy

import pytest

_A_WORKER = 4
_PART = pytest.StashKey[tuple[int, int, str]]()


def part_of(item: pytest.Item) -> tuple[int, int, str]:
    """Return which part of its sweep a test does, of how many, and the node id of the whole."""
    return item.stash.get(_PART, (0, 1, item.nodeid))


def can_split(item: pytest.Item) -> bool:
    """Return whether a test can do its sweep in parts. A ``TestCase`` finds its test by name."""
    return isinstance(item, pytest.Function) and not hasattr(item, "_testcase")


def split(item: pytest.Item, workers: int) -> list[pytest.Item]:
    """Return copies of a test, each of which does one part of its sweep."""
    parts = workers * _A_WORKER
    return [_part(item, number, parts) for number in range(parts)]


def _part(item: pytest.Item, number: int, parts: int) -> pytest.Item:
    """Return a copy of a test that does one part of its sweep."""
    made = copy.copy(item)
    label = f"part{number + 1}of{parts}"
    head, bracket, rest = item.name.partition("[")
    made.name = f"{head}[{rest[:-1]}-{label}]" if bracket else f"{head}[{label}]"
    made._nodeid = (  # type: ignore[attr-defined]  # pytest has no other way to rename a copy
        item.nodeid[: len(item.nodeid) - len(item.name)] + made.name)
    made.stash = pytest.Stash()
    made.stash[_PART] = number, parts, item.nodeid
    made.user_properties = list(item.user_properties)
    made._report_sections = []
    assert isinstance(made, pytest.Function)
    made._initrequest()
    return made
