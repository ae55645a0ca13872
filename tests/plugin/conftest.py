"""The fixture ``suite``: tests of the plugin, run by a pytest of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fork_server import ForkServer
from plugin_suite import Suite, prepare


@pytest.fixture(scope="package")
def _server() -> Iterator[ForkServer]:
    with ForkServer("module", "pytest", "plugin.preload") as server:
        yield server


@pytest.fixture
def suite(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, _server: ForkServer
) -> Suite:
    """A directory for tests of the plugin; the plugin comes in by its entry point."""
    prepare(monkeypatch)
    return Suite(pytester, _server)
