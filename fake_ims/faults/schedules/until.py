"""Fire until the requested image or job has changed its status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...errors import UsageError, unknown
from ..kinds import Kind, Scope, Setting, Values
from ..subject import STATUSES, has_image, has_job, status
from . import Schedule, Turn

if TYPE_CHECKING:
    from ...api.call import Call


@dataclass(frozen=True)
class Until(Schedule):
    """Fires on requests for an image or job until one finds it in this status.

    The status is read when a request arrives. Each image and each job counts on its own. The fault
    does not fire if the image or job in the path does not exist.
    """

    status: str

    def due(self, turn: Turn, call: Call) -> bool:
        found = status(call)
        if found is None:
            return False
        subject, now = found
        if now == self.status:
            turn.memory[subject] = True
        return subject not in turn.memory

    def __str__(self) -> str:
        return f"until the status is {self.status}"


@dataclass(frozen=True)
class UntilChange(Schedule):
    """Fires on requests for an image or job as long as it has the status of the first request."""

    def due(self, turn: Turn, call: Call) -> bool:
        found = status(call)
        if found is None:
            return False
        subject, now = found
        if turn.memory.setdefault(subject, now) != now:
            turn.memory[subject] = ""  # for good, even if it returns to that status
        return bool(turn.memory[subject] == now)

    def __str__(self) -> str:
        return "until the status changes"


def _refuse_without_subject(name: str, scope: Scope) -> None:
    if not any(has_image(one) or has_job(one) for one in scope.operations):
        raise UsageError(f"{name}= requires an operation with an image or a job in its path, such "
                         "as images.show or jobs.show")


def _until(values: Values, scope: Scope) -> Until:
    _refuse_without_subject("until", scope)
    if values["until"] not in STATUSES:
        raise unknown("status", values["until"], STATUSES)
    return Until(values["until"])


def _until_change(values: Values, scope: Scope) -> UntilChange:
    _refuse_without_subject("until_change", scope)
    if values["until_change"] is not True:
        raise UsageError(f"until_change={values['until_change']!r}: expected true; to turn it off, "
                         "leave it out")
    return UntilChange()


KIND = Kind("schedule", (
    Setting("until", {"enum": list(STATUSES)},
            "fire until a request finds the image or job in its path in this status"),
), _until)
CHANGE = Kind("schedule", (
    Setting("until_change", {"enum": [True], "title": "true"},
            "fire until the image or job in the path has another status than at the first "
            "request"),
), _until_change)
