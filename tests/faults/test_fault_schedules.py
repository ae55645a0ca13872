"""When a fault fires among the requests that match."""

from __future__ import annotations

from typing import Any

import pytest

from fake_ims.domain.clock import Clock
from fake_ims.faults import Faults
from fake_ims.faults.schedules.every import ordinal


def fired(harness: Any, count: int) -> str:
    """A mark for each request: ``x`` where the fault fired."""
    return "".join("x" if status == 503 else "." for status in harness.statuses(count))


@pytest.mark.parametrize(("settings", "marks"), [
    ({}, "xxxxxxxx"),
    ({"times": 2}, "xx......"),
    ({"after": 3}, "...xxxxx"),
    ({"every": 3}, "..x..x.."),
    ({"after": 1, "every": 2, "times": 2}, "..x.x..."),
    ({"probability": 0}, "........"),
    ({"probability": 1, "times": 1}, "x......."),
])
def test_schedules(harness: Any, settings: dict[str, Any], marks: str) -> None:
    harness.faults.add("images.list", status=503, **settings)
    assert fired(harness, 8) == marks


def test_only_matching_requests_count(harness: Any) -> None:
    fault = harness.faults.add("images.list", status=503, after=1)
    harness.send("images.show")
    assert fired(harness, 2) == ".x"
    assert (fault.matched, fault.hits) == (2, 1)


def test_chance_is_reproducible(harness: Any) -> None:
    runs = []
    for seed in (7, 7, 8):
        with harness.faults.add("images.list", status=503, probability=0.5, seed=seed):
            runs.append(fired(harness, 40))
    assert runs[0] == runs[1] != runs[2]
    assert 0 < runs[0].count("x") < 40


def test_the_common_seed_makes_chance_reproducible(harness: Any) -> None:
    runs = []
    for seed in (1, 1, 2):
        harness.faults = Faults(Clock())
        harness.faults.seed = seed
        harness.faults.add("images.list", status=503, probability=0.5)
        runs.append(fired(harness, 40))
    assert runs[0] == runs[1] != runs[2]


def test_clearing_starts_the_common_chance_anew(harness: Any) -> None:
    runs = []
    for _ in range(2):
        harness.faults.add("images.list", status=503, probability=0.5)
        runs.append(fired(harness, 40))
        harness.faults.clear()
    assert runs[0] == runs[1]


def test_a_used_up_fault_is_not_looked_up_any_more(harness: Any) -> None:
    fault = harness.faults.add("images.list", status=503, times=1)
    assert fault.active
    assert harness.faults.any
    harness.send()
    assert not fault.active
    assert not harness.faults.any
    assert list(harness.faults) == [fault]
    assert fault.hits == 1


@pytest.mark.parametrize(("number", "word"), [
    (1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (22, "22nd"),
    (113, "113th"),
])
def test_ordinals(number: int, word: str) -> None:
    assert ordinal(number) == word
