"""What a fault does to a request: one small effect in each file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    from ...api.call import Call
    from ...profiles.answer import Answer
    from ..fault import Fault
    from .semantic.sorts import Sort

#: The handler's work on one request; a refusal has become its answer.
Work = Callable[[], Awaitable["Answer"]]


class Effect(Protocol):
    """One thing that happens; prints as the verb that it adds to a fault's sentence.

    What it needs of a call beyond these three moments is in ``call.hold``: to see the body as it
    arrives, to act when the call is over, to remember something from one moment to the next.

    Attributes:
        terminal: whether it decides how the request ends. Only one fault with a terminal effect
            touches a request: the first that fires, in order of adding.
        answers: whether a terminal effect sends something that other effects can shape.
        shapes: whether it shapes the answer, whoever gave it: 1 what is in it, 2 how it is framed,
            3 how fast it goes out; in this order, after all others. 0 if it does not.
        decides: what it decides about a request; no other effect of the same fault may decide the
            same, and of several faults only the first to fire does.
        by_chance: whether it draws from the fault's own source of chance.
        wraps: whether ``work`` is to be called.
        sort: the sort of requests at which it means something; None for all.
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
        """The fault is about to be set; may run beside the loop, while that is parked.

        Raises:
            UsageError: it cannot be.
        """
        return None

    def lifted(self, fault: Fault) -> None:
        """The fault has been removed, or all are cleared; likewise."""
        return None

    def aimed(self, fault: Fault) -> Effect:
        """The effect for one request at which the fault fires: what chance decides is decided."""
        return self

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


_NOTHING: frozenset[str] = frozenset()
_END = frozenset({"how the request ends"})

__all__ = ["Effect", "Work"]
