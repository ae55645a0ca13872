"""Temporary access keys of Open Telekom Cloud, and who asks for them or assumes an agency."""

from __future__ import annotations

from collections.abc import Mapping
from secrets import token_hex
from typing import Any

from ...contract.identity import TEMPORARY, TEMPORARY_SECONDS
from ...domain.identity.people import User
from ...domain.identity.token_details import instant
from ...domain.reasons import because
from ...domain.refusal import Refused
from ...profiles.answer import Answer
from ..call import Call
from . import bodies, render


async def caller(call: Call, token: str | None = None) -> User:
    """Return who sends a request that needs no token by itself: by token or signature.

    Args:
        call: the request.
        token: a token in the body; ``X-Auth-Token`` goes before it.

    Raises:
        Refused, SignatureRefused: there is none, or it is invalid.
    """
    identity, service = call.service.identity, call.service
    given = call.headers.get("X-Auth-Token") or token
    if given:
        call.called_by(service.tokens.identify(given, service.clock.now()))
    elif service.profile.takes_signatures and call.is_signed:
        from .. import gateway

        call.called_by(service.tokens.limited(await gateway.identify(call)))
    else:
        raise because("agency.caller")
    identity.meet()
    user = identity.user_of(call.known_caller.user_id)
    if user is None:
        raise because("user.unknown", user=call.known_caller.user_id, domain=identity.home.name)
    return user


async def create(call: Call) -> Answer:
    """Issue a temporary pair of keys with a security token: for the caller, or for an agency."""
    body = await bodies.document(call)
    bodies.check(body, TEMPORARY)
    shown: Mapping[str, Any] = body["auth"]["identity"]
    methods = shown["methods"]
    if len(methods) != 1 or methods[0] not in ("token", "assume_role"):
        raise because("method.unknown", "identity.method", method=", ".join(methods),
                      profile=call.service.profile.name)
    method = methods[0]
    given: Mapping[str, Any] = shown.get(method, {})
    if method == "assume_role" and "assume_role" not in shown:
        raise Refused("identity.expected", what=method, where="identity")
    identity = call.service.identity
    user = await caller(call, given.get("id"))
    seconds = given.get("duration_seconds", given.get("duration-seconds", TEMPORARY_SECONDS[0]))
    if not TEMPORARY_SECONDS[0] <= seconds <= TEMPORARY_SECONDS[1]:
        raise Refused("identity.schema", reason="Invalid input for field 'duration_seconds': "
                      f"{seconds} is not between {TEMPORARY_SECONDS[0]} and "
                      f"{TEMPORARY_SECONDS[1]}")
    project_id = call.known_caller.project_id
    if method == "assume_role":
        user = identity.entrance.agency(given, user)
        project_id = None
    key = identity.temporary_key(user, project_id, token_hex(10).upper(), token_hex(20),
                                 token_hex(64), identity.now + seconds)
    return render.answer({"credential": {
        "access": key.access, "secret": key.secret, "securitytoken": key.security_token,
        "expires_at": instant(identity.now + seconds)}})
