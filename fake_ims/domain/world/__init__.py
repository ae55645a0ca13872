"""The world around images: what IMS asks other services for, as plain data.

Any id that a test has not added counts as a sound record, so a test works at once. With
``world.known_only = True`` such an id is unknown. Records that a test has added are judged by
their own fields in both cases. What the service asks for is in ``lookup``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Generic, cast, overload

from ...errors import UnknownNameError, unknown
from . import links
from .buckets import Bucket, Buckets, StoredObject
from .outages import Account, Outages
from .records import (
    Agency,
    Backup,
    Disk,
    EnterpriseProject,
    Flavor,
    Key,
    Region,
    RemoteImage,
    Server,
    Vault,
)
from .rules import FLAG, Checked
from .shelf import R, Shelf
from .urls import Urls, WebFile

__all__ = ["SHELVES", "Account", "Agency", "Backup", "Bucket", "Buckets", "Disk",
           "EnterpriseProject", "Flavor", "Key", "Outages", "Region", "RemoteImage", "Server",
           "Shelf", "StoredObject", "Urls", "Vault", "WebFile", "World"]


class _ShelfOf(Generic[R]):
    """An attribute of the world that has its records of one kind."""

    def __init__(self, kind: type[R]) -> None:
        self.kind = kind

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, world: None, owner: type) -> _ShelfOf[R]: ...
    @overload
    def __get__(self, world: World, owner: type) -> Shelf[R]: ...
    def __get__(self, world: World | None, owner: type) -> _ShelfOf[R] | Shelf[R]:
        if world is None:
            return self
        if self._name not in world._shelves:
            world._shelves[self._name] = Shelf(world, self._name, self.kind)
        return cast("Shelf[R]", world._shelves[self._name])

    def __set__(self, world: World, value: object) -> None:
        raise UnknownNameError(f"world.{self._name} cannot be replaced; add records with "
                               f"world.{self._name}.add(...)")


class World(Checked):
    """Everything around the images: servers, disks, backups, vaults, buckets, keys, ...

    Attributes:
        region: the region of the fake.
        quota: how many private images a project can have.
        max_jobs: how many jobs of a project can run at a time; None for any number.
        has_kms: whether images can be encrypted at all.
        failing_stores: ids of Glance's stores that take no data at the moment.
    """

    region: str
    quota: int
    max_jobs: int | None
    has_kms: bool
    failing_stores: list[str]
    servers = _ShelfOf(Server)
    disks = _ShelfOf(Disk)
    backups = _ShelfOf(Backup)
    vaults = _ShelfOf(Vault)
    keys = _ShelfOf(Key)
    enterprise_projects = _ShelfOf(EnterpriseProject)
    flavors = _ShelfOf(Flavor)
    regions = _ShelfOf(Region)
    agencies = _ShelfOf(Agency)
    remote_images = _ShelfOf(RemoteImage)

    def __init__(
        self, region: str, quota: int, now: Callable[[], float] = time.time,
        stores: tuple[str, ...] = (),
    ) -> None:
        self._now = now
        self._stores = stores
        self.region = region
        self.quota = quota
        self.max_jobs = None
        self.has_kms = True
        self.failing_stores = []
        self._known_only = False
        self._account = Account()
        self._outages = Outages()
        self._buckets = Buckets(region, now)
        self._urls = Urls()
        # Each is made when it is first asked for: few tests need more than one.
        self._shelves: dict[str, Shelf[Any]] = {}

    @property
    def known_only(self) -> bool:
        """Whether only the records that the test has added are known; by default, any id counts
        as a sound record.

        Raises:
            UsageError: set to True while a record refers to one that does not exist.
        """
        return self._known_only

    @known_only.setter
    def known_only(self, value: bool) -> None:
        before, self._known_only = self._known_only, FLAG.read(value, "world", "known_only")
        try:
            if value:
                links.check_all(self)
        except ValueError:
            self._known_only = before
            raise

    @property
    def account(self) -> Account:
        """The account that pays: ``world.account.has_balance = False``."""
        return self._account

    @property
    def outages(self) -> Outages:
        """The services that do not respond: ``world.outages.begin("OBS")``."""
        return self._outages

    @property
    def buckets(self) -> Buckets:
        """The buckets, by name: ``world.buckets["disks"].put("centos.qcow2", size=2**30)``."""
        return self._buckets

    @property
    def urls(self) -> Urls:
        """What the web returns to imports: ``world.urls["https://example.org/a.img"] = b"..."``."""
        return self._urls

    def __setattr__(self, name: str, value: object) -> None:
        """Set an attribute.

        Raises:
            UsageError: there is no such attribute, or the value is not allowed.
        """
        if name == "failing_stores" and isinstance(value, (list, tuple)):
            for store in value:
                if store not in self._stores:
                    raise unknown("store", store, self._stores)
        super().__setattr__(name, value)

    def __repr__(self) -> str:
        found = [f"{name}: {len(self._shelves[name])}" for name in SHELVES
                 if self._shelves.get(name)]
        if len(self.buckets):
            found.append(f"buckets: {len(self.buckets)}")
        if len(self.urls):
            found.append(f"urls: {len(self.urls)}")
        told = ", ".join([*found, *(["known_only"] if self.known_only else [])])
        return f"<world: {told or 'empty'}>"


#: The shelves of a world, and the class of the records on each.
SHELVES: dict[str, type[Any]] = {name: found.kind for name, found in vars(World).items()
                                 if isinstance(found, _ShelfOf)}
