"""What pytest sees: options, marker and fixtures.

This module is imported into every run of everybody who has ``fake-ims`` installed. It and
``settings`` therefore import nothing that pytest has not imported itself; ``fake_ims``, aiohttp
and the rest of the plugin come in when a test asks for a fixture.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import pytest

from . import settings

if TYPE_CHECKING:
    from fake_ims import FakeIMS

    from .fixtures import FakeImsFactory


def pytest_addoption(parser: pytest.Parser) -> None:
    settings.add_options(parser)


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(
    parser: pytest.Parser, args: list[str]
) -> Generator[None, None, None]:
    yield
    settings.refuse_unknown_options(parser, args)


def pytest_configure(config: pytest.Config) -> None:
    settings.refuse_unknown_ini(config)
    config.addinivalue_line("markers", settings.MARKER_HELP)
    # An async fixture needs the mark of pytest-asyncio, which only pytest-aiohttp brings in.
    manager = config.pluginmanager
    if manager.hasplugin("aiohttp") or manager.hasplugin("pytest_aiohttp.plugin"):
        from . import client

        manager.register(client, "fake_ims_client")
    else:
        manager.register(_NoClient(), "fake_ims_client")


@pytest.fixture(scope="session")
def fake_ims_server(request: pytest.FixtureRequest) -> Iterator[FakeIMS]:
    """The one fake of this run (of this xdist worker), in a thread of its own; never reset."""
    from . import fixtures

    yield from fixtures.server(request)


@pytest.fixture
def fake_ims(request: pytest.FixtureRequest, fake_ims_server: FakeIMS) -> FakeIMS:
    """A clean fake for this test: fake_ims_server, reset, with the settings of the marker."""
    from . import fixtures

    return fixtures.clean(request, fake_ims_server)


@pytest.fixture
def fake_ims_factory(request: pytest.FixtureRequest) -> Iterator[FakeImsFactory]:
    """More fakes: fake_ims_factory(profile=...), or await fake_ims_factory.in_loop(...)."""
    from . import fixtures

    yield from fixtures.factory(request)


class _NoClient:
    @pytest.fixture
    def fake_ims_client(self) -> None:
        """An aiohttp client on a fake in the test's loop. Needs pytest-aiohttp."""
        pytest.fail(
            "fake_ims_client is built on pytest-aiohttp's fixture aiohttp_client, which is not "
            "there: pip install pytest-aiohttp, and do not switch it off with -p no:aiohttp. "
            "The fixture fake_ims works without it.",
            pytrace=False,
        )
