"""What a fault does to a request: one small effect in each file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    from ...api.answer import Answer
    from ...api.call import Call

#: The handler's work on one request; a refusal has become its answer.
Work = Callable[[], Awaitable["Answer"]]


class Effect(Protocol):
    """One thing that happens; prints as the verb that it adds to a fault's sentence.

    What it needs of a call beyond these three moments is in ``call.hold``: to see the body as it
    arrives, to act when the call is over, to remember something from one moment to the next.

    Attributes:
        terminal: whether it decides how the request ends. Only one fault with a terminal effect
            touches a request: the first that fires, in order of adding.
        wraps: whether ``work`` is to be called.
    """

    terminal: ClassVar[bool] = False
    wraps: ClassVar[bool] = False

    async def before(self, call: Call) -> Answer | None:
        """Act before the work; an answer replaces the work.

        Raises:
            ConnectionCut: the client gets no answer.
        """
        return None

    async def work(self, call: Call, do: Work) -> Answer:
        """Do the work in another way: twice, on older data, ...

        Raises:
            ConnectionCut: the client gets no answer.
        """
        return await do()

    async def after(self, call: Call, answer: Answer) -> Answer | None:
        """Act after the work; an answer replaces the one given, None keeps it.

        Raises:
            ConnectionCut: the client gets no answer.
        """
        return None


__all__ = ["Effect", "Work"]
