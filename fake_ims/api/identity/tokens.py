"""Tokens: log in, look at one, end one."""

from __future__ import annotations

from ...contract.identity import MAX_BODY
from ...domain.identity.catalog import rendered
from ...domain.identity.tokens import Token
from ...refusal import Refused
from ..answer import JSON, Answer
from ..call import Call, parse_json
from . import render
from .policy import require


async def create(call: Call) -> Answer:
    """Log in."""
    return _shown(call, call.service.identity.log_in(await _auth(call)), 201)


async def show(call: Call) -> Answer:
    """Describe a token: one's own, or to an admin any."""
    return _shown(call, _subject(call, "validate_token"), 200)


async def check(call: Call) -> Answer:
    """Say whether a token is good."""
    answer = _shown(call, _subject(call, "check_token"), 200)
    answer.body = b""
    return answer


async def revoke(call: Call) -> Answer:
    """End a token."""
    subject = _subject(call, "revoke_token")
    call.service.identity.revoke(subject.token)
    return Answer(204, headers={"Vary": "X-Auth-Token"})


def _subject(call: Call, rule: str) -> Token:
    given = call.headers.get("X-Subject-Token")
    if not given:
        raise Refused("identity.no_token")
    token = call.service.identity.token(given)
    require(call, rule, own=token.user.id == call.known_caller.user_id)
    return token


def _shown(call: Call, token: Token, status: int) -> Answer:
    catalog = None
    if "nocatalog" not in call.query:
        catalog = rendered(call.base_url, call.service.region)
    return Answer(status, render.token(token, catalog), JSON,
                  {"X-Subject-Token": token.token, "Vary": "X-Auth-Token"})


async def _auth(call: Call) -> dict[str, object]:
    """What stands below ``auth`` in the body; Keystone's checks in Keystone's order."""
    if (call.request.content_length or 0) > MAX_BODY:
        raise Refused("identity.too_large")
    body = await call.read()
    if len(body) > MAX_BODY:
        raise Refused("identity.too_large")
    if not body:
        raise Refused("identity.expected", what="auth", where="request body")
    if call.request.content_type != JSON:
        raise Refused("identity.expected", what=JSON, where="Content-Type header")
    document = parse_json(body)
    if not isinstance(document, dict):
        raise Refused("identity.json")
    auth: dict[str, object] | None = document.get("auth")
    if auth is None:
        raise Refused("identity.expected", what="auth", where="request body")
    return auth
