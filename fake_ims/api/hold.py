"""What faults may hold on to in one call: its body as it arrives, its end, and notes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable

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

    def tapped(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """A body through the taps, which are used up by it. For the pipeline."""
        layers = [chunks]
        for tap in self.taps:
            layers.append(tap(layers[-1]))
        self.taps = []
        return _Tapped(layers)

    def at_end(self, act: Callable[[], object]) -> None:
        """Call this when the call is over: its answer is sent, lost, or given up by a reset."""
        self._ends.append(act)

    def end(self) -> None:
        """The call is over. For the pipeline."""
        while self._ends:
            self._ends.pop()()


class _Tapped(AsyncIterator[bytes]):
    """The last of several iterators, each of which reads from the one before.

    One that fails ends them all: left to the garbage collector, they would end in tasks.
    """

    def __init__(self, layers: list[AsyncIterator[bytes]]) -> None:
        self._layers = layers

    async def __anext__(self) -> bytes:
        try:
            return await self._layers[-1].__anext__()
        except BaseException:
            for layer in reversed(self._layers):
                if isinstance(layer, AsyncGenerator):
                    await layer.aclose()
            raise
