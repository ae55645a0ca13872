"""The API gateway in front of the service: checks signed requests and renders its errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from aiohttp import web

from ..domain import signatures
from ..domain.refusal import Refused, SignatureRefused
from ..profiles.answer import JSON, Answer
from .connection import ConnectionCut

if TYPE_CHECKING:
    from ..domain.callers import Caller
    from .call import Call


async def identify(call: Call) -> Caller:
    """Return the caller of a signed request: the owner of the access key.

    With ``auth="issued"`` the signature is verified. Otherwise access key and project are
    accepted without a check.

    Raises:
        SignatureRefused: the gateway refuses the request.
        Refused: the body cannot be read.
        ConnectionCut: the client disconnected.
    """
    service = call.service
    if service.tokens.mode != "issued":
        return _at_its_word(call)
    body = await _body(call)
    url = call.request.rel_url
    key = signatures.verify(
        signatures.SignedRequest(call.method, url.raw_path, url.raw_query_string, call.headers,
                                 body), service.keys, service.clock.now())
    project_id = call.headers.get("X-Project-Id")
    caller = key.caller(project_id)
    if caller is None:
        raise SignatureRefused("key.project", access=key.access, project_id=project_id)
    return caller


def _at_its_word(call: Call) -> Caller:
    """Return the caller without a check. The named project does not need to exist.

    Raises:
        SignatureRefused: no access key is named, or the project's name is impossible.
    """
    service = call.service
    access = signatures.access_key(call.headers["Authorization"])
    project_id = call.headers.get("X-Project-Id")
    key = service.keys.get(access)
    caller = service.tokens.default if key is None else key.caller(project_id) or key.caller()
    assert caller is not None, "a key may use its own project"
    if not project_id or project_id == caller.project_id:
        return caller
    entered = service.identity.enter(caller, project_id) if project_id.isprintable() else None
    if entered is None:
        raise SignatureRefused("key.project", access=access, project_id=project_id)
    return entered


async def _body(call: Call) -> bytes | None:
    """Return the body if the signature covers it. The call keeps it for the handler."""
    if not call.request.body_exists:
        return b""
    if call.headers.get("X-Sdk-Content-Sha256") == signatures.UNSIGNED:
        return None
    try:
        return await call.read_within(signatures.MAX_BODY)
    except ConnectionError:
        raise ConnectionCut from None
    except web.RequestPayloadError:
        raise Refused("body.malformed") from None


def refuse(call: Call, refused: SignatureRefused) -> Answer:
    """Return the gateway's error response."""
    row = refused.row
    request_id = call.exchange.request_id
    body = {"error_msg": refused.text, "error_code": row.code, "request_id": request_id}
    # JSON cannot repeat header bytes that are not UTF-8.
    clean = {name: text.encode("utf-8", "replace").decode() for name, text in body.items()}
    return Answer(row.status, msgspec.json.encode(clean), JSON, {"X-Request-Id": request_id})
