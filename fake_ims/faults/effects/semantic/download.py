"""Downloads whose bytes do not match the checksum."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from ...kinds import Kind, Scope, Setting, Values
from ...values import whole
from .. import Effect
from .sorts import DOWNLOADS, Sort
from .values import flag

if TYPE_CHECKING:
    from ....api.call import Call
    from ....profiles.answer import Answer


@dataclass(frozen=True)
class WrongData(Effect):
    """Sends a download with a wrong byte in the middle, or without its last bytes.

    ``Content-Length`` matches the bytes that are sent. The checksum is the image's. An empty
    download does not change.
    """

    corrupt: bool
    short: int
    sort: ClassVar[Sort | None] = DOWNLOADS

    async def after(self, call: Call, answer: Answer) -> Answer | None:
        if answer.stream is None or not answer.length:
            return None
        length = max(answer.length - self.short, 0)
        wrong = length // 2 if self.corrupt else length
        return replace(answer, body=b"".join(_altered(iter((answer.body,)), wrong, length)),
                       stream=_altered(answer.stream, wrong, length), length=length)

    def __str__(self) -> str:
        said = []
        if self.corrupt:
            said.append("sends a wrong byte with the right checksum")
        if self.short:
            said.append(f"omits the last {self.short} bytes")
        return " and ".join(said)


def _altered(chunks: Iterator[bytes], wrong: int, length: int) -> Iterator[bytes]:
    """Yield the bytes up to a length, with the byte at ``wrong`` inverted."""
    position = 0
    for chunk in chunks:
        sent = bytearray(chunk[:length - position])
        if position <= wrong < position + len(sent):
            sent[wrong - position] ^= 0xFF
        position += len(sent)
        if sent:
            yield bytes(sent)


def _build(values: Values, scope: Scope) -> WrongData | None:
    corrupt = flag("corrupt", values.get("corrupt", False))
    short = whole("short", values["short"], 1) if "short" in values else 0
    return WrongData(corrupt, short) if corrupt or short else None


KIND = Kind("effect", (
    Setting("corrupt", {"type": "boolean"},
            "send one wrong byte in the middle of a download; only the checksum reveals it"),
    Setting("short", {"type": "integer", "minimum": 1},
            "omit this many bytes at the end of a download; Content-Length does not count them "
            "either"),
), _build, calls=("corrupt", "short"))
