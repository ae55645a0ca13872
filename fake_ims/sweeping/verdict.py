"""Judges a run with failures. ``rules.py`` has the rules.

A run that breaks none has survived, or failed well. ``allow=`` takes rules back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from .failures import Failure
from .outcome import Demands, Outcome
from .rules import broken
from .step import Step

Word = Literal["survived", "failed well", "wrong", "should have survived", "cannot be seen",
               "not reached"]
WORDS: tuple[Word, ...] = ("survived", "failed well", "wrong", "should have survived",
                           "cannot be seen", "not reached")
#: Verdicts that fail a test.
BAD: tuple[Word, ...] = ("wrong", "should have survived")
# Rules whose breach is the client's, even if nobody can see the failure.
_SEEABLE = frozenset({"hang", "pace", "repeat", "overwritten"})


@dataclass(frozen=True)
class Verdict:
    """The verdict on a run.

    Attributes:
        word: the verdict.
        why: the reason, in a sentence.
        rule: the rule that the run broke; empty if none.
    """

    word: Word
    why: str
    rule: str = ""


def judge(outcome: Outcome, clean: Outcome, demands: Demands) -> Verdict:
    """Judge a run by the clean run of the same test.

    Args:
        outcome: the outcome of the run.
        clean: the outcome of the clean run.
        demands: what the user says about the client.
    """
    failures = outcome.case.failures
    if outcome.hang and "hang" not in demands.allow:
        return Verdict("wrong", f"hang: {outcome.hang}", "hang")
    missed = _not_reached(outcome, clean)
    if missed:
        return Verdict("not reached", missed)
    spared = demands.allow.union(*(failure.spares for failure in failures))
    found = next(((rule, why) for rule, why in broken(outcome, clean, demands)
                  if rule not in spared), None)
    if found is not None:
        rule, why = found
        unseeable = next((one.unseeable for one in failures if one.unseeable), "") or (
            _unseeable(outcome))
        if unseeable and rule not in _SEEABLE:
            return Verdict("cannot be seen", f"{unseeable}; {why}", rule)
        return Verdict("wrong", why, rule)
    if outcome.passed:
        return Verdict("survived", outcome.end)
    told = outcome.error_text
    if demands.promises(outcome.case):
        return Verdict("should have survived",
                       f"the client promises to survive this, but {outcome.end}")
    return Verdict("failed well", told)


def _unseeable(outcome: Outcome) -> str:
    """Return why no client can notice what a response says wrongly: that something is gone."""
    for step in outcome.planted():
        if any(failure.name == "slow-delete" for failure in step.planted) and not (
                _waits_after(step, outcome)):
            return "the answer to a DELETE does not say when the image will be gone"
    for lie in outcome.planted():
        if lie.status != 404 or lie.worked:
            continue
        if lie.method == "DELETE":
            return "a client may take the 404 of a DELETE for done"
        if any(step.worked and step.method == "DELETE" and step.position < lie.position
               and step.path == lie.path
               for step in outcome.steps):
            return "the client has deleted it, and a 404 says that it is gone"
    return ""


def _waits_after(delete: Step, outcome: Outcome) -> bool:
    """Return whether the client waited for the end of a delete, or looked for it."""
    return outcome.ended - delete.began >= 1 or any(
        step.method == "GET" and step.path == delete.path and step.position > delete.position
        for step in outcome.steps)


def _not_reached(outcome: Outcome, clean: Outcome) -> str:
    """Return why the failures of a case were not there; empty if all of them were."""
    for index, point in enumerate(outcome.case.points):
        step = point.among(outcome.steps)
        if step is None or point.failure not in step.planted:
            return f"{outcome.subject} did not send this request again"
        before = point.among(clean.steps) if index == 0 else None
        if not _changed(point.failure, step, before, outcome.steps):
            return "the failure changed nothing here"
    return ""


def _changed(
    failure: Failure, step: Step, before: Step | None, steps: Sequence[Step]
) -> bool:
    if failure.silent:
        return step.worked
    if before is None or step.exchange is None or failure.waits or not step.status:
        return True
    if failure.later is not None and any(
        failure in other.planted for other in steps if other is not step
    ):
        return True
    return step.response != before.response or step.after != before.after
