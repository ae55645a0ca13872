"""Clients as they come from PyPI: each is told where the fake is as its users tell it."""

from __future__ import annotations

import importlib

import pytest

# What clients warn of themselves, whatever they are asked to do.
_THEIRS = ("ignore::DeprecationWarning", "ignore::PendingDeprecationWarning",
           "ignore::ResourceWarning", "ignore:.*pkg_resources:UserWarning")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "clients" in item.path.parts:
            for warning in _THEIRS:
                item.add_marker(pytest.mark.filterwarnings(warning))


@pytest.fixture
def otcextensions_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What loading otcextensions changes in openstacksdk goes back after the test."""
    for module, owner, *names in (
        ("openstack.exceptions", "", "raise_from_response"),
        ("openstack.proxy", "Proxy", "_report_stats_statsd", "_report_stats_influxdb"),
        ("openstack.compute.v2.server", "Server", "add_tag", "remove_tag", "_get_tag_struct",
         "_prepare_override_url"),
        ("openstack.network.v2.service_provider", "ServiceProvider", "list"),
    ):
        found = importlib.import_module(module)
        target = getattr(found, owner) if owner else found
        for name in names:
            monkeypatch.setattr(target, name, getattr(target, name, None), raising=False)
