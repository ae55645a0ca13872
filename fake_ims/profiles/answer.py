"""A response before it becomes an HTTP response of aiohttp."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiohttp import web

JSON = "application/json"
#: Stands for the success status in the operation's row of the contract.
DONE = 0


@dataclass(slots=True)
class Answer:
    """A response for the pipeline to send.

    Attributes:
        status: HTTP status; with ``DONE``, the pipeline sets the operation's success status.
        body: the whole body; with ``stream``, its beginning, for the journal.
        content_type: value of ``Content-Type``; None for no such header.
        headers: further headers.
        stream: chunks of a body that is not in memory.
        length: number of bytes in ``stream``.
        bare: whether to leave out the service's own headers, such as the request id (for faults).
        sender: sends the response in a way that HTTP does not allow (for faults).
    """

    status: int
    body: bytes = b""
    content_type: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    stream: Iterator[bytes] | None = None
    length: int = 0
    bare: bool = False
    sender: Sender | None = None


#: Sends a response, and returns what the handler of aiohttp must return.
Sender = Callable[["web.Request", Answer], Awaitable["web.StreamResponse"]]
