"""One request of a run, and the place that sent it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ..contract.model import Profile
from .failures import Failure

if TYPE_CHECKING:
    from ..journal import Exchange


class Place(Protocol):
    """A place in the code of the test or the client that sends a request.

    Attributes:
        key: the same for the same path of calls; empty if the place is not known.
        lines: the place, for people, and those that call it: ``tests/test_disk.py:31 in upload``.
    """

    @property
    def key(self) -> str: ...

    @property
    def lines(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Somewhere:
    """A place that is not known, or known by its names only."""

    key: str = ""
    lines: tuple[str, ...] = ()


@dataclass(eq=False)
class Step:
    """One request of a run.

    Attributes:
        position: position among all requests of the run, from 1.
        operation: id of its operation; empty if no route matched.
        nth: position among the requests of this operation, from 1.
        profile: the profile of its fake.
        site: where it was sent.
        line: the line of ``site`` that reports show; empty if it is not known.
        began: seconds since the start of the run, on the clock of the run.
        before: the state of the service when it arrived; None if nobody needs it.
        after: the state of the service at its end; None if nobody needs it.
        planted: the failures that fired on it.
        exchange: its exchange; None until it has ended, and for a request that a reset cut off.
        request: its form; see ``Alike``.
        response: the form of its response.
        tries: number of equal requests right before it that failed.
    """

    position: int
    operation: str
    nth: int
    profile: Profile
    site: Place
    began: float
    before: object = None
    after: object = None
    planted: tuple[Failure, ...] = ()
    exchange: Exchange | None = None
    request: tuple[object, ...] = ()
    response: tuple[object, ...] = ()
    tries: int = 0
    line: str = ""

    @property
    def status(self) -> int:
        """The status that the client got; 0 without a response."""
        return 0 if self.exchange is None else self.exchange.status

    @property
    def succeeded(self) -> bool:
        """Whether the client was told that the request succeeded."""
        return 0 < self.status < 400

    @property
    def worked(self) -> bool:
        """Whether the service did the work, whatever the client was told."""
        return self.exchange is not None and 0 < self.exchange.work < 400

    @property
    def method(self) -> str:
        """Its HTTP method; empty if it has not ended."""
        return "" if self.exchange is None else self.exchange.method

    @property
    def path(self) -> str:
        """Its path; empty if it has not ended."""
        return "" if self.exchange is None else self.exchange.path

    @property
    def name(self) -> str:
        """The operation; method and path of a request without one."""
        if self.operation or self.exchange is None:
            return self.operation
        return f"{self.method} {self.path}"
