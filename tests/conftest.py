"""What all tests share."""

from __future__ import annotations

import gc
import importlib
from typing import TYPE_CHECKING

import pytest
from wire import Wire

if TYPE_CHECKING:
    from fake_ims import FakeIMS

pytest_plugins = ["pytester", "codes_seen"]


@pytest.fixture
def wire(fake_ims: FakeIMS) -> Wire:
    """The default tenant, over plain HTTP."""
    return Wire(fake_ims.url, fake_ims.headers)


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


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Keep the garbage collector from the tests and modules: they stay, and they are many."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Leave the faults that never fired out of the summary: tests of faults add many on purpose."""
    report.user_properties = [one for one in report.user_properties
                              if one[0] != "fake_ims_unused"]
