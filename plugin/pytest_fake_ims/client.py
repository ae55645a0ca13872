"""The fixture ``fake_ims_client``; imported only if pytest-aiohttp is active."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from typing import Any

    from .client_type import FakeImsClient

_Scope = Literal["function", "class", "module", "package", "session"]


@pytest.fixture
def fake_ims_client(request: pytest.FixtureRequest) -> FakeImsClient:
    """An aiohttp test client for a fake in the event loop of the test.

    The client sends a valid X-Auth-Token by default. fake_ims_client.fake is the fake.
    """
    client: FakeImsClient = request.getfixturevalue(f"_fake_ims_client_{_loop_scope(request)}")
    return client


def _loop_scope(request: pytest.FixtureRequest) -> str:
    """Return the scope of the event loop that pytest-asyncio runs the test in."""
    marker = request.node.get_closest_marker("asyncio")
    given = None if marker is None else marker.kwargs.get("loop_scope", marker.kwargs.get("scope"))
    if given is None:
        try:
            given = request.config.getini("asyncio_default_test_loop_scope")
        except ValueError:  # before pytest-asyncio 0.26
            given = "function"
    return str(given)


def _client_in(scope: _Scope) -> Any:
    """Return a fixture that makes a client in the event loop of a scope."""
    # aiohttp_client of pytest-aiohttp works only in the loop of a test.
    @pytest_asyncio.fixture(loop_scope=scope, name=f"_fake_ims_client_{scope}")
    async def client_in_loop(request: pytest.FixtureRequest) -> AsyncIterator[FakeImsClient]:
        from fake_ims import FakeIMS

        from . import fixtures, report, settings

        given = settings.for_test(request.node)
        fake = settings.apply(FakeIMS, settings.without_scenario(given))
        async with TestClient(TestServer(fake.app), headers=fake.headers) as made:
            client = cast("FakeImsClient", made)
            client.fake = fake
            scenario = settings.play(fake, given)
            report.reporter(request.config).watch("fake_ims_client", fake)
            yield client
            fixtures.note_unused(request.node, fake)
            fixtures.judge(fake, scenario)

    return client_in_loop


_in_function = _client_in("function")
_in_class = _client_in("class")
_in_module = _client_in("module")
_in_package = _client_in("package")
_in_session = _client_in("session")
