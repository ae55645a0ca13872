"""The ring buffer that keeps the exchanges."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from threading import RLock
from typing import TYPE_CHECKING, ClassVar, overload

from ..errors import UsageError, shown
from ..faults.runner import Runner, directly
from .exchange import Draft, Exchange
from .questions import Questions
from .selection import Selection

if TYPE_CHECKING:
    from ..server.state import Service

EXCHANGES = 10_000
BODY_BYTES = 64 * 1024
TOTAL_BYTES = 64 * 1024 * 1024
_OVERHEAD = 2048  # bytes of memory that an exchange takes without what clients decide
_PER_HEADER = 128
_NEW_PART = 64  # new exchanges are not measured while they may be less than 1/64 of the limit
_GUESS = 32 * 1024  # what an exchange may take besides its bodies, much more than most do
_MOST = 2**62  # what a deque can count


class Journal(Questions):
    """The exchanges since the last reset, oldest first, available as ``fake.requests``.

    It keeps ``limit`` exchanges and ``total_limit`` bytes. Then it drops the oldest, and
    ``dropped`` counts them. It always keeps the newest one.

    The server's loop owns the data. Every public method except ``record`` runs there through
    ``run``, which ``FakeIMS`` replaces.

    Args:
        limit: number of exchanges to keep. Default: 10,000.
        body_limit: number of bytes to keep of each body. Default: 64 KiB.
        total_limit: number of bytes to keep of all exchanges: bodies, headers and the memory that
            an exchange takes anyway, about 2 KiB. Default: 64 MiB.

    Attributes:
        run: runs a call in the loop's thread.
        listener: called in the loop's thread with each recorded exchange.
        body_limit: number of bytes to keep of each body.
        service: the service that knows image names; None in a journal without a service.
    """

    run: Runner
    listener: Callable[[Exchange], object] | None
    body_limit: int
    service: Service | None
    _INTERNAL: ClassVar[frozenset[str]] = frozenset({
        "body_limit", "forget", "listener", "record", "recorded", "run", "service"})

    def __init__(
        self, limit: int = EXCHANGES, body_limit: int = BODY_BYTES, total_limit: int = TOTAL_BYTES
    ) -> None:
        _check(limit, body_limit, total_limit)
        self.run = directly
        self.listener = None
        self._kept = _Kept(limit, total_limit)
        self.body_limit = body_limit
        self.service = None

    def record(self, exchange: Draft) -> Exchange:
        """Number an exchange, cut its bodies to the limit and keep it. Call it in the loop.

        The pipeline calls it before it sends the response. A client that has its response finds the
        exchange here.

        Returns:
            The exchange, which cannot be changed from now on.
        """
        size = len(exchange.request_body)
        if size > exchange.request_size:
            exchange.request_size = size
        if size > self.body_limit:
            exchange.request_body = exchange.request_body[: self.body_limit]
        size = len(exchange.response_body)
        if size > exchange.response_size:
            exchange.response_size = size
        if size > self.body_limit:
            exchange.response_body = exchange.response_body[: self.body_limit]
        recorded = self._kept.add(exchange)
        if self.listener is not None:
            self.listener(recorded)
        return recorded

    @property
    def recorded(self) -> int:
        """Number of exchanges so far, including dropped ones."""
        return self.run(lambda: self._kept.count)

    @property
    def dropped(self) -> int:
        """Number of exchanges that were dropped because a limit was reached."""
        return self.run(lambda: self._kept.count - len(self._kept.exchanges))

    @property
    def last(self) -> Exchange:
        """The newest exchange.

        Raises:
            IndexError: there is none.
        """
        if not self:
            raise IndexError("no request has been received yet")
        return self[-1]

    def clear(self) -> None:
        """Remove every exchange and number from 1 again."""
        self.run(self.forget)

    def __len__(self) -> int:
        return self.run(lambda: len(self._kept.exchanges))

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self._all())

    @overload
    def __getitem__(self, index: int) -> Exchange: ...

    @overload
    def __getitem__(self, index: slice) -> Selection: ...

    def __getitem__(self, index: int | slice) -> Exchange | Selection:
        if isinstance(index, slice):
            return self._selected(self._all()[index])
        return self.run(lambda: self._kept.exchanges[index])

    def _told(self) -> str:
        count, last = self._kept.told()
        if last is None:
            return "no requests were received"
        return (f"{count} exchange{'s' * (count != 1)}, last: {last.method} {last.path} -> "
                f"{last.status or 'no response'}")

    def _taken(self) -> tuple[list[Exchange], Service | None]:
        return self._all(), self.service

    def _selected(self, exchanges: list[Exchange]) -> Selection:
        return Selection(exchanges, self.service)

    def _all(self) -> list[Exchange]:
        # Copied in the loop's thread, because the ring can grow while the caller iterates.
        return self.run(lambda: list(self._kept.exchanges))

    def forget(self) -> None:
        """``clear`` for who is in the loop already."""
        self._kept.clear()


class _Kept:
    """The exchanges that fit the limits.

    It is no ``Handle``: every request changes its attributes.

    Few tests come near a limit, so a request does not measure its exchange. New exchanges wait
    until they may be a small part of the limit, or until somebody reads.
    """

    __slots__ = ("_exchanges", "_limit", "_measuring", "_most_new", "_new", "_new_size", "_size",
                 "_sizes", "_total_limit", "count")

    def __init__(self, limit: int, total_limit: int) -> None:
        self.count = 0
        self._exchanges: deque[Exchange] = deque()
        self._sizes: deque[int] = deque()
        self._size = 0
        self._limit = limit
        self._total_limit = total_limit
        self._new: deque[Exchange] = deque()
        self._new_size = 0  # a guess
        self._measuring = RLock()  # after the stop, any thread may read
        self._most_new = total_limit // _NEW_PART

    def add(self, exchange: Draft) -> Exchange:
        self.count += 1
        recorded = exchange.record(self.count)
        self._new.append(recorded)
        self._new_size += _GUESS + len(recorded.request_body) + len(recorded.response_body)
        if self._new_size > self._most_new:
            self._measure()
        return recorded

    @property
    def exchanges(self) -> deque[Exchange]:
        if self._new:
            self._measure()
        return self._exchanges

    def _measure(self) -> None:
        with self._measuring:
            while self._new:
                exchange = self._new.popleft()
                size = _size(exchange)
                self._exchanges.append(exchange)
                self._sizes.append(size)
                self._size += size
                while len(self._exchanges) > self._limit or (
                        self._size > self._total_limit and len(self._exchanges) > 1):
                    self._exchanges.popleft()
                    self._size -= self._sizes.popleft()
            self._new_size = 0

    def told(self) -> tuple[int, Exchange | None]:
        """About how many there are, and the last one; for any thread, so it changes nothing."""
        count = min(self._limit, len(self._exchanges) + len(self._new))
        for exchanges in (self._new, self._exchanges):
            if exchanges:
                return count, exchanges[-1]
        return 0, None

    def clear(self) -> None:
        if self.count:
            self._exchanges.clear()
            self._sizes.clear()
            self._new.clear()
            self._size = self._new_size = self.count = 0


def _check(limit: object, body_limit: object, total_limit: object) -> None:
    """Check the limits of a journal.

    Raises:
        UsageError: one is not an integer, or is too small; all of these in one text.
    """
    wrong = [f"{name}={shown(value)}: expected an integer, {least} or greater"
             for name, value, least in (("keep_exchanges", limit, 1), ("keep_bytes", body_limit, 0),
                                        ("keep_total", total_limit, 0))
             if isinstance(value, bool) or not isinstance(value, int)
             or not least <= value <= _MOST]
    if wrong:
        raise UsageError("; ".join(wrong))


def _size(exchange: Exchange) -> int:
    """Return about how many bytes of memory an exchange takes."""
    request, response = exchange.request_headers, exchange.response_headers
    # One join is quicker than the sum of the lengths.
    texts = "".join([*request, *request.values(), *response, *response.values()])
    return (_OVERHEAD + len(exchange.request_body) + len(exchange.response_body)
            + len(exchange.path) + len(exchange.query)
            + _PER_HEADER * (len(request) + len(response)) + len(texts))
