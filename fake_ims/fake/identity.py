"""``fake.identity``: users, projects, domains and keys, in the hands of a test."""

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
    """Adds and removes people, until ``reset()``.

    A user or project is given by id, by name or as the record that ``add_...`` gave. What is made
    here without an id has its name as id, as ``fake.tenant("p2")`` has it.
    """

    _INTERNAL: ClassVar[frozenset[str]] = frozenset({"known_keys", "work"})

    def __init__(self, service: Service, bridge: Bridge) -> None:
        self._service = service
        self._bridge = bridge

    def work(self, what: Callable[[Keystone], T]) -> T:
        """Do something with the identity where it belongs."""
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
        """A user; with a project, one who has the roles on it.

        Args:
            name: what stands in ``OS_USERNAME``.
            password: his password; by default ``fake.password``, None for none.
            project: where he has roles; one that is not there yet is made.
            roles: ``admin``, ``member``, ``reader`` or others without rights.
            domain: where he belongs; by default ``fake.user_domain_name``.
            id: his id; by default his name.

        Raises:
            UsageError: there is such a user, or an argument cannot be.
        """
        names = checked_roles(roles)
        checked_name("name", name)
        _checked_secret("password", password)
        if id is not None:
            checked_name("id", id)

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
        """A project.

        Args:
            name: what stands in ``OS_PROJECT_NAME``.
            domain: where it belongs; by default ``fake.user_domain_name``.
            id: its id; by default its name.

        Raises:
            UsageError: there is such a project, or an argument cannot be.
        """
        checked_name("name", name)
        if id is not None:
            checked_name("id", id)

        def work(identity: Keystone) -> Project:
            home = named.domain(identity, domain)
            named.absent("project", identity.directory.projects, id or name, name, home)
            return identity.directory.add_project(name, home, id or name)

        return self.work(work)

    def add_domain(self, name: str, *, id: str | None = None) -> Domain:
        """A domain (to Open Telekom Cloud, an account).

        Raises:
            UsageError: there is such a domain, or an argument cannot be.
        """
        checked_name("name", name)
        if id is not None:
            checked_name("id", id)

        def work(identity: Keystone) -> Domain:
            directory = identity.directory
            if (id or name) in directory.domains or directory.domain(None, name) is not None:
                raise UsageError(f"there is a domain {name!r} already")
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
        """A group of users, all of whom have the roles on the project.

        Raises:
            UsageError: there is such a group, or an argument cannot be.
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
        """An application credential: its ``id`` and ``secret`` log in for the user.

        Args:
            user: for whom.
            project: where; by default the first on which the user has a role.
            name: its name.
            secret: its secret; by default one is made.
            roles: the roles that it has of the user's; by default all.
            expires: after how long it ends, on the fake's clock; by default never.

        Raises:
            UsageError: there is no such user, he has no role on a project, he has a credential of
                that name, or an argument cannot be.
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
                raise UsageError(f"user {owner.name!r} has an application credential {name!r}")
            row = ApplicationCredential(
                derived_id("credential", owner.id, name), name,
                secret or derived_id("secret", owner.id, name), owner.id, target.id, names,
                None if after is None else identity.now + after)
            directory.credentials[row.id] = row
            return row

        return self.work(work)

    # changing

    def grant_roles(self, user: str | User, project: str | Project, *roles: str) -> None:
        """Give a user roles on a project; one that is not there yet is made.

        Raises:
            UsageError: there is no such user, or an argument cannot be.
        """
        names = checked_roles(roles)

        def work(identity: Keystone) -> None:
            target = named.project(identity, project, make=identity.home)
            identity.directory.grant_roles(named.user(identity, user).id, target.id, names)

        self.work(work)

    def revoke_roles(self, user: str | User, project: str | Project, *roles: str) -> None:
        """Take roles on a project from a user: those named, or all.

        His tokens keep what they have; new ones do not get it.

        Raises:
            UsageError: there is no such user or project.
        """
        def work(identity: Keystone) -> None:
            identity.directory.revoke_roles(named.user(identity, user).id,
                                    named.project(identity, project).id, roles or None)

        self.work(work)

    def lock(self, user: str | User) -> None:
        """Let a user's log-ins and tokens be refused, in every auth mode, until ``unlock``.

        His access keys are unknown as long.

        Raises:
            UsageError: there is no such user.
        """
        def work(identity: Keystone) -> None:
            identity.lock(named.user(identity, user))

        self.work(work)

    def unlock(self, user: str | User) -> None:
        """Let a user log in again; the tokens that ``lock`` ended stay bad.

        Raises:
            UsageError: there is no such user.
        """
        def work(identity: Keystone) -> None:
            identity.unlock(named.user(identity, user))

        self.work(work)

    def set_password(self, user: str | User, password: str | None) -> None:
        """Give a user another password; None for none.

        Raises:
            UsageError: there is no such user, or the password is no text.
        """
        _checked_secret("password", password)

        def work(identity: Keystone) -> None:
            named.user(identity, user).password = password

        self.work(work)

    def remove_user(self, user: str | User) -> None:
        """Remove a user, with tokens, application credentials and keys.

        Raises:
            UsageError: there is no such user.
        """
        def work(identity: Keystone) -> None:
            row = named.user(identity, user)
            identity.lock(row)
            identity.directory.remove_user(row)

        self.work(work)

    def remove_project(self, project: str | Project) -> None:
        """Remove a project; its images stay.

        Raises:
            UsageError: there is no such project.
        """
        self.work(lambda identity: identity.directory.remove_project(
            named.project(identity, project)))

    def remove_domain(self, domain: str | Domain) -> None:
        """Remove a domain with its projects and users.

        Raises:
            UsageError: there is no such domain, or it is the default one.
        """
        def work(identity: Keystone) -> None:
            row = named.domain(identity, domain)
            if row is identity.home:
                raise UsageError(f"{row.name!r} is the default domain, which stays")
            for user in identity.directory.users.values():
                if user.domain_id == row.id:
                    identity.lock(user)
            identity.directory.remove_domain(row)

        self.work(work)

    # looking

    def user(self, user: str | User) -> User:
        """A user, by id or name.

        Raises:
            UsageError: there is none, or several have the name.
        """
        return self.work(lambda identity: named.user(identity, user))

    def project(self, project: str | Project) -> Project:
        """A project, by id or name.

        Raises:
            UsageError: there is none, or several have the name.
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
        """How long a token is good that somebody logs in for, in seconds; 24 hours.

        Raises:
            UsageError: it is set to what is no duration.
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
            return "nobody has asked for it yet"
        directory = identity.directory
        return (f"users {len(directory.users)}, projects {len(directory.projects)}, "
                f"domains {len(directory.domains)}")

    def known_keys(self) -> list[str] | None:
        """The access keys, for a repr; None as long as nobody has asked for them."""
        identity = self._service.known_identity
        return None if identity is None else [key.access for key in identity.keys]


def _checked_secret(what: str, value: object) -> None:
    if value is not None and not isinstance(value, str):
        raise UsageError(f"{what} must be a string or None, not {shown(value)}")
    sound.check(value, what)
