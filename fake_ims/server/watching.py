"""The hook for a sweep: something that sees, and may fail, every request of every fake.

``FakeIMS`` has none by itself. A sweep sets ``current`` for the time of a run, and gives itself to
the services that already exist.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol
from weakref import WeakSet

if TYPE_CHECKING:
    from ..api.call import Call
    from ..faults.strike import Strike
    from ..journal import Exchange
    from .state import Service


class Watch(Protocol):
    """Sees every request of the services that it watches. All calls come from their loops."""

    def opened(self, port: int) -> None:
        """Take note of the port of a fake."""

    async def strike(self, call: Call) -> Strike | None:
        """Decide what happens to a request: its own failure, and the faults of the test.

        Raises:
            ConnectionCut: the client gets no response.
        """

    def recorded(self, service: Service, exchange: Exchange) -> None:
        """Take an exchange that the journal has just recorded."""

    def closing(self, service: Service) -> None:
        """Look at a service whose images are about to be removed, by a reset or a stop."""


#: The watch of every fake that starts now; None without a sweep.
current: Watch | None = None
#: All services of this process, so that a watch reaches those that have started before it.
services: WeakSet[Service] = WeakSet()


@contextmanager
def watched_by(watch: Watch) -> Iterator[None]:
    """Let a watch see every request of this process inside this block."""
    global current
    before = current
    current = watch
    for service in list(services):
        service.watch = watch
        if service.faults.gate is not None:
            watch.opened(service.faults.gate.number)
    try:
        yield
    finally:
        current = before
        for service in list(services):
            if service.watch is watch:
                service.watch = before
