"""One aiohttp resource for every path: where paths lead is the contract's to say."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any, NoReturn

from aiohttp import web
from aiohttp.web_urldispatcher import UrlMappingMatchInfo
from yarl import URL


class Everything(web.AbstractResource):
    """Takes every request of every method to one handler.

    A pattern for all paths would do the same; this one costs nothing to make and no regular
    expression a request.
    """

    def __init__(self, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> None:
        super().__init__()
        self._route = web.ResourceRoute("*", handler, self)

    @property
    def canonical(self) -> str:
        """Where aiohttp looks last, for every path."""
        return "/"

    def url_for(self, **kwargs: str) -> URL:
        """It stands for no path of its own."""
        return URL("/")

    def add_prefix(self, prefix: str) -> NoReturn:
        """The fake's paths are those of the service.

        Raises:
            RuntimeError: always.
        """
        raise RuntimeError("the application of a fake cannot be mounted below another path")

    def get_info(self) -> Any:
        """What aiohttp lists of it."""
        return {"path": "/"}

    def raw_match(self, path: str) -> bool:
        """Every path is one of its."""
        return True

    async def resolve(self, request: web.Request) -> tuple[UrlMappingMatchInfo | None, set[str]]:
        """Every request is one of its."""
        return UrlMappingMatchInfo({}, self._route), {"*"}

    def __len__(self) -> int:
        return 1

    def __iter__(self) -> Iterator[web.AbstractRoute]:
        return iter((self._route,))
