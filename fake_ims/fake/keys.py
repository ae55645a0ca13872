"""``fake.identity.keys``: pairs of access key and secret key, in the hands of a test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..domain.handle import Handle
from ..domain.identity import named
from ..domain.identity.people import Project, User, derived_id
from ..domain.keys import AccessKey
from ..errors import UsageError, unknown

if TYPE_CHECKING:
    from ..domain.identity import Keystone
    from .identity import Identity


class AccessKeys(Handle):
    """The key pairs, by access key; it can be iterated and has a ``len()``."""

    def __init__(self, people: Identity) -> None:
        self._people = people

    def add(
        self,
        user: str | User,
        *,
        project: str | Project | None = None,
        access: str | None = None,
        secret: str | None = None,
        security_token: str | None = None,
    ) -> AccessKey:
        """A pair of keys; what is not given is made.

        Args:
            user: whose it is.
            project: the project of requests that name none; by default the first on which the
                user has a role.
            access, secret: the pair.
            security_token: of a temporary pair, what requests must bring beside the signature.

        Raises:
            UsageError: there is no such user, he has no role on a project, the access key is
                taken, or an argument cannot be.
        """
        def work(identity: Keystone) -> AccessKey:
            directory, keys = identity.directory, identity.keys
            owner = named.user(identity, user)
            target = named.project_of(identity, owner, project)
            name = access or derived_id("access", owner.id, str(len(keys)))[:20].upper()
            if name in keys:
                raise UsageError(f"there is an access key {name!r} already")
            return keys.add(
                name, secret or derived_id("secret", name), project_id=target.id,
                user_id=owner.id, roles=directory.roles(owner.id, target.id),
                security_token=security_token,
                projects={row.id: directory.roles(owner.id, row.id)
                          for row in directory.projects_of(owner.id) if row is not target})

        return self._people.work(work)

    def remove(self, key: str | AccessKey) -> None:
        """Remove a pair, by its access key.

        Raises:
            UsageError: there is none.
        """
        access = self[key].access
        self._people.work(lambda identity: identity.keys.remove(access))

    def __getitem__(self, key: str | AccessKey) -> AccessKey:
        """The pair of an access key.

        Raises:
            UsageError: there is none.
        """
        def work(identity: Keystone) -> AccessKey:
            access = key.access if isinstance(key, AccessKey) else key
            found = identity.keys.get(access)
            if found is None:
                raise unknown("access key", access, (row.access for row in identity.keys))
            return found

        return self._people.work(work)

    def __iter__(self) -> Iterator[AccessKey]:
        return iter(self._people.work(lambda identity: list(identity.keys)))

    def __len__(self) -> int:
        return self._people.work(lambda identity: len(identity.keys))

    def _told(self) -> str:
        known = self._people.known_keys()
        return "nobody has asked for them yet" if known is None else ", ".join(known) or "none"
