"""Role assignments: of users and groups, on projects and domains, inherited or not."""

from __future__ import annotations

from collections.abc import Iterator

from ....contract.administration import GRANTS
from ....domain.callers import implied_roles
from ....domain.identity.directory import Assignment
from ....domain.refusal import Refused
from ....profiles.answer import Answer
from ...call import Call
from ...registry import Handler
from .. import render
from ..listing import flag
from ..people import directory_of, found_domain, found_user
from ..policy import require, token_domain
from . import changes
from .groups import found_group
from .roles import MANAGED, found_role

_INHERITED = "scope.OS-INHERIT:inherited_to"


def _place(call: Call, rule: str, *, unknown_actor: bool = False) -> tuple[str, str, str, bool]:
    """Return who, where, the role (empty without one), and whether it is inherited.

    Raises:
        Refused: one is unknown, or the caller may not.
    """
    params, directory = call.params, directory_of(call)
    role = found_role(call, params["role_id"]) if "role_id" in params else None
    who = params.get("user_id") or params["group_id"]
    actor = directory.users.get(who) or directory.groups.get(who)
    if not unknown_actor:
        actor = (found_user(call, who) if "user_id" in params else found_group(call, who))
    if "domain_id" in params:
        where = place = found_domain(call, params["domain_id"]).id
    else:
        where = params["project_id"]
        if where not in directory.projects:
            raise Refused("identity.not_found", what="project", id=where)
        place = directory.projects[where].domain_id
    domains = (actor.domain_id if actor else None, place)
    if rule in ("list_grants", "check_grant"):
        require(call, rule, reader_of=domains)
    else:
        require(call, rule, manager_of=domains if role is None or role.name in MANAGED else None)
    return who, where, role.id if role else "", call.path.rstrip("/").endswith(
        "/inherited_to_projects")


async def _list(call: Call) -> Answer:
    who, where, _, inherited = _place(call, "list_grants")
    rows = directory_of(call).assigned(who, where, inherited)
    return render.collection(call, "roles", (render.role(call, row) for row in rows))


def _missing(given: Assignment) -> Refused:
    return Refused("identity.unknown", reason="Could not find role assignment with role: "
                   f"{given.role_id}, user or group: {given.who}, project, domain, or system: "
                   f"{given.where}.")


async def _check(call: Call) -> Answer:
    given = Assignment(*_place(call, "check_grant"))
    if given not in set(directory_of(call).assignments()):
        raise _missing(given)
    return changes.done()


async def _grant(call: Call) -> Answer:
    directory_of(call).assign(Assignment(*_place(call, "create_grant")))
    call.service.identity.reassess()
    return changes.done()


async def _revoke(call: Call) -> Answer:
    given = Assignment(*_place(call, "revoke_grant", unknown_actor=True))
    if not directory_of(call).unassign(given):
        raise _missing(given)
    call.service.identity.reassess()
    return changes.done()


# the list of all

async def assignments(call: Call) -> Answer:
    """Role assignments: as they were made, or (``effective``) as they count for users."""
    query = call.query
    project, domain = query.get("scope.project.id"), query.get("scope.domain.id")
    effective = "effective" in query and flag(query["effective"])
    subtree = "include_subtree" in query and flag(query["include_subtree"])
    if "include_subtree" in query and project is None:
        raise _invalid("'scope.project.id' is a dependency of 'include_subtree'")
    mine = token_domain(call)
    require(call, "list_role_assignments", reader_of=(mine,))
    if project is not None and domain is not None:
        raise _invalid("Specify a domain or project, not both")
    if "user.id" in query and "group.id" in query:
        raise _invalid("Specify a user or group, not both")
    if effective and "group.id" in query:
        raise _invalid("Combining effective and group filter will always result in an empty list.")
    if effective and domain is not None and _INHERITED in query:
        raise _invalid("Combining effective, domain and inherited filters will always result in "
                       "an empty list.")
    directory = directory_of(call)
    places = {project} if project is not None else {domain} if domain is not None else None
    if places is not None and subtree and project is not None:
        places |= {row.id for row in directory.below(project)}
    names = "include_names" in query and flag(query["include_names"])
    shown = []
    for row in _effective(call) if effective else _plain(call):
        if ((places is not None and row.where not in places)
                or query.get("user.id", row.user) != row.user
                or query.get("group.id", row.group) != row.group
                or query.get("role.id", row.role_id) != row.role_id
                or (_INHERITED in query
                    and row.inherited is not (query[_INHERITED] == "projects"))
                or "scope.system" in query):
            continue
        if mine is None or mine in (row.where, getattr(directory.projects.get(row.where),
                                                       "domain_id", None)):
            shown.append(_shown(call, row, names))
    return render.collection(call, "role_assignments", shown)


