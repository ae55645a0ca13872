"""The fixture ``suite``: tests of the plugin, run by a pytest of their own."""

from __future__ import annotations

import pytest
from plugin_suite import Suite


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Suite:
    """A directory for tests of the plugin; the plugin comes in by its entry point."""
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    return Suite(pytester)
