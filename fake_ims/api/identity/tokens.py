"""Tokens: log in, describe, check, revoke."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from ...contract.identity import MAX_BODY, METHODS
from ...domain.identity.catalog import rendered
from ...domain.identity.log_in import check as check_auth
from ...domain.identity.token_details import Token
from ...domain.reasons import REASONS
from ...domain.refusal import Refused
from ...domain.sound import readable
from ...profiles.answer import DONE, JSON, Answer
from ..call import Call, parse_json
from . import render
from .policy import require

_SHORT = 2048


async def create(call: Call) -> Answer:
    """Log in."""
    try:
        auth = await _auth(call)
        user = None
        if "assume_role" in auth["identity"]["methods"] and (
                "assume_role" in METHODS[call.service.profile.name]):
            from .temporary import caller  # few tests need it

            user = await caller(call)
        return _shown(call, call.service.identity.log_in(auth, user))
    except Refused as refused:
        if not refused.why:  # the response says what is wrong, and may repeat a secret
            refused.why = REASONS["body.wrong"]
        raise


async def show(call: Call) -> Answer:
    """Describe a token: the caller's own, or any for an admin."""
    return _shown(call, _subject(call, "validate_token"))


async def check(call: Call) -> Answer:
    """Return whether a token is valid."""
    answer = _shown(call, _subject(call, "check_token"))
    answer.body = b""
    return answer


async def revoke(call: Call) -> Answer:
    """Revoke a token."""
    subject = _subject(call, "revoke_token")
    call.service.identity.revoke(subject.token)
    return Answer(DONE, headers={"Vary": "X-Auth-Token"})


def _subject(call: Call, rule: str) -> Token:
    given = call.headers.get("X-Subject-Token")
    if not given:
        raise Refused("identity.no_token")
    token = call.service.identity.token(given)
    require(call, rule, own=token.user.id == call.known_caller.user_id)
    return token


def _shown(call: Call, token: Token) -> Answer:
    plain = call.request.rel_url.raw_query_string and "nocatalog" in call.query
    catalog = None if plain else rendered(
        call.mount_url, call.service.region, call.service.shape,
        call.service.profile.takes_signatures)
    return Answer(DONE, render.token(token, catalog, call.service.identity.directory), JSON,
                  {"X-Subject-Token": readable(token.token), "Vary": "X-Auth-Token"})


async def _auth(call: Call) -> Mapping[str, Any]:
    """Return the content of ``auth`` in the body, with Keystone's checks in Keystone's order."""
    if (call.request.content_length or 0) > MAX_BODY:
        raise Refused("identity.too_large")
    body = await call.read()
    if len(body) > MAX_BODY:
        raise Refused("identity.too_large")
    if not body:
        raise Refused("identity.expected", what="auth", where="request body")
    # Keystone takes a body without a type, too.
    if call.headers.get("Content-Type") not in (None, "", JSON) and (
            call.request.content_type != JSON):
        raise Refused("identity.expected", what=JSON, where="Content-Type header")
    return _seen(body) if len(body) < _SHORT else _read(body)


def _read(body: bytes) -> Mapping[str, Any]:
    document = parse_json(body)
    if not isinstance(document, dict):
        raise Refused("identity.json")
    auth = document.get("auth")
    if auth is None:
        raise Refused("identity.expected", what="auth", where="request body")
    return check_auth(auth)


# Clients log in with the same body many times. Do not change the cached result.
_seen = lru_cache(maxsize=64)(_read)
