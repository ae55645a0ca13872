"""The application: one pipeline that every request goes through, in reading order.

resolve operation -> identify caller -> faults before -> handler -> faults after -> journal
"""

from __future__ import annotations

import logging
import uuid
from time import perf_counter

from aiohttp import web

from .api import registry, routing
from .api.answer import Answer
from .api.call import Call
from .contract.operations import OPERATIONS
from .faults import ConnectionCut, cut
from .journal import Exchange
from .refusal import ImsError, Refused
from .service import Service

_log = logging.getLogger("fake_ims")
REQUEST_ID = "x-openstack-request-id"


def build(service: Service) -> web.Application:
    """An aiohttp application that answers for a service.

    Raises:
        RuntimeError: an operation of the contract has no handler, or a handler no operation.
    """
    _check_handlers()
    application = web.Application(client_max_size=0)
    pipeline = Pipeline(service)
    application.router.add_route("*", "/{path:.*}", pipeline.handle)
    return application


def _check_handlers() -> None:
    from . import handlers  # registers every handler, once

    named = set(handlers.registered())
    rows = {operation.id for operation in OPERATIONS}
    if rows != named:
        raise RuntimeError(f"operations without a handler: {sorted(rows - named)}; handlers "
                           f"without an operation: {sorted(named - rows)}")


class Pipeline:
    """Takes a request through its stages."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._handlers = registry.handlers()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request; whatever happens in it stands in the journal."""
        service = self._service
        started = perf_counter()
        url = request.rel_url
        exchange = Exchange(0, request.method, url.raw_path, url.raw_query_string,
                            started_at=service.clock.now(), request_headers=request.headers,
                            request_id=_request_id(request.headers.get(REQUEST_ID)))
        call = Call(service, request, exchange)
        try:
            return await self._send(call, await self._answer(call))
        except ConnectionCut:
            exchange.status = 0
            cut(request)
            return web.Response()
        finally:
            exchange.seconds = perf_counter() - started
            service.journal.record(exchange)

    async def _answer(self, call: Call) -> Answer:
        """Resolve, identify, let faults strike, handle."""
        faults = call.service.faults
        try:
            self._resolve(call)
        except Refused as refused:
            refusal = call.service.profile.refuse(call, refused)
        else:
            refusal = None
        strike = await faults.strike(call) if faults.any else None
        answer = await strike.before() if strike else None
        if answer is None:
            answer = refusal or await self._handle(call)
        return await strike.after(answer) if strike else answer

    async def _handle(self, call: Call) -> Answer:
        """Let the operation's handler do its work; a refusal becomes an answer."""
        profile = call.service.profile
        operation = call.operation
        try:
            if operation is None:
                raise Refused("route.unknown")
            if operation.body == "none" and profile.refuses_bodies and call.has_body:
                raise Refused("body.unexpected")
            return await self._handlers[operation.id](call)
        except Refused as refused:
            return profile.refuse(call, refused)
        except ImsError as error:
            return profile.error(call, error)
        except ConnectionCut:
            raise
        except ConnectionError:
            # The client went away in the middle of its body; there is nobody to answer.
            raise ConnectionCut from None
        except Exception:
            _log.exception("%s %s failed", call.method, call.path)
            return profile.refuse(call, Refused("internal"))

    def _resolve(self, call: Call) -> None:
        """Find the operation and the caller.

        Raises:
            Refused: no token or a bad one; then, no such path or method.
        """
        service = call.service
        try:
            segments = routing.segments(call.path, service.profile.path_encoding)
        except UnicodeDecodeError:
            raise Refused("request.undecodable") from None
        method, segments = service.profile.route(call, segments)
        match = routing.router(service.profile.name).match(segments)
        operation = match.operations.get(method)
        if operation is not None:
            call.operation = operation
            names = routing.parameter_names(operation.path)
            call.params = dict(zip(names, match.values, strict=True))
            call.exchange.operation = operation.id
            if not operation.auth:
                return
        caller = service.callers.identify(call.headers.get("X-Auth-Token"), service.clock.now())
        call.caller = caller
        call.exchange.caller = f"{caller.user_id}:{caller.project_id}"
        call.exchange.roles = caller.roles
        if operation is None and match.operations:
            raise Refused("route.method", headers={"Allow": match.allow()})

    async def _send(self, call: Call, answer: Answer) -> web.StreamResponse:
        exchange = call.exchange
        exchange.status = answer.status
        headers = answer.headers
        headers[REQUEST_ID] = exchange.request_id
        if answer.content_type is not None:
            headers["Content-Type"] = answer.content_type
        if answer.stream is None:
            exchange.response_body = answer.body
            return web.Response(status=answer.status, body=answer.body, headers=headers)
        response = web.StreamResponse(status=answer.status, headers=headers)
        response.content_length = answer.length
        try:
            await response.prepare(call.request)
            for chunk in answer.stream:
                await response.write(chunk)
            await response.write_eof()
        except ConnectionError:
            raise ConnectionCut from None
        return response


def _request_id(given: str | None) -> str:
    if not given:
        return f"req-{uuid.uuid4()}"
    return given if given.startswith("req-") else f"req-{given}"
