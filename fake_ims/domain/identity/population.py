"""Who is there at the start: one account with its default project, a user, an admin."""

from __future__ import annotations

from functools import lru_cache

from ..callers import DEFAULT_PROJECT_ID, DEFAULT_USER_ID
from .directory import Directory
from .people import Domain, derived_id

USERNAME = "ims-user"
PASSWORD = "ims-password"
ADMIN_NAME = "admin"
ADMIN_GROUP = "admins"
MEMBER_GROUP = "members"
ROLES = ("admin", "manager", "member", "reader")


def populate(directory: Directory, domain: tuple[str, str], region: str) -> Domain:
    """Put the default people into an empty directory; gives the domain that they belong to.

    As in Open Telekom Cloud, the default project has the region's name.
    """
    id, name = domain
    home = directory.add_domain(name, id)
    project = directory.add_project(region, home, DEFAULT_PROJECT_ID)
    user = directory.add_user(USERNAME, home, DEFAULT_USER_ID, PASSWORD)
    admin = directory.add_user(ADMIN_NAME, home, password=PASSWORD)
    members = directory.add_group(MEMBER_GROUP, home)
    members.members.add(user.id)
    admins = directory.add_group(ADMIN_GROUP, home)
    admins.members.add(admin.id)
    directory.grant_roles(user.id, project.id, ("member",))
    directory.grant_roles(user.id, home.id, ("reader",))
    for target in (project.id, home.id):
        directory.grant_roles(admins.id, target, ("admin",))
    return home


@lru_cache(maxsize=256)
def role_id(name: str) -> str:
    """The id of a role: there is one for any name."""
    return derived_id("role", name)


def role_by_name(name: str) -> tuple[str, ...]:
    """The role of somebody of whom nothing but the name is known (modes ``any``, ``triple``)."""
    lower = name.lower()
    if lower.startswith("admin"):
        return ("admin",)
    return ("reader",) if lower.startswith("reader") else ("member",)
