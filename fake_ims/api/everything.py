"""One aiohttp resource for all paths. The contract decides where a path leads."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from aiohttp import HttpVersion11, web
from aiohttp.web_urldispatcher import UrlMappingMatchInfo
from yarl import URL

from ..domain.sound import readable

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Finish = Callable[[web.Request, web.StreamResponse], Awaitable[web.StreamResponse]]


class Everything(web.AbstractResource):
    """Routes every request to one handler.

    A pattern for all paths would do the same. This class is cheaper to create and needs no regular
    expression per request.

    Args:
        handler: responds to a request.
        finish: takes care of a response that does not come from the handler.
        mounted: called with the path below which another application mounts this one.
        root: where aiohttp finds the resource. It looks from the path of the request upwards, so
            it finds a longer root earlier.
    """

    def __init__(
        self, handler: Handler, finish: Finish, mounted: Callable[[str], None], root: str
    ) -> None:
        super().__init__()
        self._root = root
        self._finish = finish
        self._mounted = mounted
        self._route = web.ResourceRoute("*", handler, self, expect_handler=self._expect)

    async def _expect(self, request: web.Request) -> web.StreamResponse | None:
        """Answer ``Expect`` as aiohttp does, but also if the client has gone or sends no text."""
        expected = request.headers.get("Expect", "")
        if request.version != HttpVersion11:
            return None
        if expected.lower() != "100-continue":
            return await self._finish(request, web.Response(
                status=417, text=f"Unknown Expect: {readable(expected)}"))
        with contextlib.suppress(ConnectionError):
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            request.writer.output_size = 0  # it is not a part of the response
        return None

    @property
    def canonical(self) -> str:
        """The root. aiohttp tries ``/`` last, for every path."""
        return self._root

    def url_for(self, **kwargs: str) -> URL:
        """Return the root, because the resource has no path of its own."""
        return URL("/")

    def add_prefix(self, prefix: str) -> None:
        """Serve below a path of another application. aiohttp's ``add_subapp`` calls it."""
        self._root = prefix + self._root.rstrip("/")
        self._mounted(prefix)

    def get_info(self) -> Any:
        """Return what aiohttp lists for the resource."""
        return {"path": "/"}

    def raw_match(self, path: str) -> bool:
        """Match every path."""
        return True

    async def resolve(self, request: web.Request) -> tuple[UrlMappingMatchInfo | None, set[str]]:
        """Match every request."""
        return UrlMappingMatchInfo({}, self._route), {"*"}

    def __len__(self) -> int:
        return 1

    def __iter__(self) -> Iterator[web.AbstractRoute]:
        return iter((self._route,))
