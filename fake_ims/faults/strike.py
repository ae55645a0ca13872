"""The faults that fired on one request, and their effects in order."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from .fault import Fault

if TYPE_CHECKING:
    from ..api.call import Call
    from ..profiles.answer import Answer
    from .effects import Effect, Work


class Strike:
    """Everything that faults do to one request.

    Effects run in order of adding. Effects that end the request run last, so that every delay is
    waited for. After handling, the effects that shape the response run last.
    """

    __slots__ = ("_call", "_effects", "_shaping", "faults")

    def __init__(self, call: Call, faults: tuple[Fault, ...], effects: Iterable[Effect]) -> None:
        self.faults = faults
        self._call = call
        self._effects = sorted(effects, key=lambda effect: effect.terminal)
        self._shaping = sorted(self._effects, key=lambda effect: effect.shapes)

    async def before(self) -> Answer | None:
        """Run the effects before handling. An answer means: do not handle the request.

        Raises:
            ConnectionCut: the client gets no response.
        """
        for effect in self._effects:
            answer = await effect.before(self._call)
            if answer is not None:
                return answer
        return None

    async def work(self, do: Work) -> Answer:
        """Run the handler inside the effects that wrap it.

        Raises:
            ConnectionCut: the client gets no response.
        """
        for effect in self._effects:
            if effect.wraps:
                do = partial(effect.work, self._call, do)
        return await do()

    async def after(self, answer: Answer) -> Answer:
        """Run the effects after handling, and return the final answer.

        Raises:
            ConnectionCut: the response is lost.
        """
        for effect in self._shaping:
            changed = await effect.after(self._call, answer)
            if changed is not None:
                answer = changed
        return answer
