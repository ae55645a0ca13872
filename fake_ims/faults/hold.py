"""What faults may hold on to in one call: its body as it arrives, its end, and notes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

#: Sees the chunks of a request's body as they arrive; may wait, change them, or cut.
Tap = Callable[[AsyncIterator[bytes]], AsyncIterator[bytes]]


class Hold:
    """The faults' hold on one call.

    Attributes:
        taps: what the body goes through, in this order, when it is read.
        notes: what an effect or schedule remembers about the call, by itself as the key.
    """

    __slots__ = ("_ends", "notes", "taps")

    def __init__(self) -> None:
        self.taps: list[Tap] = []
        self.notes: dict[object, object] = {}
        self._ends: list[Callable[[], object]] = []

    def at_end(self, act: Callable[[], object]) -> None:
        """Call this when the call is over: its answer is sent, lost, or given up by a reset."""
        self._ends.append(act)

    def end(self) -> None:
        """The call is over. For the pipeline."""
        while self._ends:
            self._ends.pop()()
