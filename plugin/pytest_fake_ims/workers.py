"""Collects the reports of pytest-xdist workers; imported only in the controller."""

from __future__ import annotations

import pytest


class Listener:
    """Imports the report collectors on demand. In the controller no fixture does so, because no
    test runs there."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        told = {name for name, _ in report.user_properties}
        manager = self._config.pluginmanager
        if "fake_ims_sweep" in told and not manager.hasplugin("fake_ims_sweep"):
            from . import sweep

            sweep.register(self._config).pytest_runtest_logreport(report)
        if "fake_ims_unused" in told and not manager.hasplugin("fake_ims_report"):
            from . import report as reports

            reports.reporter(self._config).pytest_runtest_logreport(report)
