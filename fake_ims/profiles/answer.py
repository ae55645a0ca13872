"""An answer on its way out, before it becomes an HTTP response."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiohttp import web

JSON = "application/json"
#: The status of an operation that has done what its row in the contract says.
DONE = 0


@dataclass(slots=True)
class Answer:
    """What the pipeline sends.

    Attributes:
        status: HTTP status; ``DONE`` until the pipeline puts the operation's own there.
        body: the whole body; if ``stream`` gives it, its beginning, for the journal.
        content_type: value of ``Content-Type``; None for no such header.
        headers: further headers.
        stream: chunks of a body that is not held in memory.
        length: number of bytes that ``stream`` gives.
        bare: whether the service adds no header of its own, such as the request id; a fault's.
        sender: sends it in another way than HTTP has it; a fault's.
    """

    status: int
    body: bytes = b""
    content_type: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    stream: Iterator[bytes] | None = None
    length: int = 0
    bare: bool = False
    sender: Sender | None = None


#: Sends an answer; gives what the handler of aiohttp is to return.
Sender = Callable[["web.Request", Answer], Awaitable["web.StreamResponse"]]