def _invalid(reason: str) -> Refused:
    return Refused("identity.schema", reason=reason)


class _Row:
    """One row of the list: an assignment, and for whom, where and as which role it counts."""

    __slots__ = ("given", "group", "inherited", "member", "role_id", "user", "where")

    def __init__(self, call: Call, given: Assignment, user: str | None = None,
                 where: str | None = None, role_id: str | None = None) -> None:
        is_group = given.who in directory_of(call).groups
        self.given = given
        self.member = user if is_group else None
        self.user = user if is_group else given.who
        self.group = given.who if is_group and user is None else None
        self.where = where or given.where
        self.role_id = role_id or given.role_id
        self.inherited = given.inherited


def _plain(call: Call) -> Iterator[_Row]:
    for given in directory_of(call).assignments():
        yield _Row(call, given)


def _effective(call: Call) -> Iterator[_Row]:
    directory = directory_of(call)
    for given in directory.assignments():
        group = directory.groups.get(given.who)
        users: list[str | None] = [None] if group is None else [
            id for id in directory.users if id in group.members]
        places = [row.id for row in directory.below(given.where)] if given.inherited else [
            given.where]
        role = directory.roles_by_id[given.role_id]
        if role.domain_id is not None:
            continue
        for user in users:
            for where in places:
                for name in implied_roles((role.name,)):
                    yield _Row(call, given, user, where, directory.role_named(name).id)


def _shown(call: Call, row: _Row, names: bool) -> render.Document:
    directory, given, base = directory_of(call), row.given, f"{render.base(call)}/v3"
    kind = "projects" if given.where in directory.projects else "domains"
    actors = "groups" if given.who in directory.groups else "users"
    link = f"/{kind}/{given.where}/{actors}/{given.who}/roles/{given.role_id}"
    if given.inherited:
        link = f"/OS-INHERIT{link}/inherited_to_projects"
    links = {"assignment": base + link}
    if row.member is not None:
        links["membership"] = f"{base}/groups/{given.who}/users/{row.member}"
    if row.role_id != given.role_id:
        links["prior_role"] = f"{base}/prior_role/{row.role_id}/implies/{given.role_id}"
    scope: render.Document = {}
    where: render.Document = {"id": row.where}
    project = directory.projects.get(row.where)
    if names:
        where["name"] = (project or directory.domains[row.where]).name
        if project is not None:
            where["domain"] = _domain(call, project.domain_id)
    scope["domain" if project is None else "project"] = where
    if row.inherited:
        scope["OS-INHERIT:inherited_to"] = "projects"
    found: render.Document = {"links": links, "scope": scope, "role": {"id": row.role_id}}
    if names:
        found["role"]["name"] = directory.roles_by_id[row.role_id].name
    for what, id in (("user", row.user), ("group", row.group)):
        if id is not None:
            found[what] = {"id": id}
            owner = directory.users.get(id) or directory.groups.get(id)
            if names and owner is not None:
                found[what] |= {"name": owner.name, "domain": _domain(call, owner.domain_id)}
    return found


def _domain(call: Call, id: str) -> render.Document:
    return {"id": id, "name": directory_of(call).domains[id].name}


_BY_VERB: dict[str, Handler] = {"list": _list, "check": _check, "grant": _grant,
                                "revoke": _revoke}
HANDLERS: dict[str, Handler] = {
    "role_assignments.list": assignments,
    **{row.id.removeprefix("identity."): _BY_VERB[row.id.rpartition(".")[2]] for row in GRANTS},
}
