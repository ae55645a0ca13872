"""The state of one fake: everything that a reset makes anew, and what a request works on."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .domain.callers import AuthMode, Callers
from .domain.clock import Clock
from .domain.images import Images
from .domain.lifecycle import Lifecycle
from .domain.members import Members
from .domain.metadefs import Metadefs
from .domain.store import Store
from .domain.tags import Tags
from .domain.tasks import Tasks
from .domain.transitions import Transitions
from .domain.uploads import Uploads
from .faults import Faults
from .journal import Journal
from .profiles import Profile, profile

DEFAULT_REGION = "eu-de"


class Service:
    """One Image Management Service.

    Args:
        profile_name: ``otc`` or ``openstack``.
        auth: ``any``, ``strict`` or ``triple``; see ``Callers``.

    Attributes:
        epoch: number of resets so far; a request that began before one ends without a trace.
        profile: what differs between services.
        clock: the only source of time.
        lifecycle: when and how images change status.
        store: the images and their indexes.
        transitions: changes of status under way.
        images, uploads, tags, members: what can be done with images.
        tasks: Glance's tasks.
        metadefs: Glance's metadata definitions.
        callers: tokens and tenants.
        faults: failures that the test has asked for.
        journal: every exchange.
    """

    def __init__(self, profile_name: str = "otc", auth: AuthMode = "any") -> None:
        self.epoch = 0
        # The same over resets, so that a client made once for a session keeps its token.
        self._default_token = uuid.uuid4().hex
        self.clock = Clock()
        self.faults = Faults(self.clock)
        self.journal = Journal()
        self.lifecycle = Lifecycle()
        self._waiting: set[asyncio.Task[Any]] = set()
        self._build(profile_name, auth)

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """While in it, the running task waits for a fault; a reset ends the wait."""
        task = asyncio.current_task()
        assert task is not None
        self._waiting.add(task)
        try:
            yield
        finally:
            self._waiting.discard(task)

    def _build(self, profile_name: str, auth: AuthMode) -> None:
        self.profile: Profile = profile(profile_name)
        self.callers = Callers(auth, self._default_token)
        self.store = Store()
        self.tasks = Tasks()
        self.metadefs = Metadefs()
        self.transitions = Transitions(self)
        self.images = Images(self)
        self.uploads = Uploads(self)
        self.tags = Tags(self)
        self.members = Members(self)

    def reset(self, profile_name: str = "otc", auth: AuthMode = "any") -> None:
        """Forget images, members, tasks, tokens, faults and exchanges; set the clock back."""
        self.epoch += 1
        for task in self._waiting:
            # A reset may run beside the loop, so the loop itself has to cancel.
            task.get_loop().call_soon_threadsafe(task.cancel)
        self._waiting.clear()
        self.store.close()
        self.clock.reset()
        self.faults.clear()
        self.journal.clear()
        self.lifecycle.reset()
        self._build(profile_name, auth)
