"""The directory: finds domains, projects and users by id or name, and knows their roles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from ..callers import implied_roles
from .people import (
    AccountAgency,
    ApplicationCredential,
    Domain,
    Group,
    Project,
    Role,
    User,
    derived_id,
)

_Owned = TypeVar("_Owned", Project, User)


@lru_cache(maxsize=256)
def _role_id(name: str) -> str:
    return derived_id("role", name)


@dataclass(frozen=True, slots=True)
class Assignment:
    """A role of a user, group or agency on a project or domain.

    Attributes:
        who, where, role_id: the ids.
        inherited: whether it counts for the projects below, and not for the project or domain
            itself (Keystone's ``OS-INHERIT``).
    """

    who: str
    where: str
    role_id: str
    inherited: bool = False


class Directory:
    """All domains, projects, users and groups, by id and by name."""

    def __init__(self) -> None:
        self.domains: dict[str, Domain] = {}
        self.projects: dict[str, Project] = {}
        self.users: dict[str, User] = {}
        self.groups: dict[str, Group] = {}
        self.credentials: dict[str, ApplicationCredential] = {}
        self.roles_by_id: dict[str, Role] = {}
        self.agencies: dict[str, AccountAgency] = {}
        # (who, where, inherited) -> ids of roles, in the order of their assignment
        self._assigned: dict[tuple[str, str, bool], dict[str, None]] = {}

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

    def agency(self, name: str, domain: Domain) -> AccountAgency | None:
        """Return the agency with this name of an account."""
        return next((row for row in self.agencies.values()
                     if row.name == name and row.domain_id == domain.id), None)

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

    def add_group(self, name: str, domain: Domain, id: str | None = None) -> Group:
        """Add a group."""
        row = Group(id or derived_id("group", domain.name, name), name, domain.id)
        self.groups[row.id] = row
        return row

    def add_agency(self, name: str, domain: Domain, trusted: Domain,
                   id: str | None = None) -> AccountAgency:
        """Add an agency of a domain, for users of another."""
        row = AccountAgency(id or derived_id("agency", domain.name, name), name, domain.id,
                            trusted.id)
        self.agencies[row.id] = row
        return row

    # roles

    def role_named(self, name: str) -> Role:
        """Return the role of tokens with this name. Every name has one: a missing one is added."""
        id = _role_id(name)
        row = self.roles_by_id.get(id)
        if row is not None and row.name == name and row.domain_id is None:
            return row
        for row in self.roles_by_id.values():
            if row.name == name and row.domain_id is None:
                return row
        if id in self.roles_by_id:  # it has another name now
            id = derived_id("role", name, str(len(self.roles_by_id)))
        row = self.roles_by_id[id] = Role(id, name)
        return row

    def assign(self, given: Assignment) -> None:
        """Assign a role."""
        self._assigned.setdefault((given.who, given.where, given.inherited), {})[
            given.role_id] = None

    def unassign(self, given: Assignment) -> bool:
        """Take an assignment back. Return whether there was one."""
        place = given.who, given.where, given.inherited
        roles = self._assigned.get(place, {})
        if given.role_id not in roles:
            return False
        del roles[given.role_id]
        if not roles:
            del self._assigned[place]
        return True

    def assignments(self) -> Iterator[Assignment]:
        """Return all assignments as they were made."""
        for (who, where, inherited), roles in self._assigned.items():
            for role in roles:
                yield Assignment(who, where, role, inherited)

    def assigned(self, who: str, where: str, inherited: bool = False) -> list[Role]:
        """Return the roles that are assigned to a user, group or agency."""
        return [self.roles_by_id[id] for id in self._assigned.get((who, where, inherited), ())]

    def grant_roles(self, who: str, where: str, roles: Iterable[str]) -> None:
        """Give a user or group more roles on a project or domain, by name."""
        for name in roles:
            self.assign(Assignment(who, where, self.role_named(name).id))

    def revoke_roles(self, who: str, where: str, roles: Iterable[str] | None = None) -> None:
        """Take roles from a user or group; None takes all."""
        if roles is None:
            self._assigned.pop((who, where, False), None)
        else:
            for name in roles:
                self.unassign(Assignment(who, where, self.role_named(name).id))

    def above(self, where: str) -> list[str]:
        """Return the ids above a project, from the nearest to its domain; none for a domain."""
        found: list[str] = []
        project = self.projects.get(where)
        while project is not None:
            found.append(project.parent_id or project.domain_id)
            project = self.projects.get(found[-1])
        return found

    def below(self, where: str) -> list[Project]:
        """Return the projects below a project or domain, at any depth."""
        return [row for row in self.projects.values() if where in self.above(row.id)]

    def roles(self, user_id: str, where: str) -> tuple[str, ...]:
        """Return the names of a user's roles on a project or domain: own ones, those of groups,
        inherited and implied ones."""
        actors = [user_id, *(group.id for group in self.groups.values()
                             if user_id in group.members)]
        places = [(where, False), *((higher, True) for higher in self.above(where))]
        found: dict[str, None] = {}
        for actor in actors:
            for place, inherited in places:
                for id in self._assigned.get((actor, place, inherited), ()):
                    found[id] = None
        names = [role.name for role in map(self.roles_by_id.__getitem__, found)
                 if role.domain_id is None]
        return implied_roles(tuple(names))

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
            self.remove_group(group)
        for role in [row for row in self.roles_by_id.values() if row.domain_id == domain.id]:
            self.remove_role(role)
        for agency in [row for row in self.agencies.values()
                       if domain.id in (row.domain_id, row.trust_domain_id)]:
            del self.agencies[agency.id]
            self._forget(agency.id)
        self.domains.pop(domain.id, None)
        self._forget(domain.id)

    def remove_group(self, group: Group) -> None:
        """Remove a group, with its roles."""
        self.groups.pop(group.id, None)
        self._forget(group.id)

    def remove_role(self, role: Role) -> None:
        """Remove a role, with its assignments."""
        for given in list(self.assignments()):
            if given.role_id == role.id:
                self.unassign(given)
        self.roles_by_id.pop(role.id, None)

    def _forget(self, id: str) -> None:
        self._assigned = {place: roles for place, roles in self._assigned.items()
                          if id not in place}


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
