"""``fake.identity.keys``: pairs of access key and secret key."""

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
    """The pairs by access key. Iterate over it, or use ``len()``."""

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
        """Add a pair of keys. Missing values are generated.

        Args:
            user: the owner.
            project: the project of requests that do not name one; by default the first on which
                the user has a role.
            access, secret: the pair.
            security_token: makes the pair temporary: requests must carry this token.

        Raises:
            UsageError: the user does not exist or has no role on the project, the access key is
                taken, or an argument is invalid.
        """
        def work(identity: Keystone) -> AccessKey:
            directory, keys = identity.directory, identity.keys
            owner = named.user(identity, user)
            target = named.project_of(identity, owner, project)
            name = access
            if name is None:
                name = derived_id("access", owner.id, str(len(keys)))[:20].upper()
            if name in keys:
                raise UsageError(f"access key {name!r} already exists")
            return keys.add(
                name, secret if secret is not None else derived_id(
                    "secret", str(name)), project_id=target.id,
                user_id=owner.id, roles=directory.roles(owner.id, target.id),
                security_token=security_token,
                projects={row.id: directory.roles(owner.id, row.id)
                          for row in directory.projects_of(owner.id) if row is not target})

        return self._people.work(work)

    def remove(self, key: str | AccessKey) -> None:
        """Remove a pair, by its access key.

        Raises:
            UsageError: it does not exist.
        """
        access = self[key].access
        self._people.work(lambda identity: identity.keys.remove(access))

    def __getitem__(self, key: str | AccessKey) -> AccessKey:
        """Return the pair with this access key.

        Raises:
            UsageError: it does not exist.
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
        return "not used yet" if known is None else ", ".join(known) or "none"
