"""The first users of an identity service: one account with a default project, a user, an admin."""

from __future__ import annotations

from ..callers import DEFAULT_PROJECT_ID, DEFAULT_USER_ID
from .directory import Directory
from .people import Domain

USERNAME = "ims-user"
PASSWORD = "ims-password"
ADMIN_NAME = "admin"
ADMIN_GROUP = "admins"
MEMBER_GROUP = "members"
ROLES = ("admin", "manager", "member", "reader", "service")


def populate(directory: Directory, domain: tuple[str, str], region: str) -> Domain:
    """Add the default users and projects to an empty directory, and return their domain.

    As in Open Telekom Cloud, the default project has the region's name.
    """
    id, name = domain
    home = directory.add_domain(name, id)
    for role in ROLES:
        directory.role_named(role).options["immutable"] = True
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


def role_by_name(name: str) -> tuple[str, ...]:
    """Return the role of a user of whom only the name is known (modes ``any``, ``triple``)."""
    lower = name.lower()
    if lower.startswith("admin"):
        return ("admin",)
    return ("reader",) if lower.startswith("reader") else ("member",)
