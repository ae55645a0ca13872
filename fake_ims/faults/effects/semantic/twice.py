"""Handle a request twice, as if a proxy had repeated it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ...kinds import Kind, Scope, Setting, Values
from .. import Effect, Work
from .sorts import CHANGES, Sort
from .values import flag

if TYPE_CHECKING:
    from ....api.call import Call
    from ....profiles.answer import Answer


@dataclass(frozen=True)
class Twice(Effect):
    """Handles the request a second time; the client gets the first response."""

    wraps: ClassVar[bool] = True
    sort: ClassVar[Sort | None] = CHANGES

    async def work(self, call: Call, do: Work) -> Answer:
        answer = await do()
        await do()
        return answer

    def __str__(self) -> str:
        return "is handled twice"


def _build(values: Values, scope: Scope) -> Twice | None:
    return Twice() if flag("twice", values["twice"]) else None


KIND = Kind("effect", (
    Setting("twice", {"type": "boolean"},
            "handle the request twice: a create makes two images; the client gets the first "
            "response"),
), _build)
