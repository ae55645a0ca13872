"""``fake.identity``: users, projects, domains and access keys."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from ..domain.durations import DurationLike, seconds
from ..domain.identity import named
from ..domain.identity.people import (
    AccountAgency,
    ApplicationCredential,
    Domain,
    Group,
    Project,
    User,
    derived_id,
)
from ..errors import UsageError, unknown
from .keys import AccessKeys
from .people import People, check_totp, checked_secret
from .tenant import checked_name, checked_roles

if TYPE_CHECKING:
    from ..domain.identity import Keystone

class Identity(People):
    """Adds, changes and removes users, projects and domains. ``reset()`` undoes all changes.

    Methods accept a user or project by id, by name, or as the record that ``add_...`` returned.
    """

    _INTERNAL: ClassVar[frozenset[str]] = frozenset({"known_keys", "work"})

    def set_totp(self, user: str | User, secret: str | None = "JBSWY3DPEHPK3PXP") -> None:
        """Give a user a virtual MFA device, or take it away with None.

        Every log-in with a password then needs the method ``totp``, too, with a passcode as
        ``passcode`` returns it. Profile ``otc``.

        Args:
            user: the user.
            secret: the device's secret in base32.

        Raises:
            UsageError: the user does not exist, or the secret is not base32.
        """
        if secret is not None:
            check_totp(secret)

        def work(identity: Keystone) -> None:
            named.user(identity, user).totp_secret = secret

        self.work(work)

    def passcode(self, user: str | User) -> str:
        """Return the present passcode of a user's virtual MFA device, by the fake's clock.

        Raises:
            UsageError: the user does not exist, or has no device.
        """
        def work(identity: Keystone) -> str:
            from ..domain.identity.totp import passcode

            row = named.user(identity, user)
            if row.totp_secret is None:
                raise UsageError(f"user {row.name!r} has no virtual MFA device; add one: "
                                 f"fake.identity.set_totp({row.name!r})")
            return passcode(row.totp_secret, identity.now)

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
        checked_secret("secret", secret)

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

    def grant_roles(
        self, user: str | User | Group | AccountAgency, project: str | Project | Domain, *roles: str
    ) -> None:
        """Give a user, group or agency more roles on a project or a domain.

        Args:
            user: the user by id, name or record; a group or agency by its record.
            project: the project or domain. A missing project is added.
            roles: names of roles.

        Raises:
            UsageError: the user does not exist, or an argument is invalid.
        """
        names = checked_roles(roles)

        def work(identity: Keystone) -> None:
            where = named.place(identity, project, make=identity.home)
            identity.directory.grant_roles(_actor(identity, user), where, names)

        self.work(work)

    def revoke_roles(
        self, user: str | User | Group | AccountAgency, project: str | Project | Domain, *roles: str
    ) -> None:
        """Take roles on a project or domain away: the given ones, or all.

        Existing tokens of the user keep the roles; new tokens do not have them.

        Raises:
            UsageError: the user, project or domain does not exist.
        """
        def work(identity: Keystone) -> None:
            identity.directory.revoke_roles(_actor(identity, user),
                                            named.place(identity, project), roles or None)

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
        checked_secret("password", password)

        def work(identity: Keystone) -> None:
            named.user(identity, user).password = password

        self.work(work)

    @property
    def application_credentials(self) -> list[ApplicationCredential]:
        """All application credentials."""
        return self.work(lambda identity: list(identity.directory.credentials.values()))

    def roles_of(self, user: str | User, project: str | Project | Domain) -> tuple[str, ...]:
        """Return the names of a user's roles on a project or domain: those of their groups,
        inherited and implied ones, too.

        Raises:
            UsageError: the user, project or domain does not exist.
        """
        return self.work(lambda identity: identity.directory.roles(
            named.user(identity, user).id, named.place(identity, project)))

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


def _actor(identity: Keystone, given: str | User | Group | AccountAgency) -> str:
    """Return the id of who has roles.

    Raises:
        UsageError: it does not exist.
    """
    directory = identity.directory
    if isinstance(given, Group):
        if directory.groups.get(given.id) is not given:
            raise unknown("group", given.name, {row.name for row in directory.groups.values()})
        return given.id
    if isinstance(given, AccountAgency):
        if directory.agencies.get(given.id) is not given:
            raise unknown("agency", given.name, {row.name for row in directory.agencies.values()})
        return given.id
    return named.user(identity, given).id
