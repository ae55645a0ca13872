"""Status changes that take time: started, pending, and applied.

Nothing runs in the background. A change that is due is applied at the next access.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .durations import After, Due, Polls
from .image import Image
from .lifecycle import Transition

if TYPE_CHECKING:
    from ..server.state import Service


class Transitions:
    """The pending status changes of one service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._store = service.store

    def _now(self) -> float:
        return self._service.clock.now()

    # A fault can change this for one request: see faults/view.py.
    def settle(self) -> None:
        """Apply all changes of jobs and images that are due by now, in order of their instants."""
        jobs = self._service.begun_jobs
        if jobs is None and not self._store.due:
            return
        now = self._now()
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

    # A fault can change this for one request: see faults/view.py.
    def look(self, image: Image) -> bool:
        """Count a client's request for an image, for ``polls(N)``. Return whether it changed."""
        transition = image.transition
        if transition is None or not isinstance(transition.due, Polls):
            return False
        transition.looks_left -= 1
        if transition.looks_left > 0:
            return False
        self._arrive(image, transition, self._now())
        return True

    def data_arrived(self, image: Image) -> None:
        """Complete an image whose data has arrived: ``active`` or ``killed`` after
        ``lifecycle.saving``."""
        reason = self._service.lifecycle.why_killed(image.name)
        due = self._service.lifecycle.saving
        target = "active" if reason is None else "killed"
        if due == After(0.0):
            self._arrive(image, Transition(target, due, reason=reason or ""), self._now())
        else:
            self.begin(image, target, due, reason or "")

    def begin(self, image: Image, target: str, due: Due, reason: str = "") -> None:
        """Start a change: it ends after a duration, at a request, or by hand."""
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
        elif image.importing is not None:
            self._service.imports.finish(image, now, transition.reason)
        elif transition.target == "killed":
            self.kill(image, transition.reason, now)
        else:
            image.status = transition.target
            self._service.profile.activated(image, now)
            image.changed(now)

    def kill(self, image: Image, reason: str, now: float) -> None:
        """Kill an image: its data is deleted, its record stays. An import fails instead."""
        if image.importing is not None:
            self._service.imports.finish(image, now, reason)
            return
        image.drop_data()
        self._service.profile.emptied(image)
        image.transition = None
        image.status = "killed"
        image.kill_reason = reason
        image.changed(now)

    def bury(self, image: Image, now: float) -> None:
        """Delete an image."""
        image.transition = None
        if image.importing is not None:
            self._service.imports.abandon(image, now)
        if self._service.profile.options.image_cache_dir:
            self._service.cache.remove(image.id)
        image.deleted_at = now
        if self._service.profile.options.delayed_delete and image.data is not None:
            # Clients see no difference: only the scrubber, which the fake does not have, ends it.
            image.status = "pending_delete"
        else:
            image.status = "deleted"
            image.drop_data()
        self._store.remove(image)
        image.changed(now)
