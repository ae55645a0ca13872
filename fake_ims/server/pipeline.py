"""The application: one pipeline for every request, in reading order.

resolve operation -> identify caller -> faults before -> handler -> faults after -> journal
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from functools import cache, partial

from aiohttp import web

from ..api import registry, routing
from ..api.call import Call, Errors
from ..api.connection import AnsweredEarly, ConnectionCut, cut
from ..api.everything import Everything
from ..api.identity.errors import KEYSTONE
from ..contract.operations import BY_ID, OPERATIONS
from ..domain.ids import new_id
from ..domain.refusal import ImsError, Refused, SignatureRefused
from ..domain.sound import readable
from ..journal import Draft
from ..profiles.answer import DONE, Answer
from . import lingering, memory  # not on demand: descriptors for it can be used up
from .realtime import loop_time
from .state import Service

_log = logging.getLogger("fake_ims")
#: Paths of the control API. They have no faults and no journal.
CONTROL = "/_fake_ims"
SERVICE = web.AppKey("service", Service)
REQUEST_ID = "x-openstack-request-id"
_BUSIEST = BY_ID["images.list"].path  # so aiohttp finds the paths below it sooner


def build(service: Service) -> web.Application:
    """Return an aiohttp application for a service.

    Raises:
        RuntimeError: an operation of the contract has no handler, or a handler no operation.
    """
    _checked()
    application = web.Application(client_max_size=0)
    application[SERVICE] = service
    pipeline = Pipeline(service)
    for root in ("/", _BUSIEST):
        application.router.register_resource(Everything(
            pipeline.handle, pipeline.finish, pipeline.mounted, root))
    return application


@cache
def ims_errors() -> Errors:
    """Return the error responses of the IMS APIs."""
    from ..api.ims.errors import IMS

    return IMS


@cache
def _checked() -> None:
    from ..api import handlers  # registers every handler, once

    check_handlers(set(handlers.registered()))


def check_handlers(named: set[str]) -> None:
    """Check that each operation of the contract has a handler, and the other way round.

    Raises:
        RuntimeError: names operations without a handler, and handlers without an operation.
    """
    rows = {operation.id for operation in OPERATIONS}
    if rows != named:
        raise RuntimeError(f"operations without a handler: {sorted(rows - named)}; handlers "
                           f"without an operation: {sorted(named - rows)}")


class Pipeline:
    """Passes a request through all stages."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._handlers = registry.handlers()
        self._mount = ""
        self._own_mounts: list[str] = []

    def mounted(self, prefix: str) -> None:
        """Serve below a path of another application."""
        self._own_mounts.append(prefix)
        # Each of the two resources is told.
        self._mount = "".join(reversed(self._own_mounts[::2]))

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Respond to one request. Whatever happens is recorded in the journal."""
        response = await self._respond(request)
        return response if request.content.is_eof() else await self.finish(request, response)

    async def finish(
        self, request: web.Request, response: web.StreamResponse
    ) -> web.StreamResponse:
        """Take care of a body that has not arrived yet, as that of a refused request."""
        if request.content.is_eof():
            return response
        return await lingering.finish(request, response, self._service.reading)

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        service = self._service
        started = loop_time()
        url = request.rel_url
        path, query = url.raw_path, url.raw_query_string
        if not (path.isascii() and query.isascii()):
            # aiohttp's C parser refuses this before. Its Python parser does not.
            return web.Response(status=400, text="The request target is not percent-encoded.")
        mount, prefix = self._mount, service.shape.prefix
        inner = path
        if mount or prefix:
            inner = path[len(mount):] or "/"
            if prefix and (inner + "/").startswith(prefix + "/"):
                inner = inner[len(prefix):] or "/"
            else:
                prefix = ""
        if service.control is not None and inner.startswith(CONTROL):
            return await service.control(request)
        exchange = Draft(0, request.method, inner, query, started_at=service.clock.now(),
                         request_headers=request.headers, client=request.remote or "",
                         request_id=_request_id(request.headers.get(REQUEST_ID)))
        if mount or prefix:
            exchange.prefix = mount + prefix
        call = Call(service, request, exchange, inner, mount, prefix)
        if service.strict and service.is_late(request.headers.get("X-Auth-Token")):
            exchange.late = True
        if service.scenario is not None:
            service.scenario.look()
        answer: Answer | None = None
        try:
            answer = await self._answer(call)
        except ConnectionCut:
            exchange.left = request.transport is None
            cut(request)
        except asyncio.CancelledError:
            if service.epoch == call.epoch:
                raise
        finally:
            if answer is None or answer.sender is None:
                call.end()
        exchange.seconds = loop_time() - started
        if service.epoch != call.epoch:
            # A reset happened: requests from before it leave no trace after it.
            if service.strict:
                exchange.late = True
                service.journal.record(exchange)
            cut(request)
            return web.Response()
        if answer is not None:
            self._note(exchange, answer)
        recorded = service.journal.record(exchange)
        if service.watch is not None:
            service.watch.recorded(service, recorded)
        if service.scenario is not None:
            service.scenario.look()
        if answer is None:
            return web.Response()
        if answer.sender is None:
            return await self._send(request, answer)
        try:
            with service.interruptible():
                return await answer.sender(request, answer)
        except ConnectionCut:
            pass
        except asyncio.CancelledError:
            if service.epoch == call.epoch:
                raise
        finally:
            call.end()
            _close(answer.stream)
        cut(request)
        return web.Response()

    async def _answer(self, call: Call) -> Answer:
        """Resolve, identify, apply faults, handle.

        Raises:
            ConnectionCut: no response must be sent.
        """
        faults = call.service.faults
        refusal: Answer | None = None
        try:
            if self._resolve(call):
                await self._identify_signer(call)
        except Refused as refused:
            call.exchange.reason = refused.why
            refusal = call.errors.refuse(call, refused)
        except SignatureRefused as refused:
            from ..api import gateway

            refusal = gateway.refuse(call, refused)
        watch = call.service.watch
        if watch is None and not faults.any:
            return refusal or await self._handle(call)
        strike = await (faults if watch is None else watch).strike(call)
        if strike is None:
            return refusal or await self._handle(call)
        with call.service.interruptible():
            answer = await strike.before()
        if call.service.epoch != call.epoch:
            raise ConnectionCut
        if answer is None:
            answer = refusal or await strike.work(partial(self._handle, call))
            call.exchange.work = answer.status
        with call.service.interruptible():
            return await strike.after(answer)

    async def _handle(self, call: Call) -> Answer:
        """Call the operation's handler. A refusal becomes a response."""
        profile = call.service.profile
        operation = call.operation
        try:
            if operation is None:
                return await self._no_operation(call)
            caller = call.caller
            if caller is not None and caller.policy is not None:
                caller.require(action for action in operation.actions
                               if action not in operation.conditional)
            if operation.body == "none" and profile.refuses_bodies and call.has_body:
                raise Refused("body.unexpected")
            answer = await self._handlers[operation.id](call)
            if answer.status == DONE:
                answer.status = operation.success
            return answer
        except Refused as refused:
            call.exchange.reason = refused.why
            return call.errors.refuse(call, refused)
        except ImsError as error:
            return call.errors.error(call, error)
        except ConnectionCut:
            raise
        except AnsweredEarly as early:
            return early.answer
        except ConnectionError:
            # The client disconnected while sending the body, so nobody reads a response.
            raise ConnectionCut from None
        except web.RequestPayloadError:
            # Chunks or compression of the body are invalid.
            return call.errors.refuse(call, Refused("body.malformed"))
        except MemoryError:
            if memory.is_news():
                _log.error("%s %s: %s", call.method, call.path, memory.TEXT)
            return call.errors.refuse(call, Refused("internal"))
        except Exception:
            _log.exception("%s %s failed", call.method, call.path)
            return call.errors.refuse(call, Refused("internal"))

    async def _no_operation(self, call: Call) -> Answer:
        if not call.allow:
            raise Refused("route.unknown")
        profile = call.service.profile
        if profile.refuses_bodies and call.has_body and call.errors is profile:
            # Glance reads the body before it checks the method.
            await call.json()
        raise Refused("route.method", headers={"Allow": call.allow})

    def _resolve(self, call: Call) -> bool:
        """Find the operation and the caller. Return True if a signature identifies the caller.

        Raises:
            Refused: the token is missing or invalid; otherwise, path or method are unknown.
        """
        service = call.service
        token = call.headers.get("X-Auth-Token")
        if not token and service.profile.takes_signatures and call.is_for_obs:
            from ..api.obs import door  # few tests use it

            door.enter(call)
            return False
        path = call.path
        # Keystone does not answer below the prefix of the image service.
        identity = not call.prefix and path[1:].partition("/")[0] in routing.IDENTITY
        profile = service.profile
        try:
            if identity:
                call.errors = KEYSTONE
                method, match = routing.identity(profile.name, call.method, path)
            else:
                if call.prefix != service.shape.prefix:
                    raise Refused("route.unknown")
                method, segments = profile.route(
                    call, routing.segments(path, profile.path_encoding))
                match = routing.router(profile.name).match(segments)
        except UnicodeDecodeError:
            raise Refused("request.undecodable") from None
        operation = match.operations.get(method)
        if operation is None and identity:
            # As in Keystone, a wrong method is reported before the caller is identified.
            call.allow = match.allow()
            return False
        if operation is not None:
            call.operation = operation
            if operation.face == "ims":
                call.errors = ims_errors()
            elif operation.face == "lookup":
                from ..api.lookups.errors import LOOKUPS

                call.errors = LOOKUPS
            names = routing.parameter_names(operation.path)
            call.params = dict(zip(names, match.values, strict=True))
            call.exchange.operation = operation.id
            if not operation.auth:
                return False
        else:
            call.allow = match.allow()
        if not token and service.profile.takes_signatures and call.is_signed:
            return True
        call.called_by(service.tokens.identify(token, service.clock.now()))
        return False

    async def _identify_signer(self, call: Call) -> None:
        """Find the caller of a signed request.

        Raises:
            Refused, SignatureRefused: the signature is invalid.
        """
        from ..api import gateway  # few tests use it

        call.called_by(call.service.tokens.limited(await gateway.identify(call)))

    def _note(self, exchange: Draft, answer: Answer) -> None:
        exchange.status = answer.status
        exchange.response_headers = answer.headers
        if not exchange.faults:
            exchange.work = answer.status
        exchange.response_body = answer.body
        exchange.response_size = answer.length
        if not answer.bare:
            answer.headers[REQUEST_ID] = exchange.request_id
        if answer.content_type is not None:
            answer.headers["Content-Type"] = answer.content_type

    async def _send(self, request: web.Request, answer: Answer) -> web.StreamResponse:
        if answer.stream is None:
            response = web.Response(status=answer.status, body=answer.body,
                                    headers=answer.headers)
            if answer.content_type is None:
                response.headers.popall("Content-Type", None)
            return response
        streamed = web.StreamResponse(status=answer.status, headers=answer.headers)
        streamed.content_length = answer.length
        # A client that disconnects before the last byte is no error.
        try:
            with contextlib.suppress(ConnectionError):
                await streamed.prepare(request)
                for chunk in answer.stream:
                    await streamed.write(chunk)
                await streamed.write_eof()
        finally:
            # The error of a broken connection can keep the stream alive until it is collected.
            _close(answer.stream)
        return streamed


def _close(stream: Iterator[bytes] | None) -> None:
    """Release what a stream reads, at once."""
    close = getattr(stream, "close", None)
    if close is not None:
        close()


def _request_id(given: str | None) -> str:
    if not given:
        return f"req-{new_id()}"
    given = readable(given)  # a response header cannot contain bytes that are not UTF-8
    return given if given.startswith("req-") else f"req-{given}"
