"""The methods of the journal and of selections: filters, assertions and exports."""

from __future__ import annotations

from abc import abstractmethod
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
    """A sequence of exchanges, oldest first, with filters, assertions and exports.

    ``where`` and the assertions take these conditions. All of them must hold:

    - ``operation``: an id, a glob such as ``images.*``, or "" for requests without a route.
    - ``status``: a number, a class such as ``"5xx"``, 0 for no response, or a list of these.
    - ``attempt``: the Nth time that the same request arrived.
    - ``fault``: whether a fault fired on it.
    - The matches of faults: ``chapter``, ``method``, ``path``, ``tenant``, ``user``, ``image`` (id
      or name), ``request_headers``, ``request_query``, ``request_body`` and ``client``.
    """

    @abstractmethod
    def _taken(self) -> tuple[list[Exchange], Service | None]:
        """Return the exchanges so far, and the service that knows image names."""

    @abstractmethod
    def _selected(self, exchanges: list[Exchange]) -> Selection:
        """Return a selection of these exchanges. This module is below that of selections."""

    def where(self, **conditions: Any) -> Selection:
        """Return the exchanges that meet every condition.

        Args:
            conditions: such as ``operation="images.create", status="5xx"``; see the class.

        Raises:
            UsageError: a condition is unknown, or its value is invalid.
        """
        from . import filters

        exchanges, service = self._taken()
        checks = filters.tests(conditions, service)
        return self._selected(filters.chosen(exchanges, checks.values()))

    def of(self, operation: str, **conditions: Any) -> Selection:
        """Return the exchanges of one operation (``images.create``) or of a glob (``images.*``).

        Args:
            operation: the id or glob.
            conditions: further conditions, as for ``where``.

        Raises:
            UsageError: no operation has that id or matches that glob, or a condition is invalid.
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
        """Fail unless matching requests were received, at least once by default.

        Args:
            operation: the id or glob of an operation; None for any request.
            times: the exact number of requests.
            at_least: the minimum number.
            at_most: the maximum number.
            conditions: further conditions, as for ``where``.

        Raises:
            AssertionError: the number is wrong. The message lists the closest requests first.
            UsageError: a condition is unknown, or the numbers contradict each other.
        """
        from . import assertions

        exchanges, service = self._taken()
        assertions.called(exchanges, service, {"operation": operation, **conditions},
                          times=times, at_least=at_least, at_most=at_most)

    def assert_never(self, operation: str | None = None, **conditions: Any) -> None:
        """Fail if a matching request was received.

        Args:
            operation: the id or glob of an operation; None for any request.
            conditions: further conditions, as for ``where``.

        Raises:
            AssertionError: there is one. The message lists the requests.
            UsageError: a condition is unknown, or its value is invalid.
        """
        from . import assertions

        exchanges, service = self._taken()
        assertions.called(exchanges, service, {"operation": operation, **conditions}, times=0)

    def assert_order(self, *operations: str) -> None:
        """Fail unless these operations were called in this order.

        Other requests may come in between.

        Args:
            operations: at least two operation ids or globs.

        Raises:
            AssertionError: the order is wrong. The message names the first missing operation.
            UsageError: there are fewer than two operations, or one is unknown.
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
        """Fail unless each failed request was retried correctly.

        A request has failed if it got no response, a 429 or a 5xx. The client must always wait as
        long as ``Retry-After`` says.

        Args:
            operation: the id or glob of an operation; None for any request.
            max: the maximum number of attempts, the first included. The last allowed attempt may
                fail. Default: no limit.
            with_backoff: whether each wait must be longer than the one before. A single wait must
                be greater than zero.
            min_wait: the minimum wait between two attempts, on the fake's clock. Default: none.
            conditions: further conditions, as for ``where``.

        Raises:
            AssertionError: a retry is missing, too early or too much, or no request failed at all.
                The message lists the attempts.
            UsageError: a condition is unknown, or a value is invalid.
        """
        from . import retries

        retries.retried(self.where(operation=operation, **conditions), most=max,
                        with_backoff=with_backoff, min_wait=min_wait)

    def assert_idempotent(self, operation: str | None = None, **conditions: Any) -> None:
        """Fail if a retried request succeeded more than once.

        For example, the client retries a creation whose response was lost, and creates a second
        image.

        Args:
            operation: the id or glob of an operation; None for any request.
            conditions: further conditions, as for ``where``.

        Raises:
            AssertionError: there is one. The message lists the attempts that succeeded.
            UsageError: a condition is unknown, or its value is invalid.
        """
        from . import retries

        retries.idempotent(self.where(operation=operation, **conditions))

    def assert_no_unexpected(self) -> None:
        """Fail if a request was received that no client should send.

        These are unknown operations, body fields and query parameters that the service ignores,
        deprecated operations and, in strict mode, requests that an earlier test left running.

        Raises:
            AssertionError: there is one. The message says for each what to do.
        """
        found = self.unexpected()
        if found:
            raise AssertionError("unexpected requests:\n" + "\n".join(found))

    def unexpected(self) -> list[str]:
        """Return a message for each request that ``assert_no_unexpected`` rejects."""
        from . import unexpected

        return [text for exchange in self._taken()[0] for text in unexpected.texts(exchange)]

    def har(
        self, path: str | PathLike[str] | None = None, *, secrets: bool = False
    ) -> str:
        """Return the exchanges as a HAR 1.2 document, which a browser's developer tools can open.

        Args:
            path: a file to write the document to as well.
            secrets: whether to include passwords, keys, tokens and signatures. Default:
                ``REDACTED`` instead.
        """
        from . import export

        return export.written("".join(export.har(self._taken()[0], secrets=secrets)), path)

    def jsonl(
        self, path: str | PathLike[str] | None = None, *, secrets: bool = False
    ) -> str:
        """Return the exchanges as JSON lines, one exchange per line.

        Args:
            path: a file to write the lines to as well.
            secrets: whether to include passwords, keys, tokens and signatures. Default:
                ``REDACTED`` instead.
        """
        from . import export

        return export.written("".join(export.jsonl(self._taken()[0], secrets=secrets)), path)

    def __str__(self) -> str:
        """Return one line per exchange."""
        return "\n".join(map(str, self._taken()[0])) or "no requests"
