"""The results of a sweep, and the forms in which they are reported.

- ``shown.py``: what a report keeps of a run, without secrets.
- ``findings.py``: runs that go wrong in the same way, as one finding.
- ``terminal.py``, ``document.py`` (JSON), ``page.py`` (HTML), ``junit.py``, ``github.py``: the
  forms.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, TypedDict, cast

from ..verdict import BAD, Word


class Request(TypedDict):
    """One request of a run, and its response. Secrets are masked.

    Attributes:
        position: position among all requests of the run, from 1.
        operation: id of its operation; method and path if no route matched.
        line: a summary: method, path, status, operation, time, caller, faults.
        site: where in the code it was sent, such as ``tests/test_disk.py:31 in upload``.
        planted: names of the failures that fired on it.
        status: status that the client got; 0 without a response.
        sent: headers and body of the request; empty if the report does not keep them.
        got: headers and body of the response, likewise.
    """

    position: int
    operation: str
    line: str
    site: str
    planted: list[str]
    status: int
    sent: str
    got: str


class Result(TypedDict):
    """The result of one run. Secrets are masked.

    Attributes:
        case: id of the case in this report; ``+`` joins several failures.
        key: id of the case in a baseline.
        word: the verdict.
        rule: the rule that the run broke; empty if none.
        why: the reason, in a sentence.
        position: position of the request of the last failure.
        operation: its operation.
        failure: name of the last failure.
        kind: kind of the last failure.
        site: where in the code that request was sent; empty if that is not known.
        again: the command that repeats the run.
        sent: number of requests of the run.
        requests: the requests around the last failure. Those of a bad run have their bodies.
        traceback: traceback of the test; empty unless the verdict is bad.
        known: the reason in the baseline; empty for news.
        seconds: real seconds that the run took.
    """

    case: str
    key: str
    word: Word
    rule: str
    why: str
    position: int
    operation: str
    failure: str
    kind: str
    site: str
    again: str
    sent: int
    requests: list[Request]
    traceback: str
    known: str
    seconds: float


class Swept(TypedDict):
    """The sweep of one test, or the part of it that one xdist worker did.

    Attributes:
        test: the test: its node id.
        requests: the requests of the clean run.
        results: the results, one for each run with failures.
        left_out: the cases that the budget skipped.
        equal: number of cases that did not run because they are equal to others.
        gone: cases of the baseline that no longer go wrong.
        seconds: real seconds.
        note: why results are missing or unreliable; empty if they are not.
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


def is_bad(result: Result) -> bool:
    """Return whether a run fails its test: its verdict is bad, and no baseline knows it."""
    return result["word"] in BAD and not result["known"]


def bad(swept: Swept) -> list[Result]:
    """Return the runs that fail the test."""
    return [result for result in swept["results"] if is_bad(result)]


def is_known(result: Result) -> bool:
    """Return whether a run went wrong as the baseline says."""
    return result["word"] in BAD and bool(result["known"])


def failures(case: str) -> str:
    """Return the failures of a case without their requests: ``reset-after, then 409``."""
    return ", then ".join(part.rpartition(":")[2] for part in case.split("+"))


def number(count: int, name: str) -> str:
    """Return a number with a noun: ``2 runs``."""
    return f"{count} {name}{'s' * (count != 1)}"


def parsed(value: Mapping[str, Any]) -> Swept:
    """Return a part that a worker sent."""
    return cast("Swept", dict(value))
