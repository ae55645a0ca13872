"""Roles: create, show, list, change, delete."""

from __future__ import annotations

from ....domain.identity.people import Role
from ....domain.refusal import Refused
from ....profiles.answer import Answer
from ...call import Call
from ...registry import Handler
from .. import bodies, render
from ..listing import filtered
from ..people import directory_of
from ..policy import require, token_domain
from . import changes

_KNOWN = ("name", "domain_id", "description", "options")
#: The roles that a domain's manager may look at and assign.
MANAGED = frozenset({"manager", "member", "reader"})


async def listing(call: Call) -> Answer:
    """The roles of tokens; with ``?domain_id=`` those of a domain."""
    require(call, "list_roles", manager_of=(token_domain(call),))
    domain_id = call.query.get("domain_id")
    rows = [row for row in directory_of(call).roles_by_id.values() if row.domain_id == domain_id]
    return render.collection(call, "roles", filtered(
        call, (render.role(call, row) for row in rows), "name"))


def _check_free(call: Call, name: str, domain_id: str | None, besides: str = "") -> None:
    if changes.taken(directory_of(call).roles_by_id.values(), name, domain_id, besides):
        at = f" at domain ID {domain_id}" if domain_id and not besides else ""
        raise Refused("identity.conflict", what="role",
                      problem=f"Duplicate entry found with name {name}{at}")


async def create(call: Call) -> Answer:
    """Add a role."""
    given = await bodies.new(call, "role")
    domain_id = given.get("domain_id")
    require(call, "create_domain_role" if domain_id else "create_role")
    _check_free(call, given["name"], domain_id)
    row = Role(changes.new_id(), given["name"], domain_id, given.get("description"),
               dict(given.get("options", {})), changes.extra(given, _KNOWN))
    directory_of(call).roles_by_id[row.id] = row
    return render.answer({"role": render.role(call, row)})


def found_role(call: Call, id: str) -> Role:
    """Return a role.

    Raises:
        Refused: ``identity.not_found``.
    """
    row = directory_of(call).roles_by_id.get(id)
    if row is None:
        raise Refused("identity.not_found", what="role", id=id)
    return row


def _role(call: Call, verb: str) -> Role:
    row = directory_of(call).roles_by_id.get(call.params["role_id"])
    managed = verb == "get" and row is not None and row.name in MANAGED
    rule = f"{verb}_domain_role" if row is not None and row.domain_id else f"{verb}_role"
    require(call, rule, own=managed and "manager" in call.known_caller.roles)
    return found_role(call, call.params["role_id"])


async def show(call: Call) -> Answer:
    """One role."""
    return render.answer({"role": render.role(call, _role(call, "get"))})


async def update(call: Call) -> Answer:
    """Change a role. Tokens show its new name."""
    given = await bodies.change(call, "role")
    row = _role(call, "update")
    changes.check_same(given, row, "id")
    changes.check_mutable(row, "role", "update", row.id, given)
    if given.get("domain_id", row.domain_id) != row.domain_id:
        raise Refused("identity.schema", reason="Update of `domain_id` is not allowed.")
    if "name" in given:
        _check_free(call, given["name"], row.domain_id, row.id)
        row.name = given["name"]
    row.description = given.get("description", row.description)
    changes.set_options(row, given)
    row.extra |= changes.extra(given, _KNOWN)
    call.service.identity.reassess()
    return render.answer({"role": render.role(call, row)})


async def delete(call: Call) -> Answer:
    """Delete a role, with its assignments."""
    row = _role(call, "delete")
    changes.check_mutable(row, "role", "delete", row.id)
    directory_of(call).remove_role(row)
    call.service.identity.reassess()
    return changes.done()


HANDLERS: dict[str, Handler] = {
    "roles.list": listing,
    "roles.create": create,
    "roles.show": show,
    "roles.update": update,
    "roles.delete": delete,
}
