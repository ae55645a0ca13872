"""When images change status, and which uploads end killed.

Nothing runs in the background. An image in a temporary status has a ``Transition``. The store
applies it at the first access after it is due.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..errors import UsageError, shown
from . import sound
from .durations import AT_ONCE, Due, DurationLike, due
from .handle import Handle
from .planned_kills import PlannedKill, PlannedKills

KILLED_BY_TEST = "killed by the test"


@dataclass(slots=True)
class Transition:
    """A status change in progress.

    Attributes:
        target: the new status.
        due: after a duration, after N requests, or by hand.
        due_at: instant on the fake's clock, for a duration.
        looks_left: remaining requests, for ``polls(N)``.
        reason: why, if the target is ``killed``.
    """

    target: str
    due: Due
    due_at: float = 0.0
    looks_left: int = 0
    reason: str = ""


class Lifecycle(Handle):
    """How long each temporary status lasts. By default zero, so tests do not wait.

    Each setting is a duration (``"30s"``), ``polls(3)`` or ``by_hand``. ``saving`` lasts from the
    end of an upload until ``active`` or ``killed``, and as long as an import. ``deleting`` lasts
    from DELETE until the image is gone; meanwhile it is ``pending_delete``. ``jobs`` lasts from the
    request until ``SUCCESS`` or ``FAIL``.
    """

    __slots__ = ("_kills", "_times")
    _INTERNAL: ClassVar[frozenset[str]] = frozenset({"begin", "why_killed"})

    def __init__(self) -> None:
        # How long saving, deleting and jobs take: changed together, as a reset does.
        self._times: tuple[Due, Due, Due] = (AT_ONCE, AT_ONCE, AT_ONCE)
        self._kills = PlannedKills()

    # A fault can change this for one request: see faults/view.py.
    @property
    def saving(self) -> Due:
        """How long an image stays ``saving`` (or ``importing``) after its data has arrived."""
        return self._times[0]

    @saving.setter
    def saving(self, value: DurationLike | Due) -> None:
        self._times = (due(value), *self._times[1:])

    # A fault can change this for one request: see faults/view.py.
    @property
    def deleting(self) -> Due:
        """How long an image stays ``pending_delete``."""
        return self._times[1]

    @deleting.setter
    def deleting(self, value: DurationLike | Due) -> None:
        self._times = (self._times[0], due(value), self._times[2])

    @property
    def jobs(self) -> Due:
        """How long an asynchronous job of the IMS APIs takes. The first tenth is ``INIT``."""
        return self._times[2]

    @jobs.setter
    def jobs(self, value: DurationLike | Due) -> None:
        self._times = (*self._times[:2], due(value))

    def kill_next(self, reason: str = KILLED_BY_TEST, *, count: int = 1) -> None:
        """Let the next ``count`` uploads end ``killed``, or imports fail. Calls add up.

        Raises:
            UsageError: ``count`` is not a positive integer, or the reason is not a string.
        """
        self._kills.add(PlannedKill(_text("reason", reason), count=_positive("count", count)))

    def kill_nth(self, nth: int, reason: str = KILLED_BY_TEST) -> None:
        """Let the Nth upload from now end ``killed``, however the earlier ones end.

        Raises:
            UsageError: ``nth`` is not a positive integer, or the reason is not a string.
        """
        self._kills.add(PlannedKill(_text("reason", reason), wait=_positive("nth", nth) - 1))

    def kill_named(self, name: str, reason: str = KILLED_BY_TEST) -> None:
        """Let every upload to an image of this name end ``killed``.

        Raises:
            UsageError: the name or the reason is not a string.
        """
        self._kills.add(PlannedKill(_text("reason", reason), name=_text("name", name)))

    def _told(self) -> str:
        kills = f", {len(self._kills)} kills to come" if self._kills else ""
        return f"saving {self.saving}, deleting {self.deleting}, jobs {self.jobs}{kills}"

    def reset(self) -> None:
        """Set all durations to zero and drop planned kills."""
        self.begin((AT_ONCE, AT_ONCE, AT_ONCE))

    def begin(self, times: tuple[Due, Due, Due]) -> None:
        """Set the durations of saving, deleting and jobs, and drop planned kills."""
        if self._times != times:  # a comparison is quicker than an assignment to a handle
            self._times = times
        self._kills.clear()

    # A fault can change this for one request: see faults/view.py.
    def why_killed(self, name: str | None) -> str | None:
        """Return why an upload is killed, or None. Call this once for each upload that ends."""
        return self._kills.why(name)


def _text(what: str, value: str) -> str:
    if not isinstance(value, str) or not value:
        raise UsageError(f"{what} must be a non-empty string, not {shown(value)}")
    sound.check(value, what)
    return value


def _positive(what: str, value: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise UsageError(f"{what} must be an integer, 1 or greater, not {shown(value)}")
    sound.check(value, what)
    return value
