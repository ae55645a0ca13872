"""The results of a sweep, and their forms: text, JSON, HTML, JUnit XML, GitHub annotations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, TypedDict, cast

from ..verdict import BAD, WORDS, Word


class Request(TypedDict):
    """One request of the clean run.

    ``operation`` is method and path if no route matched. ``line`` says what was sent and returned,
    ``site`` where in the code.
    """

    operation: str
    line: str
    site: str


class Result(TypedDict):
    """The result of one run.

    ``case`` is its id in this report; ``key`` its id in a baseline. ``rule`` is the rule that it
    broke, or empty. ``position``, ``operation``, ``failure`` and ``site`` are those of its last
    failure. ``again`` is the command that repeats it. ``requests`` are the lines of its requests,
    ``traceback`` is that of the test; both are empty unless the verdict is bad. ``known`` is the
    reason in the baseline; empty for news.
    """

    case: str
    key: str
    word: Word
    rule: str
    why: str
    position: int
    operation: str
    failure: str
    site: str
    again: str
    requests: list[str]
    traceback: str
    known: str


class Swept(TypedDict):
    """The sweep of one test, or the part of it that one xdist worker did.

    ``left_out`` lists the cases that the budget skipped, ``equal`` is the number of cases that
    were not run because they are equal to others. ``gone`` lists the cases of the baseline that no
    longer go wrong. ``note`` says why results are missing or unreliable; it is empty if they are
    not.
    """

    test: str
    requests: list[Request]
    results: list[Result]
    left_out: list[str]
    equal: int
    gone: list[str]
    seconds: float
    note: str


def merged(parts: Iterable[Swept]) -> list[Swept]:
    """Merge the parts of each test. The tests keep the order of their first appearance."""
    found: dict[str, Swept] = {}
    for part in parts:
        whole = found.get(part["test"])
        if whole is None:
            found[part["test"]] = cast("Swept", {**part, "results": list(part["results"]),
                                                 "left_out": list(part["left_out"])})
            continue
        whole["results"] += part["results"]
        whole["left_out"] += part["left_out"]
        whole["equal"] = max(whole["equal"], part["equal"])
        whole["seconds"] += part["seconds"]
        whole["note"] = whole["note"] or part["note"]
        whole["gone"] = sorted(set(whole["gone"]) & set(part["gone"]))
    for whole in found.values():
        whole["results"].sort(key=lambda result: _order(result["case"]))
    return list(found.values())


def _order(case: str) -> tuple[int, list[tuple[int, str]]]:
    points = [point.partition(":") for point in case.split("+")]
    return len(points), [(int(position), rest) for position, _, rest in points]


def counts(swept: Swept) -> Counter[str]:
    """Return the number of runs with each verdict."""
    return Counter(result["word"] for result in swept["results"])


def bad(swept: Swept) -> list[Result]:
    """Return the runs that fail the test: those with a bad verdict that no baseline knows."""
    return [result for result in swept["results"]
            if result["word"] in BAD and not result["known"]]


def summary(swept: Swept) -> str:
    """Return the numbers of one test as a sentence."""
    found = counts(swept)
    known = sum(bool(result["known"]) for result in swept["results"] if result["word"] in BAD)
    told = ", ".join(f"{found[word]} {word}" for word in WORDS if found[word])
    return (f"{number(len(swept['requests']), 'request')}, "
            f"{number(len(swept['results']), 'run')} in {swept['seconds']:.1f} s"
            + (f": {told}" if told else "")
            + (f" ({known} of them known)" if known else ""))


def number(count: int, name: str) -> str:
    """Return a number with a noun: ``2 runs``."""
    return f"{count} {name}{'s' * (count != 1)}"


def parsed(value: Mapping[str, Any]) -> Swept:
    """Return a part that a worker sent."""
    return cast("Swept", dict(value))
