"""One request and its answer, as the journal keeps it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, ClassVar, cast
from urllib.parse import unquote

from ..contract.operations import BY_ID
from ..domain.handle import Handle, at_callers_line, refusal
from ..errors import UsageError


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

    @property
    def tenant(self) -> str:
        """The caller's project id; empty if there was none."""
        return self.caller.rpartition(":")[2]

    @property
    def user(self) -> str:
        """Id of the caller; empty if there was none."""
        return self.caller.rpartition(":")[0]

    @property
    def chapter(self) -> str:
        """Title of the page that documents the operation; empty if no route matched."""
        row = BY_ID.get(self.operation)
        return "" if row is None else row.chapter

    @property
    def params(self) -> dict[str, str]:
        """The parameters of the path, decoded: ``{"image_id": ...}``."""
        row = BY_ID.get(self.operation)
        found = None if row is None else _pattern(row.path).search(self.path)
        return {} if found is None else {name: unquote(value)
                                         for name, value in found.groupdict().items()}

    @property
    def identity(self) -> bytes:
        """A digest of what makes two requests the same: method, path, query, caller and body. Of a
        body that is streamed (an upload) nothing counts."""
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
        """Whether the request had more body than was kept."""
        return self.request_size > len(self.request_body)

    @property
    def response_truncated(self) -> bool:
        """Whether the answer had more body than was kept."""
        return self.response_size > len(self.response_body)

    @property
    @at_callers_line
    def response_json(self) -> Any:
        """The answer's body as JSON; None if it had none.

        Raises:
            UsageError: only a part of the body was kept.
            ValueError: it is no JSON.
        """
        return _parsed("response", self.response_body, self.response_size)

    @property
    @at_callers_line
    def request_json(self) -> Any:
        """The request's body as JSON; None if it had none, or nobody read it.

        Raises:
            UsageError: only a part of the body was kept.
            ValueError: it is no JSON.
        """
        return _parsed("request", self.request_body, self.request_size)

    def line(self) -> str:
        """All of it that matters in one line."""
        target = f"{self.path}?{self.query}" if self.query else self.path
        took = self.seconds * 1000
        parts = [
            f"{self.method} {target} -> {self.status or 'no answer'}",
            self.operation or "(no route)",
            f"{took:.1f} ms" if took < 1000 else f"{self.seconds:.2f} s",
            ":".join(_short(part) for part in self.caller.split(":")),
            f"[fault: {'; '.join(self.faults)}]" if self.faults else "",
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
        return cast("Exchange", self)


class Exchange(Draft, Handle):
    """One request and its answer. It cannot be changed.

    Attributes:
        number: position in the journal, from 1; the journal gives it when it records.
        method: HTTP method.
        path: path as it came, without the query.
        query: the query string, without ``?``.
        operation: id of the operation, such as ``images.create``; empty if no route matched.
        caller: ``user:project`` of the caller; empty if there was none.
        roles: roles of the caller.
        status: status of the answer; 0 if none was sent (a connection that a fault cut).
        started_at: instant on the fake's clock, seconds since the epoch.
        seconds: real seconds that the answer took.
        request_headers: as they came.
        response_headers: as they were sent.
        request_body: the body, if it was read whole; its beginning if it is truncated.
        response_body: the body that was sent, if it was held whole; likewise.
        request_id: value of ``x-openstack-request-id``.
        faults: the faults that touched it, each as a sentence.
        request_size: bytes of the request's body, also of one that was not kept.
        response_size: bytes of the answer's body, likewise.
        left: whether the client had gone before there was an answer.
        late: whether it is of an earlier test; known in strict mode.
        client: address that the connection came from.
        work: status that the service's own work came to; 0 if a fault took its place. What the
            client saw of it is ``status``.
    """

    __slots__ = ()
    _INTERNAL: ClassVar[frozenset[str]] = frozenset({"cut_short", "record"})

    if not TYPE_CHECKING:  # a type checker takes it as leave for every name
        def __setattr__(self, name: str, value: object) -> None:
            raise refusal(type(self), name)

    def curl(self, *, secrets: bool = False) -> str:
        """A command that sends the request again.

        Args:
            secrets: whether tokens and signatures stand in it as they are.
        """
        from .curl import curl  # few tests ask for it

        return curl(self, secrets=secrets)

    def __setstate__(self, state: tuple[None, dict[str, object]]) -> None:  # for copies
        for name, value in state[1].items():
            object.__setattr__(self, name, value)

    __repr__ = Handle.__repr__

    def _told(self) -> str:
        return f"#{self.number} {self.line()}"


def _short(identity: str) -> str:
    """An id short enough to read: ids of people and projects are 32 hexadecimal digits."""
    return identity if len(identity) <= 16 else f"{identity[:8]}…"


def _parsed(which: str, body: bytes, size: int) -> Any:
    if size > len(body):
        raise UsageError(f"the journal kept {len(body)} of the {size} bytes of the {which} body")
    if not body:
        return None
    return json.loads(body)


@cache
def _pattern(path: str) -> re.Pattern[str]:
    """Finds the parameters of a path, which may stand behind a prefix of the service."""
    parts = re.split(r"\{(\w+)\}", path)
    text = "".join(f"(?P<{part}>[^/]+)" if place % 2 else re.escape(part)
                   for place, part in enumerate(parts))
    return re.compile(f"{text}/?$")
