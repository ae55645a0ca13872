"""When images change status, and which of them end killed.

Nothing runs in the background. An image in a status that will pass carries a ``Transition``; the
store applies it when somebody looks and it has become due.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..errors import UsageError
from .durations import AT_ONCE, Due, DurationLike, due
from .handle import Handle

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
    """One order to kill: the next ``count`` uploads, the one after ``wait`` others, or a name's."""

    reason: str
    name: str | None = None
    wait: int | None = None
    count: int = 0


class Lifecycle(Handle):
    """How long each status lasts; zero by default, so that no test waits.

    Set ``saving`` (from the end of an upload or import until ``active`` or ``killed``) and
    ``deleting`` (from DELETE until the image is gone, shown as ``pending_delete``) and ``jobs``
    (from the request until ``SUCCESS`` or ``FAIL``) to a duration (``"30s"``), to ``polls(3)`` or
    to ``by_hand``.
    """

    __slots__ = ("_kills", "_times")
    _INTERNAL: ClassVar[frozenset[str]] = frozenset({"begin", "verdict"})

    def __init__(self) -> None:
        # How long saving, deleting and jobs take: changed together, as a reset does.
        self._times: tuple[Due, Due, Due] = (AT_ONCE, AT_ONCE, AT_ONCE)
        self._kills: list[_Kill] = []

    @property
    def saving(self) -> Due:
        """How long an image stays ``saving`` (or ``importing``) once its data is there."""
        return self._times[0]

    @saving.setter
    def saving(self, value: DurationLike | Due) -> None:
        self._times = (due(value), *self._times[1:])

    @property
    def deleting(self) -> Due:
        """How long an image stays ``pending_delete``."""
        return self._times[1]

    @deleting.setter
    def deleting(self, value: DurationLike | Due) -> None:
        self._times = (self._times[0], due(value), self._times[2])

    @property
    def jobs(self) -> Due:
        """How long an asynchronous job of the IMS APIs takes; the first tenth it is ``INIT``."""
        return self._times[2]

    @jobs.setter
    def jobs(self, value: DurationLike | Due) -> None:
        self._times = (*self._times[:2], due(value))

    def kill_next(self, reason: str = KILLED_BY_TEST, *, count: int = 1) -> None:
        """The next ``count`` uploads end ``killed``; asked for twice, the next two.

        Raises:
            UsageError: ``count`` is not a whole number from 1, or the reason no text.
        """
        self._kills.append(_Kill(_text("reason", reason), count=_positive("count", count)))

    def kill_nth(self, nth: int, reason: str = KILLED_BY_TEST) -> None:
        """The Nth upload from now ends ``killed``, whatever becomes of those before it.

        Raises:
            UsageError: ``nth`` is not a whole number from 1, or the reason no text.
        """
        self._kills.append(_Kill(_text("reason", reason), wait=_positive("nth", nth) - 1))

    def kill_named(self, name: str, reason: str = KILLED_BY_TEST) -> None:
        """Each upload to an image of this name ends ``killed``.

        Raises:
            UsageError: the name or the reason is no text.
        """
        self._kills.append(_Kill(_text("reason", reason), name=_text("name", name)))

    def _told(self) -> str:
        kills = f", {len(self._kills)} kills to come" if self._kills else ""
        return f"saving {self.saving}, deleting {self.deleting}, jobs {self.jobs}{kills}"

    def reset(self) -> None:
        """Zero time, no kills."""
        self.begin((AT_ONCE, AT_ONCE, AT_ONCE))

    def begin(self, times: tuple[Due, Due, Due]) -> None:
        """These times for saving, deleting and jobs, and no kills."""
        self._times = times
        self._kills.clear()

    def verdict(self, name: str | None) -> str | None:
        """Called once for each upload that ends: why it is to be killed, or None if it is not.

        Every upload counts for every ``kill_nth``; of several reasons the first asked for holds.
        """
        reason: str | None = None
        for kill in list(self._kills):
            if kill.name is not None:
                hit = kill.name == name
            elif kill.wait is not None:
                hit = kill.wait == 0
                kill.wait -= 1
                if hit:
                    self._kills.remove(kill)
            else:
                hit = reason is None
                kill.count -= hit
                if kill.count == 0:
                    self._kills.remove(kill)
            if hit and reason is None:
                reason = kill.reason
        return reason


def _text(what: str, value: str) -> str:
    if not isinstance(value, str) or not value:
        raise UsageError(f"{what} is a text, not {value!r}")
    return value


def _positive(what: str, value: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise UsageError(f"{what} is a whole number from 1, not {value!r}")
    return value
