"""The directory: finds domains, projects and users by id or name, and knows their roles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from ..callers import implied_roles
from .people import ApplicationCredential, Domain, Group, Project, User, derived_id

_Owned = TypeVar("_Owned", Project, User)


class Directory:
    """All domains, projects, users and groups, by id and by name."""

    def __init__(self) -> None:
        self.domains: dict[str, Domain] = {}
        self.projects: dict[str, Project] = {}
        self.users: dict[str, User] = {}
        self.groups: dict[str, Group] = {}
        self.credentials: dict[str, ApplicationCredential] = {}
        # (user or group, project or domain) -> roles as assigned
        self._roles: dict[tuple[str, str], tuple[str, ...]] = {}

    # finding

    def domain(self, id: str | None, name: str | None) -> Domain | None:
        """Return the domain with this id, else with this name."""
        if id is not None:
            return self.domains.get(id)
        for row in self.domains.values():
            if row.name == name:
                return row
        return None

    def project(self, id: str | None, name: str | None, domain: Domain | None) -> Project | None:
        """Return the project with this id, else with this name in the domain."""
        return _find(self.projects, id, name, domain)

    def user(self, id: str | None, name: str | None, domain: Domain | None) -> User | None:
        """Return the user with this id, else with this name in the domain."""
        return _find(self.users, id, name, domain)

    def credential(self, user: User, name: str) -> ApplicationCredential | None:
        """Return a user's application credential, by name."""
        return next((row for row in self.credentials.values()
                     if row.user_id == user.id and row.name == name), None)

    # making

    def add_domain(self, name: str, id: str | None = None) -> Domain:
        """Add a domain."""
        row = Domain(id or derived_id("domain", name), name)
        self.domains[row.id] = row
        return row

    def add_project(self, name: str, domain: Domain, id: str | None = None) -> Project:
        """Add a project."""
        row = Project(id or derived_id("project", domain.name, name), name, domain.id)
        self.projects[row.id] = row
        return row

    def add_user(self, name: str, domain: Domain, id: str | None = None,
                 password: str | None = None) -> User:
        """Add a user."""
        row = User(id or derived_id("user", domain.name, name), name, domain.id, password)
        self.users[row.id] = row
        return row

    def add_group(self, name: str, domain: Domain) -> Group:
        """Add a group."""
        row = Group(derived_id("group", domain.name, name), name, domain.id)
        self.groups[row.id] = row
        return row

    # roles

    def grant_roles(self, who: str, where: str, roles: Iterable[str]) -> None:
        """Give a user or group more roles on a project or domain."""
        self._roles[who, where] = tuple(dict.fromkeys((*self._roles.get((who, where), ()),
                                                       *roles)))

    def revoke_roles(self, who: str, where: str, roles: Iterable[str] | None = None) -> None:
        """Take roles from a user or group; None takes all."""
        left = () if roles is None else tuple(
            role for role in self._roles.get((who, where), ()) if role not in set(roles))
        if left:
            self._roles[who, where] = left
        else:
            self._roles.pop((who, where), None)

    def roles(self, user_id: str, where: str) -> tuple[str, ...]:
        """Return a user's roles on a project or domain: own, through groups, and implied ones."""
        found = list(self._roles.get((user_id, where), ()))
        for group in self.groups.values():
            if user_id in group.members:
                found += self._roles.get((group.id, where), ())
        return implied_roles(tuple(found))

    def projects_of(self, user_id: str) -> list[Project]:
        """Return the projects on which a user has a role."""
        return [row for row in self.projects.values()
                if row.enabled and self.roles(user_id, row.id)]

    def domains_of(self, user_id: str) -> list[Domain]:
        """Return the domains on which a user has a role."""
        return [row for row in self.domains.values()
                if row.enabled and self.roles(user_id, row.id)]

    # removing

    def remove_user(self, user: User) -> None:
        """Remove a user, with their roles and credentials."""
        self.users.pop(user.id, None)
        for group in self.groups.values():
            group.members.discard(user.id)
        self.credentials = {row.id: row for row in self.credentials.values()
                            if row.user_id != user.id}
        self._forget(user.id)

    def remove_project(self, project: Project) -> None:
        """Remove a project, with all roles on it."""
        self.projects.pop(project.id, None)
        self.credentials = {row.id: row for row in self.credentials.values()
                            if row.project_id != project.id}
        self._forget(project.id)

    def remove_domain(self, domain: Domain) -> None:
        """Remove a domain, with its projects, users and groups."""
        for project in [row for row in self.projects.values() if row.domain_id == domain.id]:
            self.remove_project(project)
        for user in [row for row in self.users.values() if row.domain_id == domain.id]:
            self.remove_user(user)
        for group in [row for row in self.groups.values() if row.domain_id == domain.id]:
            del self.groups[group.id]
            self._forget(group.id)
        self.domains.pop(domain.id, None)
        self._forget(domain.id)

    def _forget(self, id: str) -> None:
        self._roles = {pair: roles for pair, roles in self._roles.items() if id not in pair}


def _find(
    rows: dict[str, _Owned], id: str | None, name: str | None, domain: Domain | None
) -> _Owned | None:
    if id is not None:
        return rows.get(id)
    if domain is not None:
        for row in rows.values():
            if row.name == name and row.domain_id == domain.id:
                return row
    return None
