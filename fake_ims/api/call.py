"""One request as it passes through the pipeline."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol
from urllib.parse import parse_qsl

import msgspec
from aiohttp import web
from multidict import MultiMapping

from ..domain.refusal import ImsError, Refused
from ..domain.sound import readable
from .connection import ConnectionCut
from .hold import Hold
from .pause import pause

if TYPE_CHECKING:
    from ..contract.model import ErrorCode, Operation
    from ..domain.callers import Caller
    from ..journal import Draft
    from ..profiles.answer import Answer
    from ..server.state import Service

_decode = msgspec.json.Decoder().decode
# The service reads nothing that is nested nearly as deep. Python's JSON writers fail at some
# hundreds of levels.
_MAX_DEPTH = 100
#: Maximum size in bytes of a body that is not an upload, as in Open Telekom Cloud's API gateway.
MAX_BODY = 12 * 1024 * 1024
# Larger bodies may have long values, but not many: parsing millions would block the loop.
_LARGE = 1024 * 1024
_MAX_ITEMS = 200_000


class Errors(Protocol):
    """Renders the error responses of one API."""

    def refuse(self, call: Call, refused: Refused) -> Answer:
        """Return the error response for a row of ``contract.refusals``."""

    def error(self, call: Call, error: ImsError) -> Answer:
        """Return the error response for an IMS error code."""

    def fault_answer(self, call: Call, status: int, error: ErrorCode | None) -> Answer:
        """Return the error response that a fault asks for."""


class Call:
    """A request, its operation, and its caller.

    Attributes:
        service: the service state.
        epoch: the service's epoch when the call began.
        operation: the row of the contract; None before matching, and if nothing matches.
        path: the path of the contract, percent-encoded, without the query and without prefixes.
        mount: the path below which another application has mounted the fake's.
        prefix: the prefix of the service behind it, if the request has it.
        params: path parameters, decoded.
        caller: the caller; None for operations that need no token.
        allow: the methods allowed for the path, if the request's method is not.
        exchange: the journal's record of the call.
        errors: renders the error responses of the API that was called.
    """

    __slots__ = ("_body", "_hold", "_left_unread", "allow", "caller", "epoch", "errors",
                 "exchange", "mount", "operation", "params", "path", "prefix", "request", "service")

    def __init__(
        self, service: Service, request: web.Request, exchange: Draft, path: str,
        mount: str = "", prefix: str = "",
    ) -> None:
        self.path = path
        self.mount = mount
        self.prefix = prefix
        self.service = service
        self.epoch = service.epoch
        self.request = request
        self.exchange = exchange
        self.operation: Operation | None = None
        self.params: Mapping[str, str] = {}
        self.caller: Caller | None = None
        self.allow = ""
        self.errors: Errors = service.profile
        self._body: bytes | None = None
        self._left_unread = False  # a part of the body was read; the rest would be too large
        self._hold: Hold | None = None

    @property
    def method(self) -> str:
        """The HTTP method, upper case."""
        return self.request.method

    @property
    def query(self) -> MultiMapping[str]:
        """The decoded query parameters."""
        return self.request.rel_url.query

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The query parameters in order. As in Glance, ``;`` separates like ``&``.

        Raises:
            Refused: ``request.undecodable``, for bytes that are not UTF-8.
        """
        raw = self.request.rel_url.raw_query_string
        if not raw:
            return ()
        try:
            return _pairs(raw)
        except UnicodeDecodeError:
            raise Refused("request.undecodable") from None

    @property
    def headers(self) -> Mapping[str, str]:
        """The request's headers. Names are case-insensitive."""
        return self.request.headers

    @property
    def known_caller(self) -> Caller:
        """The caller, for operations that need a token."""
        assert self.caller is not None, "the operation's row says that it needs no token"
        return self.caller

    def called_by(self, caller: Caller) -> None:
        """Set the caller, for the handler and for the journal."""
        self.caller = caller
        self.exchange.caller = f"{caller.user_id}:{caller.project_id or ''}"
        self.exchange.roles = caller.roles

    @property
    def is_signed(self) -> bool:
        """Whether the request has a signature of the API gateway's scheme, valid or not."""
        return self.request.headers.get("Authorization", "").lstrip().startswith(("SDK-", "V11-"))

    @property
    def is_for_obs(self) -> bool:
        """Whether a request without a token is for OBS: it is signed as only its clients sign, or
        sent to its host."""
        headers = self.request.headers
        if headers.get("Authorization", "").startswith(("OBS ", "AWS ", "AWS4-HMAC-SHA256 ")):
            return True
        query = self.request.rel_url.raw_query_string
        if query and "Signature=" in query and (
                "AccessKeyId=" in query or "X-Amz-Credential=" in query):
            return True
        host = headers.get("Host", "").lower()
        return host.startswith("obs.") or ".obs." in host

    @property
    def base_url(self) -> str:
        """The URL of the server that the client reached: scheme, host and port."""
        return f"{self.request.scheme}://{readable(self.request.host)}"

    @property
    def mount_url(self) -> str:
        """The URL of everything that the fake serves: with the path where it is mounted."""
        return f"{self.base_url}{self.mount}"

    @property
    def reached_url(self) -> str:
        """The URL in front of ``path``, under which the client reached it."""
        return f"{self.base_url}{self.mount}{self.prefix}"

    @property
    def has_body(self) -> bool:
        """Whether the headers announce a body."""
        if self.request.headers.get("Transfer-Encoding"):
            return self.method in ("POST", "PUT", "PATCH")
        return (self.request.content_length or 0) > 0

    @property
    def hold(self) -> Hold:
        """What faults keep for this call. Created at first use."""
        if self._hold is None:
            self._hold = Hold()
        return self._hold

    async def pause(
        self, seconds: float | None, until: asyncio.Future[None] | None = None
    ) -> None:
        """Wait for real seconds. A reset ends the wait.

        Args:
            seconds: how long; None waits until ``until`` is done.
            until: ends the wait when it is done.

        Raises:
            ConnectionCut: a reset has ended the wait.
        """
        with self.service.interruptible():
            if seconds is not None:
                await pause(seconds, until)
            elif until is not None:
                await until
        if self.service.epoch != self.epoch:
            raise ConnectionCut

    def end(self) -> None:
        """End the call. Only the pipeline calls this."""
        if self._hold is not None:
            self._hold.end()

    async def read(self) -> bytes:
        """Read the whole body of a request that is not an upload, and keep it for the journal.

        Raises:
            ConnectionCut: a reset happened while reading; requests from before leave no trace.
            Refused: ``body.too_large``.
        """
        length = self.request.content_length
        if self._left_unread:
            body = None
        elif length is None and self._body is None:
            body = await self.read_within(MAX_BODY)
        else:
            body = await self._read() if (length or 0) <= MAX_BODY else None
        if body is None or len(body) > MAX_BODY:
            raise Refused("body.too_large")
        return body

    async def _read(self) -> bytes:
        if self._hold is not None and self._hold.taps:
            gathered = bytearray()
            async for chunk in self.chunks():
                gathered += chunk
            self._body = self.exchange.request_body = bytes(gathered)
        elif self._body is None:
            content = self.request.content
            # Most bodies arrive together with the head; then there is no need to wait.
            self._body = content.read_nowait() if content.is_eof() else await self.request.read()
            self.exchange.request_body = self._body
        if self.service.epoch != self.epoch:
            raise ConnectionCut
        return self._body

    async def read_within(self, limit: int) -> bytes | None:
        """Read the whole body. If it is larger than ``limit``, leave the rest and return None."""
        tapped = self._hold is not None and self._hold.taps
        if tapped or (self._body is None and self.request.content_length is None):
            gathered = bytearray()
            async for chunk in self.chunks():
                gathered += chunk
                if len(gathered) > limit:
                    self._left_unread = True
                    return None
            self._body = self.exchange.request_body = bytes(gathered)
        if (self.request.content_length or 0) > limit:
            return None
        return await self._read()

    async def json(self) -> object:
        """Read the body as JSON, an object or an array.

        Raises:
            Refused: ``body.expected``, ``body.malformed`` or ``body.type``.
        """
        if not self.has_body:
            raise Refused("body.expected")
        document = parse_json(await self.read())
        if not isinstance(document, (dict, list)):
            raise Refused("body.type")
        return document

    def chunks(self) -> AsyncIterator[bytes]:
        """Yield the body as it arrives, for uploads."""
        chunks: AsyncIterator[bytes] = (
            self.request.content.iter_any() if self._body is None else _at_once(self._body))
        if self._hold is not None:
            return self._hold.tapped(chunks)
        return chunks


async def _at_once(body: bytes) -> AsyncIterator[bytes]:
    yield body


@lru_cache(maxsize=256)
def _pairs(raw: str) -> tuple[tuple[str, str], ...]:
    return tuple(parse_qsl(raw.replace(";", "&"), keep_blank_values=True, errors="strict"))


def parse_json(body: bytes) -> object:
    """Decode a JSON body with the fast parser; use the standard library where that one refuses.

    Raises:
        Refused: ``body.malformed``, or ``body.too_large`` for too many values.
    """
    if len(body) > _LARGE and body.count(b",") + body.count(b"[") > _MAX_ITEMS:
        raise Refused("body.too_large")
    try:
        document: object = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        try:
            document = json.loads(body.decode())
            # A lone surrogate can be read, but not sent again.
            json.dumps(document, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            raise Refused("body.malformed") from None
    if body.count(b"[") + body.count(b"{") > _MAX_DEPTH and _depth(document) > _MAX_DEPTH:
        raise Refused("body.malformed")
    return document


def _depth(document: object) -> int:
    depth, level = 0, [document]
    while level:
        depth += 1
        level = [item for outer in level if isinstance(outer, (dict, list))
                 for item in (outer.values() if isinstance(outer, dict) else outer)]
    return depth
