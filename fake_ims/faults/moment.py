"""When an effect happens: before handling, in the middle of the request body, or after handling."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Literal

from aiohttp import web

from ..api.connection import ConnectionCut
from ..domain.refusal import Refused
from ..errors import UsageError
from .kinds import Setting, Values

if TYPE_CHECKING:
    from ..api.call import Call

Moment = Literal["before", "middle", "after"]

MOMENT = Setting("moment", {"enum": ["before", "middle", "after"]},
                 "when the effect happens: before the request is handled (default), after it is "
                 "handled, or in the middle of the request body: after half of its "
                 "Content-Length, or after the first chunk")

ALL: tuple[Moment, ...] = ("before", "middle", "after")
_SAID: dict[str, str] = {
    "before": "'before' (handling)",
    "middle": "'middle' (of the request body)",
    "after": "'after' (handling)",
}


def moment_of(
    values: Values, name: str = "moment", allowed: tuple[Moment, ...] = ALL
) -> Moment:
    """Return the moment that a setting names; ``before`` if it is left out.

    Raises:
        UsageError: the value is not a moment, or not one that this effect supports.
    """
    given = values.get(name, "before")
    for one in allowed:
        if given == one:
            return one
    raise UsageError(f"{name}={given!r}: expected {' or '.join(_SAID[one] for one in allowed)}")


class Middle:
    """Runs an action once, in the middle of one request's body.

    Without a body, the action runs before handling. If the handler does not read that far,
    ``catch_up`` reads on.
    """

    def __init__(self, call: Call, act: Callable[[], Awaitable[None]]) -> None:
        self._call = call
        self._act = act
        self._done = False

    async def begin(self) -> None:
        """Prepare, before handling. Raises what ``act`` raises."""
        if self._call.has_body:
            self._call.hold.taps.append(self._tap)
        else:
            await self._once()

    async def catch_up(self) -> None:
        """Run the action if it has not run, after handling. Raises what ``act`` raises."""
        if not self._done:
            async for _ in arriving(self._call):
                pass
            await self._once()

    async def _once(self) -> None:
        if not self._done:
            self._done = True
            await self._act()

    async def _tap(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        length = self._call.request.content_length
        left = None if length is None else length // 2
        async for chunk in chunks:
            if self._done:
                yield chunk
                continue
            first = chunk if left is None else chunk[:left]
            if first:
                yield first
            if left is not None:
                left -= len(first)
            if not left:
                await self._once()
                if len(first) < len(chunk):
                    yield chunk[len(first):]


async def arriving(call: Call) -> AsyncIterator[bytes]:
    """Yield the rest of a request's body, for an effect.

    Raises:
        ConnectionCut: the client has disconnected.
    """
    try:
        async for chunk in call.chunks():
            yield chunk
    except ConnectionError:
        raise ConnectionCut from None
    except web.RequestPayloadError:
        return  # the framing contradicts the headers: no more of the body can be read


async def have_arrived(call: Call) -> None:
    """Read the body that the handler will need, unless it is an upload.

    A request that has arrived is handled even if its client disconnects, as behind a proxy.

    Raises:
        ConnectionCut: the client has disconnected.
    """
    if not call.has_body or call.operation is None or call.operation.body not in ("json", "patch"):
        return
    try:
        await call.read()
    except ConnectionError:
        raise ConnectionCut from None
    except (web.RequestPayloadError, Refused):
        return  # the handler meets the same error and reports it
