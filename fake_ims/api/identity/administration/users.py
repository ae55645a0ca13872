"""Users: create, change, delete, their passwords and groups."""

from __future__ import annotations

from ....contract import administration_schemas as schemas
from ....domain.identity.people import User
from ....domain.reasons import because
from ....domain.refusal import Refused
from ....profiles.answer import Answer
from ...call import Call
from ...registry import Handler
from .. import bodies, render
from ..listing import filtered
from ..people import directory_of, found_domain, found_user
from ..policy import require
from . import changes

_KNOWN = ("name", "domain_id", "enabled", "password", "default_project_id", "options")


def _check_free(call: Call, name: str, domain_id: str, besides: str = "") -> None:
    if changes.taken(directory_of(call).users.values(), name, domain_id, besides):
        at = "" if besides else f" at domain ID {domain_id}"
        raise Refused("identity.conflict", what="user",
                      problem=f"Duplicate entry found with name {name}{at}")


def _check_default_project(call: Call, given: bodies.Document) -> None:
    id = given.get("default_project_id")
    if id in directory_of(call).domains:
        raise Refused("identity.schema", reason="User's default project ID cannot be a domain ID: "
                      f"{id}")


async def create(call: Call) -> Answer:
    """Add a user."""
    given = await bodies.new(call, "user")
    require(call, "create_user", manager_of=(given.get("domain_id"),))
    domain = found_domain(call, changes.home(call, given))
    _check_default_project(call, given)
    _check_free(call, given["name"], domain.id)
    row = directory_of(call).add_user(given["name"], domain, changes.new_id(),
                                      given.get("password"))
    row.enabled = given.get("enabled", True)
    row.default_project_id = given.get("default_project_id")
    row.options = dict(given.get("options", {}))
    row.extra = changes.extra(given, _KNOWN)
    return render.answer({"user": render.user(call, row)})


def _allowed(call: Call, rule: str) -> User:
    row = directory_of(call).users.get(call.params["user_id"])
    require(call, rule, manager_of=(row.domain_id if row else None,))
    return found_user(call, call.params["user_id"])


async def update(call: Call) -> Answer:
    """Change a user. Another password, and disabling them, end their tokens."""
    given = await bodies.change(call, "user")
    row = _allowed(call, "update_user")
    changes.check_same(given, row, "id", "domain_id")
    _check_default_project(call, given)
    if "name" in given:
        _check_free(call, given["name"], row.domain_id, row.id)
        row.name = given["name"]
    if "default_project_id" in given:
        row.default_project_id = given["default_project_id"]
    if "password" in given:
        row.password = given["password"]
        call.service.identity.end_tokens_of(row)
    changes.set_options(row, given)
    row.extra |= changes.extra(given, _KNOWN)
    enabled = given.get("enabled", row.enabled)
    if enabled is not row.enabled:
        (call.service.identity.unlock if enabled else call.service.identity.lock)(row)
    # Keystone shows what it does not know twice after a change.
    return render.answer({"user": {**render.user(call, row), "extra": row.extra}})


async def delete(call: Call) -> Answer:
    """Delete a user, with their roles, tokens and credentials."""
    call.service.identity.remove_user(_allowed(call, "delete_user"))
    return changes.done()


async def password(call: Call) -> Answer:
    """Change one's own password, with the old one. It ends the user's tokens."""
    given = (await bodies.document(call)).get("user", {})
    bodies.check(given, schemas.PASSWORD, whole=True)
    id = call.params["user_id"]
    row = directory_of(call).users.get(id)
    if row is None:
        raise because("user.unknown", user=id, domain=call.service.identity.home.name)
    if row.password != given["original_password"]:
        raise because("password.wrong", user=row.name)
    row.password = given["password"]
    call.service.identity.end_tokens_of(row)
    return changes.done()


async def groups(call: Call) -> Answer:
    """The groups of a user."""
    directory, id = directory_of(call), call.params["user_id"]
    row = directory.users.get(id)
    require(call, "list_groups_for_user", own=id == call.known_caller.user_id,
            reader_of=(row.domain_id if row else None,))
    found_user(call, id)
    return render.collection(call, "groups", filtered(
        call, ({**render.group(call, one), "membership_expires_at": None}
               for one in directory.groups.values() if id in one.members), "name"))


HANDLERS: dict[str, Handler] = {
    "users.create": create,
    "users.update": update,
    "users.delete": delete,
    "users.password": password,
    "users.groups": groups,
}
