"""The checker of histories: what it accepts, what it refuses; it agrees with brute force."""

from __future__ import annotations

import random
from itertools import permutations
from typing import Any

import pytest
from linearizable import IMPOSSIBLE, Event, check


def register(state: Any, what: Any) -> Any:
    """A register: ``("write", value)`` and ``("read", value)``."""
    kind, value = what
    if kind == "write":
        return value
    return state if value == state else IMPOSSIBLE


def history(*rows: tuple[float, float, str, int]) -> list[Event]:
    return [Event(begin, end, (kind, value), reads=kind == "read")
            for begin, end, kind, value in rows]


@pytest.mark.parametrize("rows", [
    [(0, 1, "write", 1), (2, 3, "read", 1)],
    [(0, 9, "write", 1), (1, 2, "read", 0), (3, 4, "read", 1)],
    [(0, 9, "write", 1), (0, 9, "write", 2), (1, 2, "read", 2), (3, 4, "read", 1)],
    [(0, 9, "read", 2), (1, 2, "write", 1), (3, 4, "write", 2), (5, 6, "write", 3)],
    [(0, 1, "write", 1), (1, 2, "read", 0)],  # they touch, so either may be first
    [],
])
def test_histories_with_an_order(rows: list[Any]) -> None:
    found = check(history(*rows), 0, register)
    assert found.ok
    assert sorted(found.order) == list(range(len(rows)))


@pytest.mark.parametrize("rows", [
    [(0, 1, "write", 1), (2, 3, "read", 0)],  # a stale read
    [(0, 9, "write", 1), (1, 2, "read", 1), (3, 4, "read", 0)],  # seen, and then not
    [(0, 9, "read", 1)],  # never written
    # Two readers that see two writes in different orders; the end state says nothing.
    [(0, 9, "write", 1), (0, 9, "write", 2), (1, 2, "read", 1), (3, 4, "read", 2),
     (5, 6, "read", 1)],
    [(0, 1, "write", 1), (2, 3, "write", 2), (4, 9, "read", 1)],  # a lost update
])
def test_histories_without_an_order(rows: list[Any]) -> None:
    found = check(history(*rows), 0, register)
    assert not found.ok
    assert found.decided
    assert "none of these has its result" in found.why


def test_the_parts_of_an_operation_keep_their_order() -> None:
    parts = [Event(0, 9, ("write", 1)), Event(0, 9, ("write", 2), after=0)]
    assert check([*parts, Event(1, 2, ("read", 1)), Event(3, 4, ("read", 2))], 0, register).ok
    assert not check([*parts, Event(1, 2, ("read", 2)), Event(3, 4, ("read", 1))], 0, register).ok


def test_it_gives_up_and_says_so() -> None:
    many = [Event(0, 9, ("write", number)) for number in range(12)]
    found = check([*many, Event(0, 9, ("read", 99))], 0, register, budget=500)
    assert (found.ok, found.decided) == (False, False)
    assert "gave up after 500 steps" in found.why


def test_a_hint_does_not_change_the_verdict() -> None:
    rows = [(0, 9, "write", 1), (0, 9, "write", 2), (1, 2, "read", 2), (3, 4, "read", 1)]
    for order in permutations(range(4)):
        hinted = [Event(begin, end, (kind, value), reads=kind == "read", hint=hint)
                  for (begin, end, kind, value), hint in zip(rows, order, strict=True)]
        assert check(hinted, 0, register).ok


def by_brute_force(events: list[Event]) -> bool:
    return any(explains(order) for order in permutations(events))


def explains(order: tuple[Event, ...]) -> bool:
    state: Any = 0
    for place, event in enumerate(order):
        if any(later.end < event.begin for later in order[place + 1:]):
            return False
        state = register(state, event.what)
        if state is IMPOSSIBLE:
            return False
    return True


def test_it_agrees_with_all_orders_tried_one_by_one() -> None:
    chance = random.Random(13)
    verdicts = []
    for _ in range(400):
        events = []
        for _ in range(chance.randint(1, 6)):
            begin = chance.randint(0, 8)
            kind = chance.choice(["read", "write"])
            events.append(Event(begin, begin + chance.randint(0, 5), (kind, chance.randint(0, 2)),
                                reads=kind == "read" and chance.random() < 0.7,
                                hint=chance.random()))
        verdicts.append(by_brute_force(events))
        assert check(events, 0, register).ok == verdicts[-1], events
    assert 100 < sum(verdicts) < 300  # both verdicts are common
