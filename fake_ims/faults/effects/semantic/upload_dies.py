"""Reset the connection during an upload, and leave the image in a given status."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ....api.connection import ConnectionCut
from ....errors import UsageError
from ...kinds import Kind, Scope, Setting, Values
from ...values import whole
from ...view import Leaves, terms
from .. import Effect, Work
from .sorts import UPLOADS, Sort

if TYPE_CHECKING:
    from ....api.call import Call
    from ....profiles.answer import Answer

_LEAVES = ("saving", "killed", "queued")


@dataclass(frozen=True)
class UploadDies(Effect):
    """Resets the connection after ``size`` bytes; a smaller upload succeeds."""

    size: int
    leaves: Leaves
    terminal: ClassVar[bool] = True
    wraps: ClassVar[bool] = True
    sort: ClassVar[Sort | None] = UPLOADS

    async def work(self, call: Call, do: Work) -> Answer:
        call.hold.taps.append(self._tap)
        terms(call).leaves = self.leaves
        return await do()

    async def _tap(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        left = self.size
        if not left:
            raise ConnectionCut(str(self))
        async for chunk in chunks:
            yield chunk[:left]
            left -= min(left, len(chunk))
            if not left:
                raise ConnectionCut(str(self))

    def __str__(self) -> str:
        return f"resets the connection after {self.size} bytes and leaves the image {self.leaves}"


def _build(values: Values, scope: Scope) -> UploadDies:
    leaves = values.get("leaves", "saving")
    if leaves not in _LEAVES:
        raise UsageError(f"leaves={leaves!r}: expected the status of the image after the upload, "
                         "'saving', 'killed' or 'queued'")
    return UploadDies(whole("dies_at", values["dies_at"], 0), leaves)


KIND = Kind("effect", (
    Setting("dies_at", {"type": "integer", "minimum": 0},
            "reset the connection after this many bytes of an upload"),
    Setting("leaves", {"enum": list(_LEAVES)},
            "status of the image after dies_at=: saving (default), killed or queued"),
), _build)
