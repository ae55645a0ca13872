"""The users, projects, domains, groups and agencies of ``fake.identity``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from ..domain import sound
from ..domain.handle import Handle
from ..domain.identity import named
from ..domain.identity.people import (
    AccountAgency,
    Domain,
    Group,
    Project,
    Role,
    User,
)
from ..domain.identity.population import PASSWORD
from ..errors import UsageError, shown
from .tenant import checked_name, checked_roles

if TYPE_CHECKING:
    from ..domain.identity import Keystone
    from ..server.bridge import Bridge
    from ..server.state import Service

T = TypeVar("T")


class People(Handle):
    """Adds, shows and removes users, projects, domains, groups and agencies.

    Methods accept a user or project by id, by name, or as the record that ``add_...`` returned.
    By default, the name is also the id, as with ``fake.tenant("p2")``.
    """

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
        totp_secret: str | None = None,
    ) -> User:
        """Add a user, and with ``project`` also roles on it.

        Args:
            name: the user's name, for ``OS_USERNAME``.
            password: the password; by default ``fake.password``, None for a user without one.
            project: the project on which the user gets roles. A missing project is added.
            roles: ``admin``, ``member``, ``reader`` or others without rights.
            domain: the user's domain; by default ``fake.user_domain_name``.
            id: the user's id; by default the name.
            totp_secret: base32 secret of a virtual MFA device, as with ``set_totp``.

        Raises:
            UsageError: the user already exists, or an argument is invalid.
        """
        names = checked_roles(roles)
        _check_names(name, id)
        checked_secret("password", password)
        if totp_secret is not None:
            check_totp(totp_secret)

        def work(identity: Keystone) -> User:
            directory = identity.directory
            home = named.domain(identity, domain)
            named.absent("user", directory.users, id or name, name, home)
            row = directory.add_user(name, home, id or name, password)
            row.totp_secret = totp_secret
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

    def add_agency(
        self,
        name: str,
        *,
        domain: str | Domain | None = None,
        trusts: str | Domain | None = None,
        project: str | Project | Domain | None = None,
        roles: Iterable[str] = ("member",),
        id: str | None = None,
    ) -> AccountAgency:
        """Add an agency of Open Telekom Cloud, which users of another account can assume.

        A client logs in with the method ``assume_role`` and the token of a user of ``trusts``, or
        gets temporary keys at ``/v3.0/OS-CREDENTIAL/securitytokens``. Profile ``otc``.

        Args:
            name: the agency's name, for ``agency_name`` (``xrole_name``).
            domain: the account that delegates; by default ``fake.user_domain_name``.
            trusts: the account whose users may assume it; by default ``fake.user_domain_name``.
            project: the project or domain on which the agency has roles. A missing project is
                added to ``domain``. By default none; give more with ``grant_roles(agency, ...)``.
            roles: its roles there.
            id: its id; by default made from the names.

        Raises:
            UsageError: the agency already exists, or an argument is invalid.
        """
        names = checked_roles(roles)
        _check_names(name, id)

        def work(identity: Keystone) -> AccountAgency:
            directory = identity.directory
            home = named.domain(identity, domain)
            trusted = named.domain(identity, trusts)
            if directory.agency(name, home) is not None or id in directory.agencies:
                raise UsageError(f"an agency {name!r} already exists in domain {home.name!r}")
            row = directory.add_agency(name, home, trusted, id)
            if project is not None:
                directory.grant_roles(row.id, named.place(identity, project, make=home), names)
            return row

        return self.work(work)

    def remove_user(self, user: str | User) -> None:
        """Remove a user, with their tokens, application credentials and access keys.

        Raises:
            UsageError: the user does not exist.
        """
        def work(identity: Keystone) -> None:
            identity.remove_user(named.user(identity, user))

        self.work(work)

    def remove_project(self, project: str | Project) -> None:
        """Remove a project. Its images stay; its tokens are refused.

        Raises:
            UsageError: the project does not exist.
        """
        self.work(lambda identity: identity.remove_project(
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
            identity.remove_domain(row)

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
    def groups(self) -> list[Group]:
        """All groups."""
        return self.work(lambda identity: list(identity.directory.groups.values()))

    @property
    def roles(self) -> list[Role]:
        """All roles."""
        return self.work(lambda identity: list(identity.directory.roles_by_id.values()))

    @property
    def agencies(self) -> list[AccountAgency]:
        """All agencies."""
        return self.work(lambda identity: list(identity.directory.agencies.values()))


def _check_names(name: object, id: object) -> None:
    checked_name("name", name)
    if id is not None:
        checked_name("id", id)


def checked_secret(what: str, value: object) -> None:
    """Check a password or secret: text or None.

    Raises:
        UsageError: it is something else.
    """
    if value is not None and not isinstance(value, str):
        raise UsageError(f"{what} must be a string or None, not {shown(value)}")
    sound.check(value, what)


def check_totp(secret: object) -> None:
    """Check the secret of a virtual MFA device.

    Raises:
        UsageError: it is not base32.
    """
    from ..domain.identity.totp import key

    try:
        if not isinstance(secret, str) or not key(secret):
            raise ValueError
    except ValueError:
        raise UsageError("the secret of a virtual MFA device must be base32, such as "
                         f"'JBSWY3DPEHPK3PXP', not {shown(secret)}") from None
