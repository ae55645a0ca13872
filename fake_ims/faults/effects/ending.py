"""The base of effects that end a request: the moment when they do."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ...api.connection import AnsweredEarly
from ..moment import Middle, Moment
from . import Effect

if TYPE_CHECKING:
    from ...api.call import Call
    from ...profiles.answer import Answer


@dataclass(frozen=True, eq=False)
class Ending(Effect):
    """Ends a request at a moment.

    Attributes:
        moment: ``before`` handling, in the ``middle`` of the request body, or ``after`` handling.
    """

    moment: Moment
    terminal: ClassVar[bool] = True

    @abstractmethod
    async def end(self, call: Call) -> Answer:
        """Return the answer that replaces the service's.

        Raises:
            ConnectionCut: the client gets no response.
        """

    async def before(self, call: Call) -> Answer | None:
        if self.moment == "before":
            return await self.end(call)
        if self.moment == "middle":
            async def strike() -> None:
                raise AnsweredEarly(await self.end(call))

            middle = call.hold.notes[self] = Middle(call, strike)
            try:
                await middle.begin()
            except AnsweredEarly as early:
                return early.answer
        return None

    async def after(self, call: Call, answer: Answer) -> Answer | None:
        if self.moment == "after":
            return await self.end(call)
        middle = call.hold.notes.get(self)
        if isinstance(middle, Middle):
            try:
                await middle.catch_up()
            except AnsweredEarly as early:
                return early.answer
        return None

    def when(self) -> str:
        """Return the moment in words, for the fault's sentence."""
        return {"before": "", "middle": " in the middle of the request body",
                "after": " after handling"}[self.moment]
