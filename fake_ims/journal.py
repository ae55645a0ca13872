"""Every exchange that went through the fake: the ring that keeps them, and questions to it."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import overload

from .errors import UsageError
from .faults.matches.method import http_method
from .faults.matches.path import at_path
from .faults.runner import Runner, directly
from .faults.targets import operation_ids

EXCHANGES = 10_000
BODY_BYTES = 64 * 1024


@dataclass(slots=True, eq=False)
class Exchange:
    """One request and its answer.

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
        request_body: the body, if it was read whole; its beginning if it is truncated.
        response_body: the body that was sent, if it was held whole; likewise.
        request_id: value of ``x-openstack-request-id``.
        faults: the faults that touched it, each as a sentence.
        request_size: bytes of the request's body, also of one that was not kept.
        response_size: bytes of the answer's body, likewise.
        left: whether the client had gone before there was an answer.
    """

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
    request_body: bytes = b""
    response_body: bytes = b""
    request_id: str = ""
    faults: tuple[str, ...] = ()
    request_size: int = 0
    response_size: int = 0
    left: bool = False

    @property
    def tenant(self) -> str:
        """The caller's project id; empty if there was none."""
        return self.caller.rpartition(":")[2]

    @property
    def request_truncated(self) -> bool:
        """Whether the request had more body than was kept."""
        return self.request_size > len(self.request_body)

    @property
    def response_truncated(self) -> bool:
        """Whether the answer had more body than was kept."""
        return self.response_size > len(self.response_body)

    @property
    def json(self) -> object:
        """The answer's body as JSON; None if it had none.

        Raises:
            UsageError: only a part of the body was kept.
            ValueError: it is no JSON.
        """
        return _parsed("response", self.response_body, self.response_size)

    @property
    def request_json(self) -> object:
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


def _short(identity: str) -> str:
    """An id short enough to read: ids of people and projects are 32 hexadecimal digits."""
    return identity if len(identity) <= 16 else f"{identity[:8]}…"


def _parsed(which: str, body: bytes, size: int) -> object:
    if size > len(body):
        raise UsageError(f"the journal kept {len(body)} of the {size} bytes of the {which} body")
    if not body:
        return None
    document: object = json.loads(body)
    return document


class Journal(Sequence[Exchange]):
    """The exchanges so far, oldest first, behind ``fake.requests``.

    A ring: past ``limit`` exchanges the oldest go, and ``dropped`` counts them. It is data of the
    server's loop; every public method but ``record`` gets there through ``run``, which the facade
    replaces.

    Args:
        limit: how many exchanges are kept.
        body_limit: how many bytes of each body are kept.

    Attributes:
        run: how a call gets to the loop's thread.
        listener: called with each exchange once it is recorded, in the loop's thread.
    """

    def __init__(self, limit: int = EXCHANGES, body_limit: int = BODY_BYTES) -> None:
        if limit < 1 or body_limit < 0:
            raise UsageError("a journal keeps at least one exchange, and bodies from 0 bytes on")
        self.run: Runner = directly
        self.listener: Callable[[Exchange], object] | None = None
        self._ring: deque[Exchange] = deque(maxlen=limit)
        self._body_limit = body_limit
        self._recorded = 0

    def record(self, exchange: Exchange) -> None:
        """Take in a finished exchange: number it, and cut its bodies to the limit. For the loop.

        The pipeline calls it before it sends the answer, so that a client that has its answer
        finds the exchange here.
        """
        self._recorded += 1
        exchange.number = self._recorded
        size = len(exchange.request_body)
        if size > exchange.request_size:
            exchange.request_size = size
        if size > self._body_limit:
            exchange.request_body = exchange.request_body[: self._body_limit]
        size = len(exchange.response_body)
        if size > exchange.response_size:
            exchange.response_size = size
        if size > self._body_limit:
            exchange.response_body = exchange.response_body[: self._body_limit]
        self._ring.append(exchange)
        if self.listener is not None:
            self.listener(exchange)

    @property
    def recorded(self) -> int:
        """How many exchanges there have been, those let go included."""
        return self.run(lambda: self._recorded)

    @property
    def dropped(self) -> int:
        """How many exchanges the ring has let go."""
        return self.run(lambda: self._recorded - len(self._ring))

    @property
    def last(self) -> Exchange:
        """The newest exchange.

        Raises:
            IndexError: there is none.
        """
        if not self:
            raise IndexError("no request has come in yet")
        return self[-1]

    def of(self, target: str) -> list[Exchange]:
        """The exchanges of an operation (``images.create``) or of a glob (``images.*``).

        Raises:
            UsageError: no operation has that id, or matches that glob.
        """
        return self.where(operation=target)

    def where(
        self,
        *,
        operation: str | None = None,
        status: int | None = None,
        tenant: str | None = None,
        method: str | None = None,
        path: str | None = None,
    ) -> list[Exchange]:
        """The exchanges that meet every condition given.

        Args:
            operation: an operation's id or a glob; "" for requests that no route matched.
            status: status of the answer; 0 for those that got none.
            tenant: project id of the caller.
            method: HTTP method.
            path: a template (``/v2/images/{image_id}``), a path, or a glob (``/v2/images/*``).

        Raises:
            UsageError: an operation, method or path template that there is not.
        """
        tests: list[Callable[[Exchange], bool]] = []
        if operation is not None:
            ids = {""} if operation == "" else set(operation_ids(operation))
            tests.append(lambda exchange: exchange.operation in ids)
        if status is not None:
            tests.append(lambda exchange: exchange.status == status)
        if tenant is not None:
            tests.append(lambda exchange: exchange.tenant == tenant)
        if method is not None:
            verb = http_method(method)
            tests.append(lambda exchange: exchange.method == verb)
        if path is not None:
            at = at_path(path)
            tests.append(lambda exchange: at.fits(exchange.path, exchange.operation))
        return [exchange for exchange in self._all() if all(test(exchange) for test in tests)]

    def clear(self) -> None:
        """Forget every exchange, and number from 1 again."""
        self.run(self._clear)

    def __len__(self) -> int:
        return self.run(lambda: len(self._ring))

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self._all())

    @overload
    def __getitem__(self, index: int) -> Exchange: ...

    @overload
    def __getitem__(self, index: slice) -> list[Exchange]: ...

    def __getitem__(self, index: int | slice) -> Exchange | list[Exchange]:
        if isinstance(index, slice):
            return self._all()[index]
        return self.run(lambda: self._ring[index])

    def __str__(self) -> str:
        """A line for each exchange."""
        return "\n".join(map(str, self._all())) or "no requests"

    def __repr__(self) -> str:
        return f"<Journal of {len(self)} exchanges>"

    def _all(self) -> list[Exchange]:
        # A copy made in the loop's thread: the ring may grow while the caller walks over it.
        return self.run(lambda: list(self._ring))

    def _clear(self) -> None:
        self._ring.clear()
        self._recorded = 0
