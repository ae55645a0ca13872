"""Services around IMS that do not respond at the moment, and the account that pays for images."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ...errors import unknown
from ..handle import Handle
from .rules import Checked

SERVICES = ("CBR", "ECS", "EPS", "IAM", "OBS")


class Outages(Handle):
    """Which of ``SERVICES`` do not respond. Requests that need them fail with an error code."""

    def __init__(self) -> None:
        self._down: set[str] = set()

    def begin(self, service: str) -> None:
        """Let a service stop responding.

        Raises:
            UsageError: the service is unknown.
        """
        self._down.add(_checked(service))

    def end(self, service: str) -> None:
        """Let a service respond again.

        Raises:
            UsageError: the service is unknown.
        """
        self._down.discard(_checked(service))

    def only(self, services: Iterable[str]) -> None:
        """Let these services stop responding, and all others respond.

        Raises:
            UsageError: a service is unknown; nothing has changed.
        """
        self._down = {_checked(service) for service in services}

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._down))

    def __contains__(self, service: object) -> bool:
        return service in self._down

    def __repr__(self) -> str:
        return f"<outages: {', '.join(self) or 'none'}>"


def _checked(service: str) -> str:
    if service not in SERVICES:
        raise unknown("service", service, SERVICES)
    return service


@dataclass(slots=True, eq=False, repr=False)
class Account(Checked):
    """The account that pays for images.

    Attributes:
        is_verified: whether it has passed real-name authentication.
        has_payment: whether its payment information is complete.
        has_balance: whether its balance is sufficient.
    """

    is_verified: bool = True
    has_payment: bool = True
    has_balance: bool = True

    def __repr__(self) -> str:
        wrong = [text for sound, text in ((self.is_verified, "not verified"),
                                          (self.has_payment, "no payment information"),
                                          (self.has_balance, "no balance")) if not sound]
        return f"<account: {', '.join(wrong) or 'can pay'}>"
