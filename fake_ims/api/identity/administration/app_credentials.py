"""Application credentials: create, show, list, delete."""

from __future__ import annotations

from calendar import timegm
from datetime import datetime, timezone
from secrets import token_urlsafe

from ....domain.identity.people import ApplicationCredential, Role
from ....domain.identity.token_details import Token, instant
from ....domain.refusal import Refused
from ....profiles.answer import Answer
from ...call import Call
from ...registry import Handler
from .. import bodies, render
from ..listing import filtered
from ..people import directory_of
from ..policy import require
from . import changes

_CLIENT = ("The server could not comply with the request since it is either malformed or "
           "otherwise incorrect. The client is assumed to be in error.")


def _check_unrestricted(call: Call) -> Token:
    token = call.service.identity.token(call.known_caller.token)
    if token.credential is not None and not token.credential.unrestricted:
        raise Refused("identity.action", reason="Using method 'application_credential' is not "
                      "allowed for managing additional application credentials.")
    return token


async def create(call: Call) -> Answer:
    """Add an application credential for the caller, on the project of their token."""
    given = await bodies.new(call, "application_credential")
    caller, identity = call.known_caller, call.service.identity
    if call.params["user_id"] != caller.user_id:
        raise Refused("identity.policy", rule="identity:create_application_credential")
    directory = directory_of(call)
    token = _check_unrestricted(call)
    if token.project is None:
        raise Refused("identity.schema", reason="Invalid application credential: Could not find "
                      "role assignment: the token has no project.")
    roles = _roles(call, given, token)
    expires_at = _instant(given.get("expires_at"))
    if expires_at is not None and expires_at <= identity.now:
        raise Refused("identity.schema", reason=f"The 'expires_at' must not be before now. "
                      f"{_CLIENT}")
    if directory.credential(token.user, given["name"]) is not None:
        raise Refused("identity.conflict", what="application_credential",
                      problem=f"Duplicate entry found with name {given['name']}")
    row = ApplicationCredential(
        given.get("id") or changes.new_id(), given["name"], given.get("secret")
        or token_urlsafe(64), token.user.id, token.project.id, roles, expires_at,
        given.get("unrestricted"), given.get("description"))
    directory.credentials[row.id] = row
    return render.answer({"application_credential": {**_document(call, row),
                                                     "secret": row.secret}})


def _roles(call: Call, given: bodies.Document, token: Token) -> tuple[str, ...]:
    """Return the names of the credential's roles: those of the token, or some of them.

    Raises:
        Refused: the caller does not have a role.
    """
    directory = directory_of(call)
    if not given.get("roles"):
        return token.roles
    found = []
    for asked in given["roles"]:
        row: Role | None
        if "id" in asked:
            row = directory.roles_by_id.get(asked["id"])
        else:
            row = next((one for one in directory.roles_by_id.values()
                        if one.name == asked["name"] and one.domain_id is None), None)
            if row is None:
                raise Refused("identity.unknown", reason=f"Role {asked['name']} is not defined")
        if row is None or row.name not in token.roles:
            raise Refused("identity.schema", reason="Invalid application credential: Cannot "
                          "create an application credential with unassigned role")
        found.append(row.name)
    return tuple(found)


def _instant(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise Refused("identity.schema",
                      reason=f"Timestamp not in expected format. {_CLIENT}") from None
    return timegm(moment.astimezone(timezone.utc).timetuple()
                  if moment.tzinfo else moment.timetuple())


def _document(call: Call, row: ApplicationCredential) -> render.Document:
    directory = directory_of(call)
    names = directory.roles(row.user_id, row.project_id) if row.roles is None else row.roles
    roles = [directory.role_named(name) for name in names]
    return render.linked(call, "application_credentials", {
        "id": row.id, "name": row.name, "description": row.description,
        "expires_at": None if row.expires_at is None else instant(row.expires_at),
        "project_id": row.project_id, "user_id": row.user_id, "system": None,
        "unrestricted": row.unrestricted,
        "roles": [{"id": one.id, "name": one.name, "domain_id": one.domain_id,
                   "description": one.description, "options": one.options} for one in roles]})


def _found(call: Call, rule: str) -> ApplicationCredential:
    row = directory_of(call).credentials.get(call.params["credential_id"])
    me = call.known_caller.user_id
    require(call, rule, own=me == (row.user_id if row else call.params["user_id"]))
    if row is None:
        raise Refused("identity.not_found", what="Application Credential",
                      id=call.params["credential_id"])
    return row


async def show(call: Call) -> Answer:
    """One application credential, without its secret."""
    row = _found(call, "get_application_credential")
    return render.answer({"application_credential": _document(call, row)})


async def listing(call: Call) -> Answer:
    """The application credentials of a user: the caller's own, or anybody's for an admin."""
    id = call.params["user_id"]
    require(call, "list_application_credentials", own=id == call.known_caller.user_id)
    rows = [row for row in directory_of(call).credentials.values() if row.user_id == id]
    return render.collection(call, "application_credentials", filtered(
        call, (_document(call, row) for row in rows), "name"))


async def delete(call: Call) -> Answer:
    """Delete an application credential."""
    row = _found(call, "delete_application_credential")
    _check_unrestricted(call)
    del directory_of(call).credentials[row.id]
    return changes.done()


HANDLERS: dict[str, Handler] = {
    "application_credentials.create": create,
    "application_credentials.show": show,
    "application_credentials.list": listing,
    "application_credentials.delete": delete,
}
