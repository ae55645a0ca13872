"""The state of one fake: everything that requests use and a reset renews."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from os import urandom
from typing import TYPE_CHECKING, Any

from ..domain.callers import AuthMode
from ..domain.clock import Clock
from ..domain.images import Images
from ..domain.lifecycle import Lifecycle
from ..domain.members import Members
from ..domain.shape import PLAIN, Shape
from ..domain.store import Store
from ..domain.tags import Tags
from ..domain.tasks import Tasks
from ..domain.tokens import Tokens
from ..domain.transitions import Transitions
from ..domain.uploads import Uploads
from ..faults import Faults
from ..journal import BODY_BYTES, EXCHANGES, TOTAL_BYTES, Journal
from ..profiles import Profile, profile
from . import watching

if TYPE_CHECKING:
    from aiohttp import web

    from ..contract.options import Options
    from ..domain.cache import Cache
    from ..domain.identity import Keystone
    from ..domain.imports import Imports
    from ..domain.jobs import Jobs
    from ..domain.keys import Keys
    from ..domain.metadefs import Metadefs
    from ..domain.world import World
    from ..scenario import Scenario

DEFAULT_REGION = "eu-de"
DEFAULT_QUOTA = 1000
_REMEMBERED = 64  # number of resets whose tokens are remembered as ended


class Service:
    """One Image Management Service.

    Args:
        profile_name: ``otc`` or ``openstack``.
        auth: ``any``, ``issued`` or ``triple``; see ``Tokens``.
        region: name of the region, used by the catalog and the default project.
        options: Glance's options; None for the profile's defaults.
        shape: the shape of the endpoint.
        keep_exchanges: number of exchanges that the journal keeps.
        keep_bytes: number of bytes that it keeps of each body.
        keep_total: number of bytes that it keeps of all exchanges.

    Attributes:
        epoch: number of resets so far. Requests from an earlier epoch leave no trace.
        profile: the differences between services.
        clock: the only source of time.
        lifecycle: when and how images change status.
        store: the images and their indexes.
        transitions: pending status changes.
        images, uploads, tags, members: operations on images.
        tasks: Glance's tasks.
        tokens: which are issued, and whose they are.
        region: name of the region.
        shape: the shape of the endpoint.
        known_identity: the identity service; None before its first use.
        begun_jobs: asynchronous jobs; None before the first one.
        faults: the faults of the test.
        journal: every exchange.
        control: handles requests below ``/_fake_ims``; None treats them as unknown paths.
        strict: whether to report requests that no client should send.
        reading: tasks that read the rest of a body whose request has been answered.
        lasting_token: a token of the default tenant that stays valid across resets.
        scenario: called before and after each request to run due steps of a scenario; None
            without a scenario.
        watch: sees every request; None without a sweep.
    """

    def __init__(
        self, profile_name: str = "otc", auth: AuthMode = "any", region: str = DEFAULT_REGION,
        options: Options | None = None, shape: Shape = PLAIN, keep_exchanges: int = EXCHANGES,
        keep_bytes: int = BODY_BYTES, keep_total: int = TOTAL_BYTES,
    ) -> None:
        self.epoch = 0
        self.lasting_token = urandom(16).hex()
        self.clock = Clock()
        self.faults = Faults(self.clock)
        self.faults.service = self
        self.journal = Journal(keep_exchanges, keep_bytes, keep_total)
        self.journal.service = self
        self.strict = False
        self._ended: deque[frozenset[str]] = deque(maxlen=_REMEMBERED)
        self.lifecycle = Lifecycle()
        self._waiting: set[asyncio.Task[Any]] = set()
        self.reading: set[asyncio.Task[Any]] = set()
        self.control: Callable[[web.Request], Awaitable[web.StreamResponse]] | None = None
        self.scenario: Scenario | None = None
        self.watch = watching.current
        watching.services.add(self)
        self._build(profile_name, auth, region, options, shape)

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Mark the running task as waiting for a fault inside this block. A reset ends the wait."""
        task = asyncio.current_task()
        assert task is not None
        if task in self._waiting:
            yield
            return
        self._waiting.add(task)
        try:
            yield
        finally:
            self._waiting.discard(task)

    def interrupt(self) -> set[asyncio.Task[Any]]:
        """End every wait for a fault. Return the tasks that have waited; they end soon."""
        waiting, self._waiting = self._waiting, set()
        for task in waiting:
            # A reset may run in another thread, so the loop has to cancel the task itself.
            task.get_loop().call_soon_threadsafe(task.cancel)
        return waiting

    def _build(
        self, profile_name: str, auth: AuthMode, region: str, options: Options | None,
        shape: Shape,
    ) -> None:
        self.shape = shape
        self.profile: Profile = profile(profile_name, options)
        if self.faults.profile != self.profile.name:
            self.faults.profile = self.profile.name
        self.region = region
        self.known_identity: Keystone | None = None
        self.tokens = Tokens(auth, self.lasting_token)
        self._keys: Keys | None = None
        self.begun_jobs: Jobs | None = None
        self._world: World | None = None
        self.store = Store()
        self.tasks = Tasks()
        self._metadefs: Metadefs | None = None
        self.transitions = Transitions(self)
        self.images = Images(self)
        self.uploads = Uploads(self)
        self._imports: Imports | None = None
        self._cache: Cache | None = None
        self.tags = Tags(self)
        self.members = Members(self)

    @property
    def identity(self) -> Keystone:
        """The identity service. Created at first use, because few tests log in."""
        if self.known_identity is None:
            from ..domain.identity import Keystone

            self.known_identity = Keystone(self)
        return self.known_identity

    @property
    def jobs(self) -> Jobs:
        """The asynchronous jobs. Created at first use."""
        if self.begun_jobs is None:
            from ..domain.jobs import Jobs

            self.begun_jobs = Jobs(self)
        return self.begun_jobs

    @property
    def world(self) -> World:
        """Resources around images: servers, disks, buckets, ... Created at first use."""
        if self._world is None:
            from ..domain.world import World

            self._world = World(self.region, DEFAULT_QUOTA, self.clock.now,
                                self.profile.options.stores)
        return self._world

    @property
    def imports(self) -> Imports:
        """The imports. Created at first use."""
        if self._imports is None:
            from ..domain.imports import Imports

            self._imports = Imports(self)
        return self._imports

    @property
    def cache(self) -> Cache:
        """Glance's cache. Created at first use."""
        if self._cache is None:
            from ..domain.cache import Cache

            self._cache = Cache()
        return self._cache

    def store_fails(self, store: str) -> bool:
        """Return whether a test lets a store fail. It does not create the world."""
        return self._world is not None and store in self._world.failing_stores

    @property
    def quota(self) -> int:
        """The number of images a project may have. It does not create the world."""
        return DEFAULT_QUOTA if self._world is None else self._world.quota

    @property
    def metadefs(self) -> Metadefs:
        """Glance's metadata definitions. Created at first use."""
        if self._metadefs is None:
            from ..domain.metadefs import Metadefs

            self._metadefs = Metadefs()
        return self._metadefs

    @property
    def keys(self) -> Keys:
        """The access keys. Created at first use."""
        if self._keys is None:
            from ..domain.keys import Keys

            self._keys = Keys()
        return self._keys

    def is_late(self, token: str | None) -> bool:
        """Return whether a reset has ended a token, so its sender belongs to an earlier test."""
        return token is not None and not self.tokens.knows(token) and any(
            token in ended for ended in self._ended)

    def close(self) -> None:
        """Remove every image and its data."""
        if self.watch is not None:
            self.watch.closing(self)
        self.store.close()

    def reset(
        self, profile_name: str = "otc", auth: AuthMode = "any", region: str = DEFAULT_REGION,
        options: Options | None = None, shape: Shape = PLAIN,
    ) -> None:
        """Remove images, members, tasks, jobs, tokens, keys, faults and exchanges; reset the
        clock."""
        self.close()
        self.epoch += 1
        self.interrupt()
        self.scenario = None
        self._ended.append(self.tokens.ends())
        self.clock.reset()
        self.faults.forget()
        self.journal.forget()
        self._build(profile_name, auth, region, options, shape)
