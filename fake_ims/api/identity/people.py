"""Projects, domains and users, as the API shows them."""

from __future__ import annotations

from typing import Any

from ...domain.identity.directory import Directory
from ...domain.identity.people import Domain, Project, User
from ...domain.refusal import Refused
from ...profiles.answer import Answer
from ..call import Call
from . import render
from .listing import filtered, flag, paged
from .policy import is_open, require, token_domain


async def my_projects(call: Call) -> Answer:
    """The projects available to the token's user."""
    rows = directory_of(call).projects_of(call.known_caller.user_id)
    return render.collection(call, "projects", (render.project(call, row) for row in rows))


async def my_domains(call: Call) -> Answer:
    """The domains available to the token's user."""
    identity = call.service.identity
    directory = directory_of(call)
    rows = directory.domains_of(call.known_caller.user_id)
    me = identity.user_of(call.known_caller.user_id)
    if identity.profile.opens_own_domain and me is not None:
        home = identity.domain_of(me)
        rows = rows if home in rows else [home, *rows]
    return render.collection(call, "domains", (render.domain(call, row) for row in rows))


async def projects(call: Call) -> Answer:
    """All projects for an admin. Open Telekom Cloud shows other users their own projects."""
    caller, directory = call.known_caller, directory_of(call)
    domain = token_domain(call)
    require(call, "list_projects", own=is_open(call, "list_projects"), reader_of=(domain,))
    if "is_domain" in call.query and flag(call.query["is_domain"]):
        documents = [render.domain_as_project(call, row) for row in directory.domains.values()]
    else:
        if caller.is_admin:
            rows = list(directory.projects.values())
        elif is_open(call, "list_projects"):
            rows = directory.projects_of(caller.user_id)
        else:
            rows = [row for row in directory.projects.values() if row.domain_id == domain]
        documents = [render.project(call, row) for row in rows]
    found = filtered(call, documents, "domain_id", "enabled", "name", "parent_id", "tags")
    name = call.query.get("name")
    if not found and name and call.is_signed and call.service.identity.lenient:
        # For clients that sign requests, this look-up replaces a log-in, so the project is added.
        found = [render.project(call, call.service.identity.welcome(caller, name))]
    return paged(call, "projects", found)


async def project(call: Call) -> Answer:
    """One project: the token's own, or any for an admin."""
    caller, directory = call.known_caller, directory_of(call)
    id = call.params["project_id"]
    row = directory.projects.get(id)
    own = id == caller.project_id or (
        is_open(call, "get_project") and bool(directory.roles(caller.user_id, id)))
    require(call, "get_project", own, reader_of=(row.domain_id if row else None,))
    if row is None:
        if id in directory.domains:
            return render.answer({
                "project": render.domain_as_project(call, directory.domains[id])})
        raise Refused("identity.not_found", what="project", id=id)
    return render.answer({"project": _with_relatives(call, row)})


def _with_relatives(call: Call, row: Project) -> render.Document:
    """Render a project with what its query asks for: the projects above and below.

    Lists have only those on which the caller has a role.

    Raises:
        Refused: both forms of one are asked for.
    """
    document, directory = render.project(call, row), directory_of(call)
    me, asked = call.known_caller.user_id, call.query
    for kind in ("parents", "subtree"):
        as_list, as_ids = f"{kind}_as_list", f"{kind}_as_ids"
        if as_list in asked and as_ids in asked:
            raise Refused("identity.schema", reason=f"Cannot use {as_list} and {as_ids} query "
                          "params at the same time.")
        if as_list in asked:
            rows = (directory.below(row.id) if kind == "subtree" else
                    [directory.projects[id] for id in directory.above(row.id)
                     if id in directory.projects])
            document[kind] = [{"project": render.project(call, one)} for one in rows
                              if directory.roles(me, one.id)]
        elif as_ids in asked:
            document[kind] = (_tree(directory, row.id) if kind == "subtree"
                              else _line(directory.above(row.id)))
    return document


def _tree(directory: Directory, id: str) -> dict[str, Any] | None:
    return {row.id: _tree(directory, row.id) for row in directory.projects.values()
            if row.parent_id == id} or None


def _line(ids: list[str]) -> dict[str, Any] | None:
    return {ids[0]: _line(ids[1:])} if ids else None


async def domains(call: Call) -> Answer:
    """All domains for an admin, and its own for a token of a domain."""
    directory, mine = directory_of(call), token_domain(call)
    require(call, "list_domains", reader_of=(mine,))
    rows = [row for row in directory.domains.values() if mine in (None, row.id)]
    return paged(call, "domains", filtered(
        call, (render.domain(call, row) for row in rows), "name", "enabled"))


async def domain(call: Call) -> Answer:
    """One domain: the user's or token's own, or any for an admin."""
    directory = directory_of(call)
    id = call.params["domain_id"]
    me = directory.users.get(call.known_caller.user_id)
    project = directory.projects.get(call.known_caller.project_id or "")
    require(call, "get_domain", own=id in (
        me and me.domain_id, project and project.domain_id, token_domain(call)))
    return render.answer({"domain": render.domain(call, found_domain(call, id))})


async def users(call: Call) -> Answer:
    """All users for an admin, those of the domain for a token of a domain."""
    directory, mine = directory_of(call), token_domain(call)
    require(call, "list_users", reader_of=(mine,))
    rows = [row for row in directory.users.values() if mine in (None, row.domain_id)]
    return paged(call, "users", filtered(
        call, (render.user(call, row) for row in rows), "name", "domain_id", "enabled"))


async def user(call: Call) -> Answer:
    """One user: the caller, or any for an admin."""
    return render.answer({"user": render.user(call, _user(call, "get_user"))})


async def projects_of_user(call: Call) -> Answer:
    """The projects on which a user has a role: the caller's own, or anybody's for an admin."""
    rows = directory_of(call).projects_of(_user(call, "list_user_projects").id)
    return render.collection(call, "projects", filtered(
        call, (render.project(call, row) for row in rows), "name", "domain_id", "enabled"))


def directory_of(call: Call) -> Directory:
    """Return the directory, with everybody who has called so far."""
    identity = call.service.identity
    identity.meet()
    return identity.directory


def found_domain(call: Call, id: str) -> Domain:
    """Return a domain.

    Raises:
        Refused: ``identity.not_found``.
    """
    row = directory_of(call).domains.get(id)
    if row is None:
        raise Refused("identity.not_found", what="domain", id=id)
    return row


def found_user(call: Call, id: str) -> User:
    """Return a user.

    Raises:
        Refused: ``identity.not_found``.
    """
    row = directory_of(call).users.get(id)
    if row is None:
        raise Refused("identity.not_found", what="user", id=id)
    return row


def _user(call: Call, rule: str) -> User:
    id = call.params["user_id"]
    row = directory_of(call).users.get(id)
    require(call, rule, own=id == call.known_caller.user_id,
            reader_of=(row.domain_id if row else None,))
    return found_user(call, id)
