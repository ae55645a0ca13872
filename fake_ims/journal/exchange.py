"""One request and its response, as the journal keeps them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import unquote

from ..contract.operations import BY_ID
from ..domain.handle import Handle, at_callers_line, refusal
from ..errors import UsageError
from . import secrets


@dataclass(slots=True, eq=False, repr=False)
class Draft:
    """A request that is being answered: what an ``Exchange`` has, and can be written to."""

    number: int
    method: str
    path: str
    query: str
    operation: str = ""
    caller: str = ""
    roles: tuple[str, ...] = ()
    status: int = 0
    started_at: float = 0.0
    seconds: float = 0.0
    request_headers: Mapping[str, str] = field(default_factory=dict)
    response_headers: Mapping[str, str] = field(default_factory=dict)
    request_body: bytes = b""
    response_body: bytes = b""
    request_id: str = ""
    faults: tuple[str, ...] = ()
    request_size: int = 0
    response_size: int = 0
    left: bool = False
    late: bool = False
    client: str = ""
    work: int = 0
    prefix: str = ""
    reason: str = ""

    @property
    def tenant(self) -> str:
        """Project id of the caller; empty if there is none."""
        return self.caller.rpartition(":")[2]

    @property
    def user(self) -> str:
        """User id of the caller; empty if there is none."""
        return self.caller.rpartition(":")[0]

    @property
    def chapter(self) -> str:
        """Title of the reference page of the operation; empty if no route matched."""
        row = BY_ID.get(self.operation)
        return "" if row is None else row.chapter

    @property
    def params(self) -> dict[str, str]:
        """Decoded parameters of the path: ``{"image_id": ...}``."""
        row = BY_ID.get(self.operation)
        if row is not None and row.face == "obs":
            from ..domain.obs.place import place  # few tests need it

            about = place(self.request_headers.get("Host", ""), self.path)
            return {name: value for name, value in
                    (("bucket", about.bucket), ("key", about.key)) if value}
        found = None if row is None else _pattern(row.path).search(self.path)
        return {} if found is None else {name: unquote(value)
                                         for name, value in found.groupdict().items()}

    @property
    def attempt_key(self) -> bytes:
        """A digest that is equal for equal requests.

        It covers method, path, query, caller and body. A streamed body (an upload) does not count.
        """
        digest = blake2b(digest_size=16)
        for part in (self.method, self.path, self.query, self.caller):
            digest.update(part.encode())
            digest.update(b"\n")
        row = BY_ID.get(self.operation)
        if row is None or row.body != "octets":
            digest.update(self.request_body)
        return digest.digest()

    @property
    def request_truncated(self) -> bool:
        """Whether the journal kept only a part of the request body."""
        return self.request_size > len(self.request_body)

    @property
    def response_truncated(self) -> bool:
        """Whether the journal kept only a part of the response body."""
        return self.response_size > len(self.response_body)

    @property
    @at_callers_line
    def response_json(self) -> Any:
        """The response body, parsed as JSON; None if there is none.

        Raises:
            UsageError: the journal kept only a part of the body.
            ValueError: the body is not valid JSON.
        """
        return _parsed("response", self.response_body, self.response_size)

    @property
    @at_callers_line
    def request_json(self) -> Any:
        """The request body, parsed as JSON; None if there is none, or the service did not read it.

        Raises:
            UsageError: the journal kept only a part of the body.
            ValueError: the body is not valid JSON.
        """
        return _parsed("request", self.request_body, self.request_size)

    def line(self) -> str:
        """Return a one-line summary: method, path, status, operation, time, caller and faults.

        Secrets of the query are masked.
        """
        target = self.prefix + self.path
        if self.query:
            target += f"?{secrets.query(self.query)}"
        took = self.seconds * 1000
        parts = [
            f"{self.method} {target} -> {self.status or 'no response'}",
            self.operation or "(no route)",
            f"{took:.1f} ms" if took < 1000 else f"{self.seconds:.2f} s",
            ":".join(_short(part) for part in self.caller.split(":")),
            f"[fault: {secrets.sentence('; '.join(self.faults))}]" if self.faults else "",
            f"[refused: {self.reason}]" if self.reason else "",
        ]
        return "  ".join(part for part in parts if part)

    def __str__(self) -> str:
        return self.line()

    def cut_short(self, status: int, size: int) -> None:
        """Note that less of the answer was sent: its status, and bytes of the body. This is known
        only when it has been recorded."""
        object.__setattr__(self, "status", status)
        object.__setattr__(self, "response_size", size)
        object.__setattr__(self, "response_body", self.response_body[:size])

    def record(self, number: int) -> Exchange:
        """Number it. From now on it is an ``Exchange``."""
        self.number = number
        self.__class__ = Exchange
        return self  # type: ignore[return-value]  # its class has changed


class Exchange(Draft, Handle):
    """One request and its response. It cannot be changed.

    Attributes:
        number: position in the journal, from 1. The journal sets it.
        method: HTTP method.
        path: path of the service as received, without the query and without the prefix.
        query: query string, without ``?``.
        operation: id of the operation, such as ``images.create``; empty if no route matched.
        caller: ``user:project`` of the caller; empty without a valid token.
        roles: roles of the caller.
        status: status of the response; 0 if none was sent, for example after a connection reset.
        started_at: time on the fake's clock, in seconds since the epoch.
        seconds: real seconds until the response.
        request_headers: headers as received.
        response_headers: headers as sent.
        request_body: body as received, or its beginning; see ``request_truncated``.
        response_body: body as sent, or its beginning; see ``response_truncated``.
        request_id: value of ``x-openstack-request-id``.
        faults: the faults that fired, each as a sentence.
        request_size: bytes of the request body, including those that were not kept.
        response_size: bytes of the response body, including those that were not kept.
        left: whether the client disconnected before the response was ready.
        late: whether an earlier test sent the request; only set in strict mode.
        client: address of the client.
        work: status that the service itself produced; 0 if a fault replaced the handling. A fault
            may have hidden it from the client, who saw ``status``.
        prefix: what the client asked in front of the path: where the fake's application is mounted,
            and its ``prefix``.
        reason: why a log-in or a token was refused. The client does not get it.
    """

    __slots__ = ()
    _INTERNAL: ClassVar[frozenset[str]] = frozenset({"cut_short", "record"})

    if not TYPE_CHECKING:  # a type checker takes it as leave for every name
        def __setattr__(self, name: str, value: object) -> None:
            raise refusal(type(self), name)

    def curl(self, *, secrets: bool = False) -> str:
        """Return a curl command that sends the request again.

        Args:
            secrets: whether to include passwords, keys, tokens and signatures. Default:
                ``REDACTED`` instead.
        """
        from .curl import curl  # few tests need it

        return curl(self, secrets=secrets)

    def __setstate__(self, state: tuple[None, dict[str, object]]) -> None:  # for copies
        for name, value in state[1].items():
            object.__setattr__(self, name, value)

    __repr__ = Handle.__repr__

    def _told(self) -> str:
        return f"#{self.number} {self.line()}"


def _short(identity: str) -> str:
    """Shorten an id: ids of users and projects can have 32 hexadecimal digits."""
    return identity if len(identity) <= 16 else f"{identity[:8]}…"


def _parsed(which: str, body: bytes, size: int) -> Any:
    if size > len(body):
        raise UsageError(f"the journal kept only {len(body)} of the {size} bytes of the {which} "
                         "body; keep more with keep_bytes=")
    if not body:
        return None
    try:
        return json.loads(body)
    except RecursionError:
        raise ValueError(f"the {which} body is nested too deeply for JSON") from None


@cache
def _pattern(path: str) -> re.Pattern[str]:
    """Return a pattern that finds the parameters of a path, even after a prefix."""
    parts = re.split(r"\{(\w+)\}", path)
    text = "".join(f"(?P<{part}>[^/]+)" if place % 2 else re.escape(part)
                   for place, part in enumerate(parts))
    return re.compile(f"{text}/?$")
