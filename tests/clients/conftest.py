"""Clients as they come from PyPI: each is told where the fake is as its users tell it."""

from __future__ import annotations

import pytest

# What clients warn of themselves, whatever they are asked to do.
_THEIRS = ("ignore::DeprecationWarning", "ignore::PendingDeprecationWarning",
           "ignore::ResourceWarning", "ignore:.*pkg_resources:UserWarning")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "clients" in item.path.parts:
            for warning in _THEIRS:
                item.add_marker(pytest.mark.filterwarnings(warning))
