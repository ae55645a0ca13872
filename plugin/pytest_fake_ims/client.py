"""The fixture ``fake_ims_client``; imported only if pytest-aiohttp is active."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest
import pytest_asyncio

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from pytest_aiohttp import AiohttpClient

    from .client_type import FakeImsClient


@pytest_asyncio.fixture
async def fake_ims_client(
    request: pytest.FixtureRequest, aiohttp_client: AiohttpClient
) -> AsyncIterator[FakeImsClient]:
    """An aiohttp test client for a fake in the event loop of the test.

    The client sends a valid X-Auth-Token by default. fake_ims_client.fake is the fake.
    """
    from fake_ims import FakeIMS

    from . import fixtures, report, settings

    given = settings.for_test(request.node)
    fake = settings.apply(FakeIMS, settings.without_scenario(given))
    client = cast("FakeImsClient", await aiohttp_client(fake.app, headers=fake.headers))
    client.fake = fake
    scenario = settings.play(fake, given)
    report.reporter(request.config).watch("fake_ims_client", fake)
    report.reporter(request.config).ready(fake)
    yield client
    fixtures.note_unused(request.node, fake)
    fixtures.judge(fake, scenario)
