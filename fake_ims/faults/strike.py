"""The faults that fired at one request, and their effects in order."""

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
    """What happens to one request.

    Effects run in order of adding, those that end the request last, so that every delay is waited
    for whichever fault it came with; after the work, those that shape the answer come last of all.
    """

    __slots__ = ("_call", "_effects", "_shaping", "faults")

    def __init__(self, call: Call, faults: tuple[Fault, ...], effects: Iterable[Effect]) -> None:
        self.faults = faults
        self._call = call
        self._effects = sorted(effects, key=lambda effect: effect.terminal)
        self._shaping = sorted(self._effects, key=lambda effect: effect.shapes)

    async def before(self) -> Answer | None:
        """Everything before the work; an answer means that the work is not to be done.

        Raises:
            ConnectionCut: the client gets no answer.
        """
        for effect in self._effects:
            answer = await effect.before(self._call)
            if answer is not None:
                return answer
        return None

    async def work(self, do: Work) -> Answer:
        """The work, as the effects that wrap it let it be done.

        Raises:
            ConnectionCut: the client gets no answer.
        """
        for effect in self._effects:
            if effect.wraps:
                do = partial(effect.work, self._call, do)
        return await do()

    async def after(self, answer: Answer) -> Answer:
        """Everything after the work, or after the answer that replaced it.

        Raises:
            ConnectionCut: the answer is lost.
        """
        for effect in self._shaping:
            changed = await effect.after(self._call, answer)
            if changed is not None:
                answer = changed
        return answer
