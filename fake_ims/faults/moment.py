"""When within a request a fault strikes: before its work, in the middle of its body, after it."""

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
                 "when it strikes: before the work (if nothing is said), after it, or in the "
                 "middle of the request's body: past half of its Content-Length, or past its "
                 "first chunk")

ALL: tuple[Moment, ...] = ("before", "middle", "after")
_SAID: dict[str, str] = {
    "before": "'before' (the work)",
    "middle": "'middle' (of the request's body)",
    "after": "'after' (the work)",
}


def moment_of(
    values: Values, name: str = "moment", allowed: tuple[Moment, ...] = ALL
) -> Moment:
    """The moment that a setting tells; ``before`` if it is left out.

    Raises:
        UsageError: it is none, or not one for this effect.
    """
    given = values.get(name, "before")
    for one in allowed:
        if given == one:
            return one
    raise UsageError(f"{name}={given!r}: it is {' or '.join(_SAID[one] for one in allowed)}")


class Middle:
    """The middle of one request's body, and what is to happen there, once.

    A request without a body has it before its work. If the work is done without reading so much
    of the body, ``catch_up`` reads on.
    """

    def __init__(self, call: Call, act: Callable[[], Awaitable[None]]) -> None:
        self._call = call
        self._act = act
        self._done = False

    async def begin(self) -> None:
        """Before the work. Raises what ``act`` raises."""
        if self._call.has_body:
            self._call.hold.taps.append(self._tap)
        else:
            await self._once()

    async def catch_up(self) -> None:
        """After the work. Raises what ``act`` raises."""
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
    """The rest of a request's body, for an effect.

    Raises:
        ConnectionCut: the client has gone away.
    """
    try:
        async for chunk in call.chunks():
            yield chunk
    except ConnectionError:
        raise ConnectionCut from None
    except web.RequestPayloadError:
        return  # it is not framed as its headers say: nothing more of it can be read


async def have_arrived(call: Call) -> None:
    """Let the body arrive that the work will need, but no upload.

    What has arrived is worked on though its client goes away, as behind a proxy.

    Raises:
        ConnectionCut: the client has gone away.
    """
    if not call.has_body or call.operation is None or call.operation.body not in ("json", "patch"):
        return
    try:
        await call.read()
    except ConnectionError:
        raise ConnectionCut from None
    except (web.RequestPayloadError, Refused):
        return  # the work meets the same, and says it properly
