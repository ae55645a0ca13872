"""Results of sweeps, as tests of the reports need them."""

from __future__ import annotations

from typing import Any

from fake_ims.sweeping.report import Request, Result, Swept


def request(position: int = 1, operation: str = "images.upload", **given: Any) -> Request:
    made = Request(position=position, operation=operation, line=f"PUT /{position} -> 204",
                   site="", planted=[], status=204, sent="", got="")
    made.update(given)  # type: ignore[typeddict-item]  # a test gives known names
    return made


def result(case: str = "1:images.upload:503", **given: Any) -> Result:
    position, operation, failure = case.split("+")[-1].split(":")
    made = Result(
        case=case, key=f"{operation}#1:{failure}", word="wrong", rule="orphan",
        why="the test raised client.Failed: 503, and left image 'a' in status queued",
        position=int(position), operation=operation, failure=failure, kind="statuses",
        site="client.py:7 in upload", again=f"pytest t.py::test --fake-ims-sweep-case={case}",
        sent=2, requests=[], traceback="", known="", seconds=0.1)
    made.update(given)  # type: ignore[typeddict-item]
    return made


def swept(*results: Result, test: str = "t.py::test", **given: Any) -> Swept:
    made = Swept(test=test, requests=[request()], results=list(results), left_out=[], equal=0,
                 gone=[], seconds=1.0, note="")
    made.update(given)  # type: ignore[typeddict-item]
    return made
