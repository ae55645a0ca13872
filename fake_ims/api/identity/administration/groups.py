"""Groups, and their members."""

from __future__ import annotations

from ....domain.identity.people import Group
from ....domain.refusal import Refused
from ....profiles.answer import Answer
from ...call import Call
from ...registry import Handler
from .. import bodies, render
from ..listing import filtered, paged
from ..people import directory_of, found_domain, found_user
from ..policy import require, token_domain
from . import changes

_KNOWN = ("name", "domain_id", "description")


async def listing(call: Call) -> Answer:
    """All groups for an admin, those of the domain for a token of a domain."""
    mine = token_domain(call)
    require(call, "list_groups", reader_of=(mine,))
    rows = [row for row in directory_of(call).groups.values() if mine in (None, row.domain_id)]
    return paged(call, "groups", filtered(
        call, (render.group(call, row) for row in rows), "name", "domain_id"))


def _check_free(call: Call, name: str, domain_id: str, besides: str = "") -> None:
    if changes.taken(directory_of(call).groups.values(), name, domain_id, besides):
        at = "" if besides else f" at domain ID {domain_id}"
        raise Refused("identity.conflict", what="group",
                      problem=f"Duplicate entry found with name {name}{at}")


async def create(call: Call) -> Answer:
    """Add a group."""
    given = await bodies.new(call, "group")
    require(call, "create_group", manager_of=(given.get("domain_id"),))
    domain = found_domain(call, changes.home(call, given))
    _check_free(call, given["name"], domain.id)
    row = directory_of(call).add_group(given["name"], domain, changes.new_id())
    row.description = given.get("description", "")
    row.extra = changes.extra(given, _KNOWN)
    return render.answer({"group": render.group(call, row)})


def found_group(call: Call, id: str) -> Group:
    """Return a group.

    Raises:
        Refused: ``identity.not_found``.
    """
    row = directory_of(call).groups.get(id)
    if row is None:
        raise Refused("identity.not_found", what="group", id=id)
    return row


def _group(call: Call, rule: str, *, reading: bool) -> Group:
    row = directory_of(call).groups.get(call.params["group_id"])
    domains = (row.domain_id if row else None,)
    require(call, rule, reader_of=domains if reading else None,
            manager_of=None if reading else domains)
    return found_group(call, call.params["group_id"])


async def show(call: Call) -> Answer:
    """One group."""
    return render.answer({"group": render.group(call, _group(call, "get_group", reading=True))})


async def update(call: Call) -> Answer:
    """Change a group."""
    given = await bodies.change(call, "group")
    row = _group(call, "update_group", reading=False)
    changes.check_same(given, row, "id", "domain_id")
    if "name" in given:
        _check_free(call, given["name"], row.domain_id, row.id)
        row.name = given["name"]
    row.description = given.get("description", row.description)
    row.extra |= changes.extra(given, _KNOWN)
    return render.answer({"group": render.group(call, row)})


async def delete(call: Call) -> Answer:
    """Delete a group. Its members lose its roles."""
    directory_of(call).remove_group(_group(call, "delete_group", reading=False))
    call.service.identity.reassess()
    return changes.done()


async def members(call: Call) -> Answer:
    """The users of a group."""
    row = _group(call, "list_users_in_group", reading=True)
    users = [one for one in directory_of(call).users.values() if one.id in row.members]
    return render.collection(call, "users", filtered(
        call, (render.user(call, one) for one in users), "name", "domain_id", "enabled"))


def _member(call: Call, rule: str, *, reading: bool, known: bool) -> Group:
    """Return the group, after checking both: the group and the user.

    Raises:
        Refused: not allowed, or the user is unknown, or (``known``) no member.
    """
    directory = directory_of(call)
    group, user = (directory.groups.get(call.params["group_id"]),
                   directory.users.get(call.params["user_id"]))
    domains = (group.domain_id if group else None, user.domain_id if user else None)
    require(call, rule, reader_of=domains if reading else None,
            manager_of=None if reading else domains)
    member, row = (found_user(call, call.params["user_id"]),
                   found_group(call, call.params["group_id"]))
    if known and member.id not in row.members:
        raise Refused("identity.unknown",
                      reason=f"User '{member.id}' not found in group '{row.id}'")
    return row


async def check_member(call: Call) -> Answer:
    """Return whether a user belongs to a group."""
    _member(call, "check_user_in_group", reading=True, known=True)
    return changes.done()


async def add_member(call: Call) -> Answer:
    """Add a user to a group."""
    row = _member(call, "add_user_to_group", reading=False, known=False)
    row.members.add(call.params["user_id"])
    call.service.identity.reassess()
    return changes.done()


async def remove_member(call: Call) -> Answer:
    """Remove a user from a group."""
    row = _member(call, "remove_user_from_group", reading=False, known=True)
    row.members.discard(call.params["user_id"])
    call.service.identity.reassess()
    return changes.done()


HANDLERS: dict[str, Handler] = {
    "groups.list": listing,
    "groups.create": create,
    "groups.show": show,
    "groups.update": update,
    "groups.delete": delete,
    "groups.users.list": members,
    "groups.users.check": check_member,
    "groups.users.add": add_member,
    "groups.users.remove": remove_member,
}
