"""What can be asked of exchanges, of all or of some chosen: filters, assertions, other forms."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any, cast

from ..domain.handle import Handle
from .exchange import Exchange

if TYPE_CHECKING:
    from ..domain.durations import DurationLike
    from ..server.state import Service
    from .selection import Selection

_ALL = object()


class Questions(Handle, Sequence[Exchange]):
    """Exchanges, oldest first. The modules that answer are loaded when they are asked.
    Each method looks at the exchanges that there are when it is called.

    The conditions that ``where`` and the assertions take, all of which must hold: ``operation``
    (an id, a glob such as ``images.*``, "" for requests that no route matched), ``status`` (a
    number, a class such as ``"5xx"``, 0 for no answer, or a list of these), ``attempt`` (the Nth
    time that the same request came), ``fault`` (whether one touched it), and what faults match by:
    ``chapter``, ``method``, ``path``, ``tenant``, ``user``, ``image`` (id or name),
    ``request_headers``, ``request_query``, ``request_body`` and ``client``.
    """

    def _taken(self) -> tuple[list[Exchange], Service | None]:
        """The exchanges by now, and what knows the names of images."""
        raise NotImplementedError  # each kind of sequence has its own

    def where(self, **conditions: Any) -> Selection:
        """The exchanges that meet every condition given.

        Raises:
            UsageError: a condition that there is not, or a value that it cannot have.
        """
        from . import filters
        from .selection import Selection

        exchanges, service = self._taken()
        checks = filters.tests(conditions, service)
        return Selection(filters.chosen(exchanges, checks.values()), service)

    def of(self, operation: str, **conditions: Any) -> Selection:
        """The exchanges of an operation (``images.create``) or of a glob (``images.*``).

        Raises:
            UsageError: no operation has that id, or matches that glob.
        """
        return self.where(operation=operation, **conditions)

    def count(self, value: object = _ALL) -> int:
        """How many exchanges there are; with an exchange, how often it is among them."""
        taken = self._taken()[0]
        return len(taken) if value is _ALL else taken.count(cast("Exchange", value))

    def assert_called(
        self,
        operation: str | None = None,
        *,
        times: int | None = None,
        at_least: int | None = None,
        at_most: int | None = None,
        **conditions: Any,
    ) -> None:
        """Fail unless such requests have come in: once or more, or as often as is said.

        Raises:
            AssertionError: with what came in instead, the nearest first.
            UsageError: a condition that there is not.
        """
        from . import assertions

        exchanges, service = self._taken()
        assertions.called(exchanges, service, {"operation": operation, **conditions},
                          times=times, at_least=at_least, at_most=at_most)

    def assert_never(self, operation: str | None = None, **conditions: Any) -> None:
        """Fail if such a request has come in.

        Raises:
            AssertionError: with those that have.
            UsageError: a condition that there is not.
        """
        from . import assertions

        exchanges, service = self._taken()
        assertions.called(exchanges, service, {"operation": operation, **conditions}, times=0)

    def assert_order(self, *operations: str) -> None:
        """Fail unless requests of these operations came in this order; others may be between.

        Raises:
            AssertionError: with the first that is missing behind the others.
            UsageError: fewer than two operations, or one that there is not.
        """
        from . import assertions

        assertions.order(self._taken()[0], operations)

    def assert_retried(
        self,
        operation: str | None = None,
        *,
        max: int | None = None,
        with_backoff: bool = False,
        min_wait: DurationLike | None = None,
        **conditions: Any,
    ) -> None:
        """Fail unless each such request that failed (no answer, 429 or 5xx) was sent again.

        Args:
            operation: which operation.
            max: so many attempts at the most; the last of so many may fail.
            with_backoff: whether each wait must be longer than the one before; where there is one
                wait only, it must be there. What ``Retry-After`` asks for must always be waited.
            min_wait: the least wait between two attempts, on the fake's clock.
            conditions: which requests, as ``where`` takes them.

        Raises:
            AssertionError: with the attempts; also if nothing failed.
            UsageError: a condition that there is not.
        """
        from . import retries

        retries.retried(self.where(operation=operation, **conditions), most=max,
                        with_backoff=with_backoff, min_wait=min_wait)

    def assert_idempotent(self, operation: str | None = None, **conditions: Any) -> None:
        """Fail if a request that was sent again did its work twice: a lost answer, a second image.

        Raises:
            AssertionError: with the attempts that did the work.
            UsageError: a condition that there is not.
        """
        from . import retries

        retries.idempotent(self.where(operation=operation, **conditions))

    def assert_no_unexpected(self) -> None:
        """Fail if a request came in that no client should send: one that the contract does not
        know, fields or parameters that the service does not look at, deprecated operations, and
        what an earlier test has left running.

        Raises:
            AssertionError: with each of them, and what to do.
        """
        found = self.unexpected()
        if found:
            raise AssertionError("unexpected requests:\n" + "\n".join(found))

    def unexpected(self) -> list[str]:
        """What ``assert_no_unexpected`` fails for, a text each."""
        from . import unexpected

        return [text for exchange in self._taken()[0] for text in unexpected.texts(exchange)]

    def har(self, path: str | PathLike[str] | None = None) -> str:
        """The exchanges as a HAR 1.2 document, which browsers' developer tools open.

        Args:
            path: also write it there.
        """
        from . import export

        return export.written(export.har(self._taken()[0]), path)

    def jsonl(self, path: str | PathLike[str] | None = None) -> str:
        """The exchanges as JSON, a line each.

        Args:
            path: also write it there.
        """
        from . import export

        return export.written(export.jsonl(self._taken()[0]), path)

    def __str__(self) -> str:
        """A line for each exchange."""
        return "\n".join(map(str, self._taken()[0])) or "no requests"
