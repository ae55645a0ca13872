"""Forms of requests, responses and states that are equal in two runs if nothing else happened.

Ids, tokens, times and ports differ from run to run. Here each id gets a number in order of its
first appearance, and times disappear.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .snapshot import traits

if TYPE_CHECKING:
    from ..journal import Exchange
    from ..server.state import Service

#: Pattern of a UUID, with hyphens or without.
ID = "[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}"
_DIFFERS = re.compile(
    rb"(?P<id>" + ID.encode() + rb"|[0-9a-f]{24,64})"
    rb"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z?"
    rb"|(?:127\.0\.0\.1|localhost|\[::1\]):\d+"
    rb"|\b\d{13}\b")


class Alike:
    """Makes the forms of one run."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}

    def request(self, exchange: Exchange) -> tuple[object, ...]:
        """Return the form of a request: method, path, query, caller and body."""
        return (exchange.method, self.text(exchange.path.encode()),
                self.text(exchange.query.encode()), exchange.tenant,
                self.text(exchange.request_body), exchange.request_size)

    def response(self, exchange: Exchange) -> tuple[object, ...]:
        """Return the form of a response: status, body, and whether there is one."""
        return exchange.status, self.text(exchange.response_body), exchange.response_size

    def text(self, text: bytes) -> bytes:
        """Return a text without what differs from run to run."""
        return _DIFFERS.sub(self._same, text)

    def _same(self, found: re.Match[bytes]) -> bytes:
        known = found["id"]
        if known is None:
            return b"~"
        number = self._numbers.setdefault(known.replace(b"-", b""), len(self._numbers))
        return b"<%d>" % number


def state(service: Service) -> tuple[object, ...]:
    """Return the form of a service's state: its images and unfinished jobs, without ids."""
    jobs = service.begun_jobs
    return (tuple(sorted(map(repr, map(traits, service.store.all())))),
            () if jobs is None else tuple(job.status for job in jobs.as_they_are()))
