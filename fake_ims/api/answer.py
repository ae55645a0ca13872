"""An answer on its way out, before it becomes an HTTP response."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

JSON = "application/json"


@dataclass(slots=True)
class Answer:
    """What the pipeline sends.

    Attributes:
        status: HTTP status.
        body: the whole body; if ``stream`` gives it, its beginning, for the journal.
        content_type: value of ``Content-Type``; None for no such header.
        headers: further headers.
        stream: chunks of a body that is not held in memory.
        length: number of bytes that ``stream`` gives.
    """

    status: int
    body: bytes = b""
    content_type: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    stream: Iterator[bytes] | None = None
    length: int = 0
