"""Users, projects and domains as a test names them: by id, by name, or by the record itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar

from ...errors import UsageError, unknown
from .. import sound
from .people import Domain, Group, Project, User

if TYPE_CHECKING:
    from .keystone import Keystone

_Row = TypeVar("_Row", Domain, Project, User)


def user(identity: Keystone, given: str | User) -> User:
    """Return the user with this id or name.

    Raises:
        UsageError: no user, or several users, have it.
    """
    return _found("user", identity.directory.users, given)


def project(
    identity: Keystone, given: str | Project, make: Domain | None = None
) -> Project:
    """Return the project with this id or name.

    Args:
        identity: the identity service.
        given: id, name or record.
        make: add a missing project to this domain; None raises instead.

    Raises:
        UsageError: no project, or several projects, have it.
    """
    rows = identity.directory.projects
    if make is not None and isinstance(given, str) and given not in rows and not any(
            row.name == given for row in rows.values()):
        sound.check(given, "project")
        return identity.directory.add_project(given, make, given)
    return _found("project", rows, given)


def domain(identity: Keystone, given: str | Domain | None) -> Domain:
    """Return the domain with this id or name; None means the default domain.

    Raises:
        UsageError: the domain does not exist.
    """
    return identity.home if given is None else _found("domain", identity.directory.domains, given)


def place(identity: Keystone, given: str | Project | Domain, make: Domain | None = None) -> str:
    """Return the id of a project or domain on which roles can be given.

    Args:
        identity: the identity service.
        given: id, name or record. A project goes before a domain.
        make: add a missing project to this domain; None raises instead.

    Raises:
        UsageError: there is none, or several have this name.
    """
    directory = identity.directory
    if isinstance(given, Domain):
        return domain(identity, given).id
    if isinstance(given, str) and given not in directory.projects and not any(
            row.name == given for row in directory.projects.values()):
        for row in directory.domains.values():
            if given in (row.id, row.name):
                return row.id
    return project(identity, given, make).id


def project_of(identity: Keystone, owner: User, given: str | Project | None) -> Project:
    """Return a project on which a user has a role: the given one, or by default the first.

    Raises:
        UsageError: the user has no role there.
    """
    directory = identity.directory
    if given is not None:
        found = project(identity, given)
        if not directory.roles(owner.id, found.id):
            raise UsageError(f"user {owner.name!r} has no role on project {found.name!r}; add one: "
                             f"fake.identity.grant_roles({owner.name!r}, {found.name!r}, 'member')")
        return found
    entered = directory.projects_of(owner.id)
    if not entered:
        raise UsageError(f"user {owner.name!r} has no role on any project; add one: "
                         f"fake.identity.grant_roles({owner.name!r}, 'p2', 'member')")
    return entered[0]


def absent(
    what: str, rows: Mapping[str, Project | User | Group], id: str, name: str, home: Domain
) -> None:
    """Check that an id, and a name in a domain, are free.

    Raises:
        UsageError: one is taken.
    """
    if id in rows:
        raise UsageError(f"a {what} with id {id!r} already exists")
    if any(row.name == name and row.domain_id == home.id for row in rows.values()):
        raise UsageError(f"a {what} {name!r} already exists in domain {home.name!r}")


def _found(what: str, rows: Mapping[str, _Row], given: object) -> _Row:
    if isinstance(given, str):
        if given in rows:
            return rows[given]
        same = [row for row in rows.values() if row.name == given]
        if len(same) > 1:
            raise UsageError(f"several {what}s have the name {given!r}; pass the id: "
                             + ", ".join(row.id for row in same))
        if same:
            return same[0]
    else:
        for row in rows.values():
            if row is given:
                return row
    raise unknown(what, getattr(given, "name", given), {row.name for row in rows.values()})
