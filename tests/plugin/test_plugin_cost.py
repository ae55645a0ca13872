"""A run that does not use the fake pays nothing for it."""

from __future__ import annotations

import json

import pytest
from plugin_suite import Suite

LIST = """
    import json, pathlib, sys

    def pytest_unconfigure():
        pathlib.Path("modules.json").write_text(json.dumps(sorted(sys.modules)))
"""


def modules(suite: Suite, *args: str) -> set[str]:
    result = suite.pytester.runpytest_subprocess(*args)
    assert result.ret == 0
    return set(json.loads((suite.pytester.path / "modules.json").read_text()))


def test_an_empty_run_loads_one_small_module_of_ours(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    suite.pytester.makeconftest(LIST)
    suite.pytester.makepyfile(test_it="import pytest\n@pytest.mark.fake_ims\ndef test(): pass")
    without = modules(suite)
    suite.pytester.makeini("[pytest]\nfake_ims_saving = 30s\n")
    with_us = modules(suite, "-p", "pytest_fake_ims.plugin", "--fake-ims-auth=issued")
    assert with_us - without == {
        "pytest_fake_ims", "pytest_fake_ims.plugin"}


def test_beside_pytest_aiohttp_the_fake_itself_stays_out(suite: Suite) -> None:
    suite.pytester.makeconftest(LIST)
    suite.pytester.makepyfile(test_it="def test_it(): pass")
    assert {name for name in modules(suite) if "fake_ims" in name} == {
        "pytest_fake_ims", "pytest_fake_ims.plugin", "pytest_fake_ims.client"}
