"""Send the response body in chunks that HTTP does not allow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from ...errors import unknown
from ..delivery import delivered
from ..kinds import Kind, Scope, Setting, Values
from . import Effect

if TYPE_CHECKING:
    from ...api.call import Call
    from ...profiles.answer import Answer


def _size(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Write a second chunk whose size is not a number."""
    first = next(chunks, b"")
    half = (len(first) + 1) // 2
    yield _chunk(first[:half])
    yield b"size?\r\n" + first[half:] + b"\r\n"
    yield from map(_chunk, chunks)
    yield b"0\r\n\r\n"


def _overrun(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Write a first chunk that is longer than its size says."""
    first = next(chunks, b"")
    yield b"%x\r\n" % ((len(first) + 1) // 2) + first + b"\r\n"
    yield from map(_chunk, chunks)
    yield b"0\r\n\r\n"


def _no_end(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Leave out the final, empty chunk."""
    yield from map(_chunk, chunks)


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n" % len(data) + data + b"\r\n" if data else b""


WAYS: dict[str, tuple[Callable[[Iterator[bytes]], Iterator[bytes]], str]] = {
    "size": (_size, "with a size that is not a number"),
    "overrun": (_overrun, "that are longer than their size"),
    "no-end": (_no_end, "without the final chunk"),
}


@dataclass(frozen=True)
class InvalidChunks(Effect):
    """Sends the body in invalid chunks and closes the connection."""

    way: str
    shapes: ClassVar[int] = 2

    @property
    def decides(self) -> frozenset[str]:
        return frozenset({"where the body ends", "how the body is framed"})

    async def after(self, call: Call, answer: Answer) -> Answer | None:
        if not (answer.body if answer.stream is None else answer.length):
            return None
        return delivered(call, answer, lambda how: replace(
            how, framing=WAYS[self.way][0], chunked=True, closes=True))

    def __str__(self) -> str:
        return f"sends the response in chunks {WAYS[self.way][1]}"


def _build(values: Values, scope: Scope) -> InvalidChunks:
    way = values["invalid_chunks"]
    if way not in WAYS:
        raise unknown("value of invalid_chunks", str(way), WAYS)
    return InvalidChunks(way)


KIND = Kind("effect", (
    Setting("invalid_chunks", {"enum": list(WAYS)},
            "send the response body in invalid chunks: a size that is not a number (size), a chunk "
            "longer than its size (overrun), or no final chunk (no-end); a response without a body "
            "does not change"),
), _build)
