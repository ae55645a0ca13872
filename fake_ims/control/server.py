"""Handles control requests: finds the route, checks token, query and body, reports errors."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from aiohttp import web

from ..documents.check import InvalidDocument, check
from ..domain.sound import dotted
from ..errors import FakeImsError
from ..server.realtime import monotonic
from .route import NO_BODY, PREFIX, Control, ControlError, Route, Text
from .routes import ROUTES

if TYPE_CHECKING:
    from ..fake.fake_ims import FakeIMS

HEADER = "X-Fake-Ims-Control"
MAX_BODY = 64 * 1024 * 1024
_PIECE = 64 * 1024  # bytes
_TURN = 0.005  # real seconds that the text of a response may take of the loop at once


async def answer(fake: FakeIMS, token: str | None, request: web.Request) -> web.StreamResponse:
    """Handle a request under ``/_fake_ims``.

    Args:
        fake: the fake to control.
        token: the token that ``X-Fake-Ims-Control`` must contain; None for no check.
        request: the request.
    """
    try:
        given = request.headers.get(HEADER, "")
        if token is not None and not hmac.compare_digest(
                given.encode("utf-8", "surrogateescape"), token.encode("utf-8", "surrogateescape")):
            raise ControlError(401, "the control token is missing or wrong; send it in the header "
                               f"{HEADER}")
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
    response = web.StreamResponse()
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
    path = request.rel_url.path.removeprefix(PREFIX) or "/"
    allowed = []
    for route, pattern in _patterns():
        match = pattern.fullmatch(path)
        if match is not None:
            if route.method == request.method:
                return route, match.groupdict()
            allowed.append(route.method)
    if allowed:
        raise ControlError(405, f"{PREFIX}{path} does not support {request.method}; "
                           f"use {' or '.join(allowed)}")
    raise ControlError(404, f"the control API has no path {PREFIX}{path}; "
                       f"GET {PREFIX}/ lists all operations")


@cache
def _patterns() -> list[tuple[Route, re.Pattern[str]]]:
    # Paths with fewer parameters first: /world/buckets/{bucket} before /world/{shelf}/{id}.
    rows = sorted(ROUTES, key=lambda route: route.path.count("{"))
    return [(route, re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(route.path))))
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
    if not request.can_read_body:
        document: object = {}
    else:
        if request.content_type != "application/json":
            # Protects against cross-site requests: a browser asks the server before it sends this
            # type to another site.
            raise ControlError(415, "the body must be JSON; send the header "
                               "Content-Type: application/json")
        if (request.content_length or 0) > MAX_BODY:
            raise ControlError(413, f"the body is too large; send at most {MAX_BODY} bytes")
        try:
            document = json.loads(await request.read() or b"{}")
        except (ValueError, RecursionError) as error:
            raise ControlError(400, f"the body is not valid JSON: {error}") from None
    problems = check(document, route.body)
    if problems:
        if route.body is NO_BODY:
            raise ControlError(400, f"{route.method} {PREFIX}{route.path} does not accept a body")
        raise ControlError(400, "; ".join(map(str, problems)), tuple(problems))
    assert isinstance(document, dict), "the schema of every body asks for a mapping"
    return document


def _refusal(error: ControlError) -> web.Response:
    document: dict[str, Any] = {"error": {"message": error.message}}
    if error.problems:
        document["error"]["problems"] = [
            {"path": dotted(problem.path), "text": problem.text} for problem in error.problems]
    return _json(error.status, document)


def _json(status: int, document: object) -> web.Response:
    return web.Response(status=status, body=json.dumps(document, default=str).encode(),
                        content_type="application/json")
