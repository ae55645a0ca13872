"""What faults keep for one call: filters of its body, actions at its end, and notes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable

#: Filters the chunks of a request's body as they arrive. It may wait, change them, or cut.
Tap = Callable[[AsyncIterator[bytes]], AsyncIterator[bytes]]


class Hold:
    """What faults keep for one call.

    Attributes:
        taps: filters for the body, in order of use.
        notes: values that an effect or schedule stores for the call; it is itself the key.
    """

    __slots__ = ("_ends", "notes", "taps")

    def __init__(self) -> None:
        self.taps: list[Tap] = []
        self.notes: dict[object, object] = {}
        self._ends: list[Callable[[], object]] = []

    def tapped(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Apply the taps to a body, and remove them. Only the pipeline calls this."""
        layers = [chunks]
        for tap in self.taps:
            layers.append(tap(layers[-1]))
        self.taps = []
        return _Tapped(layers)

    def at_end(self, act: Callable[[], object]) -> None:
        """Call ``act`` at the end of the call: response sent, connection lost, or a reset."""
        self._ends.append(act)

    def end(self) -> None:
        """End the call. Only the pipeline calls this."""
        while self._ends:
            self._ends.pop()()


class _Tapped(AsyncIterator[bytes]):
    """The last of several chained iterators.

    If one fails, all are closed here. The garbage collector would close them in new tasks.
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
