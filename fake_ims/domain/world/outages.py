"""Services around IMS that do not answer at the moment, and the accounts that pay for images."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ...errors import unknown
from ..refusal import ImsError

SERVICES = ("CBR", "ECS", "EPS", "IAM", "OBS")


class Outages:
    """Which of ``SERVICES`` do not answer: what needs them is refused with its error code."""

    def __init__(self) -> None:
        self._down: set[str] = set()

    def begin(self, service: str) -> None:
        """From now on a service does not answer.

        Raises:
            UsageError: there is no such service.
        """
        self._down.add(_checked(service))

    def end(self, service: str) -> None:
        """It answers again.

        Raises:
            UsageError: there is no such service.
        """
        self._down.discard(_checked(service))

    def only(self, services: Iterable[str]) -> None:
        """From now on these services do not answer, and all others do.

        Raises:
            UsageError: there is no such service; nothing has changed.
        """
        self._down = {_checked(service) for service in services}

    def check(self, service: str, code: str) -> None:
        """Refuse if a service does not answer.

        Raises:
            ImsError: the code.
        """
        if service in self._down:
            raise ImsError(code)

    def __iter__(self) -> Iterator[str]:
        return iter(self._down)

    def __contains__(self, service: object) -> bool:
        return service in self._down

    def __repr__(self) -> str:
        return f"<outages {sorted(self._down)}>"


def _checked(service: str) -> str:
    if service not in SERVICES:
        raise unknown("service", service, SERVICES)
    return service


@dataclass(slots=True, eq=False)
class Account:
    """Who pays for images.

    Attributes:
        is_verified: whether it has passed the real-name authentication.
        has_payment: whether it has said how it pays.
        has_balance: whether it has money left.
    """

    is_verified: bool = True
    has_payment: bool = True
    has_balance: bool = True

    def check(self) -> None:
        """Refuse what costs money if the account cannot pay.

        Raises:
            ImsError: ``IMG.0238``, ``IMG.0241``, ``IMG.0239``.
        """
        if not self.is_verified:
            raise ImsError("IMG.0238")
        if not self.has_payment:
            raise ImsError("IMG.0241")
        if not self.has_balance:
            raise ImsError("IMG.0239")
