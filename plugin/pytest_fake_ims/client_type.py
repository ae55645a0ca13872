"""The type of the fixture ``fake_ims_client``, for annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.test_utils import TestClient

if TYPE_CHECKING:
    from fake_ims import FakeIMS


class FakeImsClient(TestClient[web.Request, web.Application]):
    """The type of the fixture ``fake_ims_client``: aiohttp's test client with a ``fake``.

    Attributes:
        fake: the fake that the client sends its requests to.
    """

    __test__ = False  # pytest collects what begins with Test
    fake: FakeIMS
