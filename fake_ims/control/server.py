"""Handles control requests: finds the route, checks query and body, reports errors."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from aiohttp import web

from ..documents.check import InvalidDocument, check
from ..domain.sound import dotted
from ..errors import FakeImsError
from ..server.realtime import monotonic
from . import guard
from .access import Access
from .route import NO_BODY, PREFIX, Control, ControlError, Route, Text
from .routes import ROUTES

if TYPE_CHECKING:
    from ..fake.fake_ims import FakeIMS

MAX_BODY = 64 * 1024 * 1024
_PIECE = 64 * 1024  # bytes
_TURN = 0.005  # real seconds that the text of a response may take of the loop at once


async def answer(fake: FakeIMS, access: Access, request: web.Request) -> web.StreamResponse:
    """Handle a request under ``/_fake_ims``.

    Args:
        fake: the fake to control.
        access: what the request must show.
        request: the request.
    """
    try:
        guard.check(access, request)
        route, params = _find(request)
        query = _query(route, request)
        body = await _body(route, request)
        found = route.act(Control(fake, params, query, body))
    except ControlError as error:
        return _refusal(error)
    except InvalidDocument as error:
        return _refusal(ControlError(400, str(error), error.problems))
    except FakeImsError as error:
        return _refusal(ControlError(400, str(error)))
    if found is None:
        return web.Response(status=204)
    if isinstance(found, Text):
        return await _write(request, found)
    return _json(200, found)


async def _write(request: web.Request, text: Text) -> web.StreamResponse:
    """Send a long text. The fake goes on answering others meanwhile."""
    response = web.StreamResponse(headers=dict(text.headers))
    response.content_type, response.charset = text.content_type, "utf-8"
    with contextlib.suppress(ConnectionError):  # the client has gone
        await response.prepare(request)
        ready, since = bytearray(), monotonic()
        for piece in text.pieces:
            ready += piece.encode()
            if len(ready) > _PIECE or monotonic() - since > _TURN:
                await response.write(bytes(ready))
                await asyncio.sleep(0)
                ready, since = bytearray(), monotonic()
        await response.write(bytes(ready))
        await response.write_eof()
    return response


def _find(request: web.Request) -> tuple[Route, Mapping[str, str]]:
    # The raw path: a name may contain %2F.
    path = request.rel_url.raw_path.partition(PREFIX)[2] or "/"  # below a prefix, too
    allowed: dict[str, None] = {}
    for route, pattern in _patterns():
        match = pattern.fullmatch(path)
        if match is not None:
            if route.method == request.method:
                return route, {name: _decoded(text) for name, text in match.groupdict().items()}
            allowed[route.method] = None
    if allowed:
        raise ControlError(405, f"{PREFIX}{path} does not support {request.method}; "
                           f"use {' or '.join(allowed)}", headers={"Allow": ", ".join(allowed)})
    raise ControlError(404, f"the control API has no path {PREFIX}{path}; "
                       f"GET {PREFIX}/ lists all operations")


def _decoded(text: str) -> str:
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise ControlError(400, f"{text} in the path is not percent-encoded UTF-8") from None


@cache
def _patterns() -> list[tuple[Route, re.Pattern[str]]]:
    # Paths with fewer parameters first: /world/buckets/{bucket} before /world/{shelf}/{id}.
    rows = sorted(ROUTES, key=lambda route: route.path.count("{"))
    return [(route, re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]*)", re.escape(route.path))))
            for route in rows]


def _query(route: Route, request: web.Request) -> Mapping[str, str]:
    given = dict(request.rel_url.query)
    schema = {"type": "object", "properties": route.query, "additionalProperties": False}
    problems = check(given, schema)
    if problems:
        raise ControlError(400, f"invalid query: {'; '.join(map(str, problems))}",
                           tuple(problems))
    return given


async def _body(route: Route, request: web.Request) -> Mapping[str, Any]:
    try:
        document: object = json.loads(await _read(request) or b"{}")
    except (ValueError, RecursionError) as error:
        raise ControlError(400, f"the body is not valid JSON: {error}") from None
    problems = check(document, route.body)
    if problems:
        if route.body is NO_BODY:
            raise ControlError(400, f"{route.method} {PREFIX}{route.path} does not accept a body")
        raise ControlError(400, "; ".join(map(str, problems)), tuple(problems))
    assert isinstance(document, dict), "the schema of every body asks for a mapping"
    return document


async def _read(request: web.Request) -> bytes:
    """Read the body, however it is framed, up to the limit."""
    body = bytearray()
    if (request.content_length or 0) <= MAX_BODY:
        try:
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > MAX_BODY:
                    break
            else:
                return bytes(body)
        except (web.RequestPayloadError, ConnectionError, web.PayloadAccessError):
            # It is not framed as its headers say, or the client has gone.
            raise ControlError(400, "the body is incomplete or not framed as its headers say"
                               ) from None
    raise ControlError(413, f"the body is too large; send at most {MAX_BODY} bytes")


def _refusal(error: ControlError) -> web.Response:
    document: dict[str, Any] = {"error": {"message": error.message}}
    if error.problems:
        document["error"]["problems"] = [
            {"path": dotted(problem.path), "text": problem.text} for problem in error.problems]
    return _json(error.status, document, error.headers)


def _json(
    status: int, document: object, headers: Mapping[str, str] | None = None
) -> web.Response:
    return web.Response(status=status, body=json.dumps(document, default=str).encode(),
                        headers=headers, content_type="application/json")
