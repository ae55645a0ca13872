"""What a fault does to a request: one small effect in each file."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    from ...api.answer import Answer
    from ...api.call import Call


class Effect(Protocol):
    """One thing that happens; prints as the verb that it adds to a fault's sentence.

    Attributes:
        terminal: whether it decides how the request ends. Only one fault with a terminal effect
            touches a request: the first that fires, in order of adding.
    """

    terminal: ClassVar[bool] = False

    async def before(self, call: Call) -> Answer | None:
        """Act before the work; an answer replaces the work.

        Raises:
            ConnectionCut: the client gets no answer.
        """
        return None

    async def after(self, call: Call, answer: Answer) -> Answer | None:
        """Act after the work; an answer replaces the one given, None keeps it.

        Raises:
            ConnectionCut: the client gets no answer.
        """
        return None


__all__ = ["Effect"]
