"""``fake.identity``: the people who may log in, in the hands of a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .domain.durations import DurationLike, seconds
from .domain.identity import named
from .domain.identity.people import Domain, Project, User
from .errors import UsageError
from .keys import Keys
from .newcomers import Newcomers
from .tenant import checked_roles

if TYPE_CHECKING:
    from .domain.identity import Identity


class People(Newcomers):
    """Adds and removes people, until ``reset()``.

    A user or project is given by id, by name or as the record that ``add_...`` gave. What is made
    here without an id has its name as id, as ``fake.tenant("p2")`` has it.
    """

    # changing

    def grant(self, user: str | User, project: str | Project, *roles: str) -> None:
        """Give a user roles on a project; one that is not there yet is made.

        Raises:
            UsageError: there is no such user, or an argument cannot be.
        """
        names = checked_roles(roles)

        def work(identity: Identity) -> None:
            target = named.project(identity, project, make=identity.home)
            identity.directory.grant(named.user(identity, user).id, target.id, names)

        self.work(work)

    def take(self, user: str | User, project: str | Project, *roles: str) -> None:
        """Take roles on a project from a user: those named, or all.

        His tokens keep what they have; new ones do not get it.

        Raises:
            UsageError: there is no such user or project.
        """
        def work(identity: Identity) -> None:
            identity.directory.take(named.user(identity, user).id,
                                    named.project(identity, project).id, roles or None)

        self.work(work)

    def lock(self, user: str | User) -> None:
        """Let a user's log-ins and tokens be refused, in every auth mode, until ``unlock``.

        His access keys are unknown as long.

        Raises:
            UsageError: there is no such user.
        """
        def work(identity: Identity) -> None:
            identity.lock(named.user(identity, user))

        self.work(work)

    def unlock(self, user: str | User) -> None:
        """Let a user log in again; the tokens that ``lock`` ended stay bad.

        Raises:
            UsageError: there is no such user.
        """
        def work(identity: Identity) -> None:
            identity.unlock(named.user(identity, user))

        self.work(work)

    def set_password(self, user: str | User, password: str | None) -> None:
        """Give a user another password; None for none.

        Raises:
            UsageError: there is no such user.
        """
        def work(identity: Identity) -> None:
            named.user(identity, user).password = password

        self.work(work)

    def remove_user(self, user: str | User) -> None:
        """Remove a user, with tokens, application credentials and keys.

        Raises:
            UsageError: there is no such user.
        """
        def work(identity: Identity) -> None:
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
        def work(identity: Identity) -> None:
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
    def keys(self) -> Keys:
        """The pairs of access key and secret key: ``keys.add("ann")``."""
        return Keys(self)

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

        def work(identity: Identity) -> None:
            identity.token_lifetime = length

        self.work(work)
