"""Whether a history of concurrent operations is linearizable.

A history is linearizable if there is an order of its operations, one after another, that explains
every result, and in which an operation that ended before another one began comes before it.

This is the search of Wing and Gong, with Lowe's memory of what has been tried: the same operations
done, with the same state, are looked at once. Two things keep it quick without making it unsound.
An operation that never changes anything is taken as soon as it is possible: if an order exists in
which it comes later, there is one in which it comes here. And ``hint`` says in which order to try.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

Step = Callable[[Any, Any], Any]


class _Impossible:
    def __repr__(self) -> str:
        return "IMPOSSIBLE"


#: What a step returns if the operation cannot have had its result in this state.
IMPOSSIBLE = _Impossible()


@dataclass(frozen=True)
class Event:
    """One operation, or one part of an operation that has several.

    Attributes:
        begin: when its client sent the request.
        end: when its client had the response.
        what: the operation and its result, for the specification.
        after: the number of the event in the history that comes before it: the earlier part of
            the same operation. -1 without one.
        reads: whether it changes nothing, in whatever state it has this result.
        hint: where it probably stands in the order. A wrong hint costs time and nothing else.
    """

    begin: float
    end: float
    what: Any
    after: int = -1
    reads: bool = False
    hint: float = 0.0


@dataclass(frozen=True)
class Verdict:
    """What the search found.

    Attributes:
        ok: whether there is an order.
        decided: False if the search gave up before it knew.
        tried: number of steps that it took.
        order: the order that it found, as numbers of events.
        why: for a history without an order: where the longest attempt ended.
    """

    ok: bool
    decided: bool
    tried: int
    order: tuple[int, ...] = ()
    why: str = ""


class _Pending:
    """The events that are not in the order yet: a linked list of their begins and ends."""

    def __init__(self, history: Sequence[Event]) -> None:
        count = len(history)
        self._count = count
        self._history = history
        marks = [(event.begin, 0, number) for number, event in enumerate(history)]
        # At the same instant a begin comes first: then the two overlap, which allows more.
        marks += [(event.end, 1, number) for number, event in enumerate(history)]
        marks.sort()
        chain = [2 * count, *(number + kind * count for _, kind, number in marks), 2 * count]
        self._next = [0] * (2 * count + 1)
        self._previous = [0] * (2 * count + 1)
        for left, right in pairwise(chain):
            self._next[left], self._previous[right] = right, left

    def first(self, done: int) -> list[int]:
        """Return the events that may come next: no pending event ended before they began."""
        found = []
        at = self._next[2 * self._count]
        while at < self._count:
            after = self._history[at].after
            if after < 0 or done >> after & 1:
                found.append(at)
            at = self._next[at]
        return found

    def take(self, number: int) -> None:
        for at in (number, number + self._count):
            self._next[self._previous[at]] = self._next[at]
            self._previous[self._next[at]] = self._previous[at]

    def put_back(self, number: int) -> None:
        """Undo the newest ``take``."""
        for at in (number + self._count, number):
            self._next[self._previous[at]] = at
            self._previous[self._next[at]] = at


def check(
    history: Sequence[Event], state: Hashable, step: Step, budget: int = 1_000_000
) -> Verdict:
    """Search for an order.

    Args:
        history: the events, in any sequence.
        state: the state before all of them.
        step: ``step(state, what)`` returns the state after an operation with this result, or
            ``IMPOSSIBLE``. States are hashable.
        budget: number of steps after which the search gives up.
    """
    for event in history:
        if event.end < event.begin:
            raise ValueError(f"{event} ends before it begins")
    pending = _Pending(history)
    everything = (1 << len(history)) - 1
    done, tried, longest, why = 0, 0, -1, ""
    seen: set[tuple[int, Hashable]] = set()
    taken: list[tuple[int, Hashable, Iterator[tuple[int, Hashable]]]] = []
    options = _options(history, pending.first(done), state, step)
    while done != everything:
        number, after = next(options, (-1, None))
        if number < 0:
            if len(taken) > longest:
                longest = len(taken)
                why = _told(history, pending.first(done), state, longest)
            if not taken:
                return Verdict(False, True, tried, why=why)
            number, state, options = taken.pop()
            pending.put_back(number)
            done ^= 1 << number
            continue
        tried += 1
        if tried > budget:
            return Verdict(False, False, tried, why=f"gave up after {budget:,} steps; {why}")
        key = (done | 1 << number, after)
        if key in seen:
            continue
        seen.add(key)
        taken.append((number, state, options))
        pending.take(number)
        done, state = key
        options = _options(history, pending.first(done), state, step)
    return Verdict(True, True, tried, tuple(number for number, _, _ in taken))


def _options(
    history: Sequence[Event], numbers: list[int], state: Hashable, step: Step
) -> Iterator[tuple[int, Hashable]]:
    """Yield the events that are possible now, with the state after each."""
    numbers.sort(key=lambda number: history[number].hint)
    for number in numbers:
        after = step(state, history[number].what)
        if after is IMPOSSIBLE:
            continue
        yield number, after
        if history[number].reads:
            return


def _told(history: Sequence[Event], numbers: list[int], state: Hashable, count: int) -> str:
    shown = "; ".join(str(history[number].what) for number in numbers[:8])
    more = f"; and {len(numbers) - 8} more" if len(numbers) > 8 else ""
    return (f"the longest attempt explains {count} of {len(history)} events and reaches the state "
            f"{state}, in which none of these has its result: {shown}{more}")
