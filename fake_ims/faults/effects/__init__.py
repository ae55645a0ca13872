"""What a fault does to a request: one small effect per file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    from ...api.call import Call
    from ...profiles.answer import Answer
    from ..fault import Fault
    from .semantic.sorts import Sort

#: Handles one request. A refusal has already become an answer.
Work = Callable[[], Awaitable["Answer"]]


class Effect(Protocol):
    """One thing that a fault does. Its string is the verb phrase in the fault's sentence.

    ``call.hold`` offers more than these three moments: see the body as it arrives, act when the
    call is over, remember something from one moment to the next.

    Attributes:
        terminal: whether it decides the outcome of the request. Only one fault with a terminal
            effect fires on a request: the first one, in order of adding.
        answers: whether a terminal effect sends a response that other effects can shape.
        shapes: which part of the response it shapes: 1 content, 2 framing, 3 speed; 0 for none.
            Effects that shape run last, in this order.
        decides: what it decides about a request. Two effects of one fault must not decide the
            same. Of several faults, the first to fire decides.
        by_chance: whether it draws from the fault's random generator.
        wraps: whether to call ``work``.
        sort: the operations that support it; None for all.
    """

    terminal: ClassVar[bool] = False
    answers: ClassVar[bool] = True
    shapes: ClassVar[int] = 0
    wraps: ClassVar[bool] = False
    sort: ClassVar[Sort | None] = None

    @property
    def decides(self) -> frozenset[str]:
        return _END if self.terminal else _NOTHING

    @property
    def by_chance(self) -> bool:
        return False

    def placed(self, fault: Fault) -> None:
        """Prepare: the fault is about to be added. May run outside the loop while it is parked.

        Raises:
            UsageError: the fault cannot be added.
        """
        return None

    def lifted(self, fault: Fault) -> None:
        """Clean up: the fault has been removed. May run outside the loop while it is parked."""
        return None

    def aimed(self, fault: Fault) -> Effect:
        """Return the effect for one request, with its random choices made."""
        return self

    async def before(self, call: Call) -> Answer | None:
        """Act before the request is handled. An answer replaces the handling.

        Raises:
            ConnectionCut: the client gets no response.
        """
        return None

    async def work(self, call: Call, do: Work) -> Answer:
        """Handle the request in another way: twice, on older data, ...

        Raises:
            ConnectionCut: the client gets no response.
        """
        return await do()

    async def after(self, call: Call, answer: Answer) -> Answer | None:
        """Act after the request is handled. An answer replaces the given one; None keeps it.

        Raises:
            ConnectionCut: the client gets no response.
        """
        return None


_NOTHING: frozenset[str] = frozenset()
_END = frozenset({"the outcome of the request"})

__all__ = ["Effect", "Work"]
