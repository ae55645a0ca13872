"""The fixture ``suite``: tests of the plugin, run by a pytest of their own."""

from __future__ import annotations

import os

import pytest
from plugin_suite import INSTALLED, ROOT, Suite


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Suite:
    """A directory for tests of the plugin; coroutines need a mark unless a test says otherwise."""
    if not INSTALLED:
        path = os.pathsep.join([os.environ.get("PYTHONPATH", ""), str(ROOT), str(ROOT / "plugin")])
        monkeypatch.setenv("PYTHONPATH", path)
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    return Suite(pytester)
