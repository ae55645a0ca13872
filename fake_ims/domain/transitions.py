"""Changes of status that take their time: begun, waited for, and arrived at.

Nothing runs in the background: what has become due is applied when somebody looks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .durations import After, Due, Polls
from .image import Image
from .lifecycle import Transition

if TYPE_CHECKING:
    from ..server.state import Service


class Transitions:
    """The changes of status that are under way in one service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._store = service.store

    def _now(self) -> float:
        return self._service.clock.now()

    def settle(self) -> None:
        """Apply everything that has become due by now, jobs and transitions, in its order."""
        now = self._now()
        jobs = self._service.begun_jobs
        if jobs is not None:
            while (instant := jobs.next_due()) <= now:
                self._settle(instant)
                jobs.arrive()
        self._settle(now)

    def _settle(self, now: float) -> None:
        for image in self._store.fallen_due(now):
            transition = image.transition
            if transition is not None and isinstance(transition.due, After) and (
                transition.due_at <= now
            ):
                self._arrive(image, transition, transition.due_at)

    def look(self, image: Image) -> bool:
        """A client looks at an image: what was waiting for looks may become due; whether it has."""
        transition = image.transition
        if transition is None or not isinstance(transition.due, Polls):
            return False
        transition.looks_left -= 1
        if transition.looks_left > 0:
            return False
        self._arrive(image, transition, self._now())
        return True

    def finish(self, image: Image) -> None:
        """The data of an image is there: ``active`` or ``killed`` once ``lifecycle.saving`` is
        over."""
        reason = self._service.lifecycle.verdict(image.name)
        due = self._service.lifecycle.saving
        target = "active" if reason is None else "killed"
        if due == After(0.0):
            self._arrive(image, Transition(target, due, reason=reason or ""), self._now())
        else:
            self.begin(image, target, due, reason or "")

    def begin(self, image: Image, target: str, due: Due, reason: str = "") -> None:
        """A change begins: it arrives after a duration, at a look, or by hand."""
        now = self._now()
        transition = Transition(target, due, reason=reason)
        if isinstance(due, After):
            transition.due_at = now + due.seconds
            self._store.schedule(image, transition.due_at)
        elif isinstance(due, Polls):
            transition.looks_left = due.count
        image.transition = transition
        image.changed(now)

    def _arrive(self, image: Image, transition: Transition, now: float) -> None:
        image.transition = None
        if transition.target == "deleted":
            self.bury(image, now)
        elif transition.target == "killed":
            self.kill(image, transition.reason, now)
        else:
            image.status = transition.target
            self._service.profile.activated(image, now)
            image.changed(now)

    def kill(self, image: Image, reason: str, now: float) -> None:
        """The image is killed: its data is gone, its record stays."""
        image.drop_data()
        self._service.profile.emptied(image)
        image.transition = None
        image.status = "killed"
        image.kill_reason = reason
        image.changed(now)

    def bury(self, image: Image, now: float) -> None:
        """The image is deleted."""
        image.transition = None
        image.status = "deleted"
        image.deleted_at = now
        image.drop_data()
        self._store.remove(image)
        image.changed(now)
