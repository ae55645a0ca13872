"""Projects, domains and users, as the API shows them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from ...domain.identity.directory import Directory
from ...domain.identity.people import Project, User
from ...domain.refusal import Refused
from ...profiles.answer import Answer
from ..call import Call
from . import render
from .policy import is_open, require

_Row = TypeVar("_Row", Project, User)


async def my_projects(call: Call) -> Answer:
    """The projects available to the token's user."""
    rows = _directory(call).projects_of(call.known_caller.user_id)
    return render.collection(call, "projects", (render.project(call, row) for row in rows))


async def my_domains(call: Call) -> Answer:
    """The domains available to the token's user."""
    rows = _directory(call).domains_of(call.known_caller.user_id)
    return render.collection(call, "domains", (render.domain(call, row) for row in rows))


async def projects(call: Call) -> Answer:
    """All projects for an admin. Open Telekom Cloud shows other users their own projects."""
    caller, directory = call.known_caller, _directory(call)
    require(call, "list_projects", own=is_open(call, "list_projects"))
    rows = (directory.projects.values() if caller.is_admin
            else directory.projects_of(caller.user_id))
    found = _filtered(call, rows)
    name = call.query.get("name")
    if not found and name and call.is_signed and call.service.identity.lenient:
        # For clients that sign requests, this look-up replaces a log-in, so the project is added.
        found = [call.service.identity.welcome(caller, name)]
    return render.collection(call, "projects", (render.project(call, row) for row in found))


async def project(call: Call) -> Answer:
    """One project: the token's own, or any for an admin."""
    caller, directory = call.known_caller, _directory(call)
    id = call.params["project_id"]
    own = id == caller.project_id or (
        is_open(call, "get_project") and bool(directory.roles(caller.user_id, id)))
    require(call, "get_project", own)
    row = directory.projects.get(id)
    if row is None:
        raise Refused("identity.not_found", what="project", id=id)
    return render.answer({"project": render.project(call, row)})


async def domains(call: Call) -> Answer:
    """All domains, for an admin."""
    directory = _directory(call)
    require(call, "list_domains")
    name, enabled = call.query.get("name"), _enabled(call)
    rows = (row for row in directory.domains.values()
            if name in (None, row.name) and enabled in (None, row.enabled))
    return render.collection(call, "domains", (render.domain(call, row) for row in rows))


async def domain(call: Call) -> Answer:
    """One domain: the user's own, or any for an admin."""
    directory = _directory(call)
    id = call.params["domain_id"]
    me = directory.users.get(call.known_caller.user_id)
    require(call, "get_domain", own=me is not None and me.domain_id == id)
    row = directory.domains.get(id)
    if row is None:
        raise Refused("identity.not_found", what="domain", id=id)
    return render.answer({"domain": render.domain(call, row)})


async def users(call: Call) -> Answer:
    """All users, for an admin."""
    directory = _directory(call)
    require(call, "list_users")
    found = _filtered(call, directory.users.values())
    return render.collection(call, "users", (render.user(call, row) for row in found))


async def user(call: Call) -> Answer:
    """One user: the caller, or any for an admin."""
    row = _user(call, "get_user")
    return render.answer({"user": render.user(call, row)})


async def projects_of_user(call: Call) -> Answer:
    """The projects on which a user has a role: the caller's own, or anybody's for an admin."""
    row = _user(call, "list_user_projects")
    found = _filtered(call, _directory(call).projects_of(row.id))
    return render.collection(call, "projects", (render.project(call, row) for row in found))


def _directory(call: Call) -> Directory:
    identity = call.service.identity
    identity.meet()
    return identity.directory


def _user(call: Call, rule: str) -> User:
    directory = _directory(call)
    id = call.params["user_id"]
    require(call, rule, own=id == call.known_caller.user_id)
    row = directory.users.get(id)
    if row is None:
        raise Refused("identity.not_found", what="user", id=id)
    return row


def _filtered(call: Call, rows: Iterable[_Row]) -> list[_Row]:
    """Return the rows that match the query's ``name``, ``domain_id`` and ``enabled``."""
    name, domain_id = call.query.get("name"), call.query.get("domain_id")
    enabled = _enabled(call)
    return [row for row in rows
            if name in (None, row.name) and domain_id in (None, row.domain_id)
            and enabled in (None, row.enabled)]


def _enabled(call: Call) -> bool | None:
    """Read ``?enabled``: as in Keystone, all but ``0``, ``false``, ``no``, ``off`` mean true."""
    value = call.query.get("enabled")
    return None if value is None else value.lower() not in ("0", "false", "no", "off", "f", "n")
