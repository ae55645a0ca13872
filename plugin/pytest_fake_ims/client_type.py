"""The type of the fixture ``fake_ims_client``, for annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.test_utils import TestClient

if TYPE_CHECKING:
    from fake_ims import FakeIMS


class FakeImsClient(TestClient[web.Request, web.Application]):
    """aiohttp's client, and its fake.

    Attributes:
        fake: the fake that it is a client of.
    """

    __test__ = False  # no class of tests, though aiohttp's name begins like one
    fake: FakeIMS
