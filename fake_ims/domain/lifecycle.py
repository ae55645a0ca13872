"""When images change status, and which of them end killed.

Nothing runs in the background. An image in a status that will pass carries a ``Transition``; the
store applies it when somebody looks and it has become due.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import UsageError
from .durations import AT_ONCE, Due, DurationLike, due

KILLED_BY_TEST = "killed by the test"


@dataclass(slots=True)
class Transition:
    """A change of status that is under way.

    Attributes:
        target: the status to come.
        due: after a duration, after N looks, or by hand.
        due_at: instant on the fake's clock, for a duration.
        looks_left: for polls.
        reason: why, when the target is ``killed``.
    """

    target: str
    due: Due
    due_at: float = 0.0
    looks_left: int = 0
    reason: str = ""


@dataclass(slots=True)
class _Kill:
    reason: str
    name: str | None = None
    countdown: int = 1
    count: int | None = 1


class Lifecycle:
    """How long each status lasts; zero by default, so that no test waits.

    Set ``saving`` (from the end of an upload or import until ``active`` or ``killed``) and
    ``deleting`` (from DELETE until the image is gone, shown as ``pending_delete``) to a duration
    (``"30s"``), to ``polls(3)`` or to ``by_hand``.
    """

    def __init__(self) -> None:
        self._saving: Due = AT_ONCE
        self._deleting: Due = AT_ONCE
        self._kills: list[_Kill] = []

    @property
    def saving(self) -> Due:
        """How long an image stays ``saving`` (or ``importing``) once its data is there."""
        return self._saving

    @saving.setter
    def saving(self, value: DurationLike | Due) -> None:
        self._saving = due(value)

    @property
    def deleting(self) -> Due:
        """How long an image stays ``pending_delete``."""
        return self._deleting

    @deleting.setter
    def deleting(self, value: DurationLike | Due) -> None:
        self._deleting = due(value)

    def kill_next(self, reason: str = KILLED_BY_TEST, *, count: int = 1) -> None:
        """The next ``count`` uploads end ``killed``."""
        self._kills.append(_Kill(reason, count=_positive("count", count)))

    def kill_nth(self, nth: int, reason: str = KILLED_BY_TEST) -> None:
        """The Nth upload from now ends ``killed``."""
        self._kills.append(_Kill(reason, countdown=_positive("nth", nth)))

    def kill_named(self, name: str, reason: str = KILLED_BY_TEST) -> None:
        """Each upload to an image of this name ends ``killed``."""
        self._kills.append(_Kill(reason, name=name, count=None))

    def reset(self) -> None:
        """Zero time, no kills."""
        self._saving = self._deleting = AT_ONCE
        self._kills.clear()

    def verdict(self, name: str | None) -> str | None:
        """Called once for each upload that ends: why it is to be killed, or None if it is not."""
        for kill in self._kills:
            if kill.name is not None:
                if kill.name != name:
                    continue
                return kill.reason
            kill.countdown -= 1
            if kill.countdown > 0:
                continue
            if kill.count is not None:
                kill.count -= 1
                if kill.count <= 0:
                    self._kills.remove(kill)
            return kill.reason
        return None


def _positive(what: str, value: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise UsageError(f"{what} is a whole number from 1, not {value!r}")
    return value
