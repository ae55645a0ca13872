"""``fake.identity``: users, projects, domains and access keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, ClassVar, TypeVar

from ..domain import sound
from ..domain.durations import DurationLike, seconds
from ..domain.handle import Handle
from ..domain.identity import named
from ..domain.identity.people import (
    ApplicationCredential,
    Domain,
    Group,
    Project,
    User,
    derived_id,
)
from ..domain.identity.population import PASSWORD
from ..errors import UsageError, shown
from .keys import AccessKeys
from .tenant import checked_name, checked_roles

if TYPE_CHECKING:
    from ..domain.identity import Keystone
    from ..server.bridge import Bridge
    from ..server.state import Service

T = TypeVar("T")


class Identity(Handle):
    """Adds, changes and removes users, projects and domains. ``reset()`` undoes all changes.

    Methods accept a user or project by id, by name, or as the record that ``add_...`` returned.
    By default, the name is also the id, as with ``fake.tenant("p2")``.
    """

    _INTERNAL: ClassVar[frozenset[str]] = frozenset({"known_keys", "work"})

    def __init__(self, service: Service, bridge: Bridge) -> None:
        self._service = service
        self._bridge = bridge

    def work(self, what: Callable[[Keystone], T]) -> T:
        """Run a function with the identity service, in the thread that owns the state."""
        def work() -> T:
            identity = self._service.identity
            identity.meet()
            return what(identity)
        return self._bridge.run(work)

    def add_user(
        self,
        name: str,
        *,
        password: str | None = PASSWORD,
        project: str | Project | None = None,
        roles: Iterable[str] = ("member",),
        domain: str | Domain | None = None,
        id: str | None = None,
    ) -> User:
        """Add a user, and with ``project`` also roles on it.

        Args:
            name: the user's name, for ``OS_USERNAME``.
            password: the password; by default ``fake.password``, None for a user without one.
            project: the project on which the user gets roles. A missing project is added.
            roles: ``admin``, ``member``, ``reader`` or others without rights.
            domain: the user's domain; by default ``fake.user_domain_name``.
            id: the user's id; by default the name.

        Raises:
            UsageError: the user already exists, or an argument is invalid.
        """
        names = checked_roles(roles)
        _check_names(name, id)
        _checked_secret("password", password)

        def work(identity: Keystone) -> User:
            directory = identity.directory
            home = named.domain(identity, domain)
            named.absent("user", directory.users, id or name, name, home)
            row = directory.add_user(name, home, id or name, password)
            if project is not None:
                directory.grant_roles(row.id, named.project(identity, project, make=home).id, names)
            return row

        return self.work(work)

    def add_project(
        self, name: str, *, domain: str | Domain | None = None, id: str | None = None
    ) -> Project:
        """Add a project.

        Args:
            name: its name, for ``OS_PROJECT_NAME``.
            domain: its domain; by default ``fake.user_domain_name``.
            id: its id; by default the name.

        Raises:
            UsageError: the project already exists, or an argument is invalid.
        """
        _check_names(name, id)

        def work(identity: Keystone) -> Project:
            home = named.domain(identity, domain)
            named.absent("project", identity.directory.projects, id or name, name, home)
            return identity.directory.add_project(name, home, id or name)

        return self.work(work)

    def add_domain(self, name: str, *, id: str | None = None) -> Domain:
        """Add a domain. Open Telekom Cloud calls it an account.

        Raises:
            UsageError: the domain already exists, or an argument is invalid.
        """
        _check_names(name, id)

        def work(identity: Keystone) -> Domain:
            directory = identity.directory
            if (id or name) in directory.domains or directory.domain(None, name) is not None:
                raise UsageError(f"a domain {name!r} already exists")
            return directory.add_domain(name, id or name)

        return self.work(work)

    def add_group(
        self,
        name: str,
        *,
        users: Iterable[str | User] = (),
        project: str | Project | None = None,
        roles: Iterable[str] = ("member",),
    ) -> Group:
        """Add a group of users. All of them have the roles on the project.

        Raises:
            UsageError: the group already exists, or an argument is invalid.
        """
        names = checked_roles(roles)
        checked_name("name", name)

        def work(identity: Keystone) -> Group:
            directory = identity.directory
            named.absent("group", directory.groups, name, name, identity.home)
            members = {named.user(identity, user).id for user in users}
            row = directory.add_group(name, identity.home)
            row.members |= members
            if project is not None:
                target = named.project(identity, project, make=identity.home)
                directory.grant_roles(row.id, target.id, names)
            return row

        return self.work(work)

    def application_credential(
        self,
        user: str | User,
        *,
        project: str | Project | None = None,
        name: str = "credential",
        secret: str | None = None,
        roles: Iterable[str] | None = None,
        expires: DurationLike | None = None,
    ) -> ApplicationCredential:
        """Add an application credential. Clients log in with its ``id`` and ``secret``.

        Args:
            user: the user who owns it.
            project: the project; by default the first on which the user has a role.
            name: its name.
            secret: its secret; by default a generated one.
            roles: which of the user's roles it has; by default all.
            expires: duration on the fake's clock until it expires; by default never.

        Raises:
            UsageError: the user does not exist, has no role on the project, or has a credential
                of this name; or an argument is invalid.
        """
        names = None if roles is None else checked_roles(roles)
        after = None if expires is None else seconds(expires)
        checked_name("name", name)
        _checked_secret("secret", secret)

        def work(identity: Keystone) -> ApplicationCredential:
            directory = identity.directory
            owner = named.user(identity, user)
            target = named.project_of(identity, owner, project)
            if directory.credential(owner, name) is not None:
                raise UsageError(f"user {owner.name!r} already has an application credential "
                                 f"{name!r}")
            row = ApplicationCredential(
                derived_id("credential", owner.id, name), name,
                secret or derived_id("secret", owner.id, name), owner.id, target.id, names,
                None if after is None else identity.now + after)
            directory.credentials[row.id] = row
            return row

        return self.work(work)

    # changing

    def grant_roles(self, user: str | User, project: str | Project, *roles: str) -> None:
        """Give a user more roles on a project. A missing project is added.

        Raises:
            UsageError: the user does not exist, or an argument is invalid.
        """
        names = checked_roles(roles)

        def work(identity: Keystone) -> None:
            target = named.project(identity, project, make=identity.home)
            identity.directory.grant_roles(named.user(identity, user).id, target.id, names)

        self.work(work)

    def revoke_roles(self, user: str | User, project: str | Project, *roles: str) -> None:
        """Take roles on a project from a user: the given ones, or all.

        Existing tokens of the user keep the roles; new tokens do not have them.

        Raises:
            UsageError: the user or project does not exist.
        """
        def work(identity: Keystone) -> None:
            identity.directory.revoke_roles(named.user(identity, user).id,
                                    named.project(identity, project).id, roles or None)

        self.work(work)

    def lock(self, user: str | User) -> None:
        """Refuse all log-ins and tokens of a user, in every auth mode, until ``unlock``.

        Requests signed with the user's access keys are refused, too.

        Raises:
            UsageError: the user does not exist.
        """
        def work(identity: Keystone) -> None:
            identity.lock(named.user(identity, user))

        self.work(work)

    def unlock(self, user: str | User) -> None:
        """Let a user log in again. Tokens from before ``lock`` stay invalid.

        Raises:
            UsageError: the user does not exist.
        """
        def work(identity: Keystone) -> None:
            identity.unlock(named.user(identity, user))

        self.work(work)

    def set_password(self, user: str | User, password: str | None) -> None:
        """Change a user's password. With None, the user cannot log in with a password.

        Raises:
            UsageError: the user does not exist, or the password is not a string.
        """
        _checked_secret("password", password)

        def work(identity: Keystone) -> None:
            named.user(identity, user).password = password

        self.work(work)

    def remove_user(self, user: str | User) -> None:
        """Remove a user, with their tokens, application credentials and access keys.

        Raises:
            UsageError: the user does not exist.
        """
        def work(identity: Keystone) -> None:
            row = named.user(identity, user)
            identity.lock(row)
            identity.directory.remove_user(row)

        self.work(work)

    def remove_project(self, project: str | Project) -> None:
        """Remove a project. Its images stay.

        Raises:
            UsageError: the project does not exist.
        """
        self.work(lambda identity: identity.directory.remove_project(
            named.project(identity, project)))

    def remove_domain(self, domain: str | Domain) -> None:
        """Remove a domain with its projects and users.

        Raises:
            UsageError: the domain does not exist, or is the default domain.
        """
        def work(identity: Keystone) -> None:
            row = named.domain(identity, domain)
            if row is identity.home:
                raise UsageError(f"{row.name!r} is the default domain and cannot be removed")
            for user in identity.directory.users.values():
                if user.domain_id == row.id:
                    identity.lock(user)
            identity.directory.remove_domain(row)

        self.work(work)

    # reading

    def user(self, user: str | User) -> User:
        """Return a user, by id or name.

        Raises:
            UsageError: no user, or several users, have it.
        """
        return self.work(lambda identity: named.user(identity, user))

    def project(self, project: str | Project) -> Project:
        """Return a project, by id or name.

        Raises:
            UsageError: no project, or several projects, have it.
        """
        return self.work(lambda identity: named.project(identity, project))

    @property
    def users(self) -> list[User]:
        """All users."""
        return self.work(lambda identity: list(identity.directory.users.values()))

    @property
    def projects(self) -> list[Project]:
        """All projects."""
        return self.work(lambda identity: list(identity.directory.projects.values()))

    @property
    def domains(self) -> list[Domain]:
        """All domains."""
        return self.work(lambda identity: list(identity.directory.domains.values()))

    @property
    def keys(self) -> AccessKeys:
        """The pairs of access key and secret key: ``keys.add("ann")``."""
        return AccessKeys(self)

    @property
    def token_lifetime(self) -> float:
        """How long a token from a log-in stays valid, in seconds. By default 24 hours.

        Raises:
            UsageError: the new value is not a duration.
        """
        return self.work(lambda identity: identity.token_lifetime)

    @token_lifetime.setter
    def token_lifetime(self, value: DurationLike) -> None:
        length = seconds(value)

        def work(identity: Keystone) -> None:
            identity.token_lifetime = length

        self.work(work)

    def _told(self) -> str:
        identity = self._service.known_identity  # no bridge: a repr must work in every thread
        if identity is None:
            return "not used yet"
        directory = identity.directory
        return (f"users {len(directory.users)}, projects {len(directory.projects)}, "
                f"domains {len(directory.domains)}")

    def known_keys(self) -> list[str] | None:
        """Return the access keys, for a repr; None before their first use."""
        identity = self._service.known_identity
        return None if identity is None else [key.access for key in identity.keys]


def _check_names(name: object, id: object) -> None:
    checked_name("name", name)
    if id is not None:
        checked_name("id", id)


def _checked_secret(what: str, value: object) -> None:
    if value is not None and not isinstance(value, str):
        raise UsageError(f"{what} must be a string or None, not {shown(value)}")
    sound.check(value, what)
