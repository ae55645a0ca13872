"""What pytest sees: options, marker and fixtures.

This module is imported into every run of everybody who has ``fake-ims`` installed, and pytest
reads it in a slow way (it unmarshals the code of plugins from a file, bit by bit). Therefore it
is small and imports nothing that pytest has not imported itself: ``fake_ims``, aiohttp and the
rest of the plugin come in when a test asks for a fixture, or for an error message.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from fake_ims import FakeIMS

    from .fixtures import FakeImsFactory

# The settings of the marker; also --fake-ims-NAME and, in the ini file, fake_ims_NAME.
NAMES = {
    "profile": "service that the fake plays: otc (default) or openstack",
    "auth": "how tokens are read: any (default), issued or triple",
    "saving": "when an upload ends: a duration such as 30s (default 0s), polls(3), 'by hand'",
    "deleting": "when a deletion ends: a duration (default 0s), polls(3), 'by hand'",
    "jobs": "when an asynchronous job ends: a duration (default 0s), polls(3), 'by hand'",
    "region": "name of the region, in the service catalog (default eu-de)",
    "seed": "of the chance that faults have: a whole number or a text (default 0)",
    "strict": "true: a test fails for requests that no client should send, and unused faults",
    "scenario": "scenario file to play: TOML or JSON, relative to the test's file, the ini file, "
    "or the working directory",
}
# Options --fake-ims-sweep-NAME; see sweep_settings.py.
SWEEP: dict[str, tuple[str, dict[str, Any]]] = {
    "depth": ("so many failures in one run (default 1)", {}),
    "budget": ("runs for a test, or a time such as 30s; the rest is counted and named", {}),
    "case": ("run this one case, as the report names it", {}),
    "report": ("file to write, .json or .html; may be given twice", {"action": "append"}),
    "patience": ("real seconds that a client may wait for an answer (default 1)", {}),
    "real-time": ("let time.sleep take its time", {"action": "store_true"}),
}
# Loaded once a test is decorated with @sweep.
DECORATOR = "fake_ims.sweeping.mark"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("fake_ims", "fake Image Management Service (fake_ims)")
    for name, text in NAMES.items():
        group.addoption(f"--fake-ims-{name}", help=text)
        parser.addini(f"fake_ims_{name}", text, type="string", default=None)
    group.addoption("--fake-ims-sweep", nargs="?", const="all", metavar="KINDS",
                    help="run each test with a fake again for each failure of each of its "
                    "requests: all (default), or some of statuses,connection,semantic")
    for name, (text, settings) in SWEEP.items():
        group.addoption(f"--fake-ims-sweep-{name}", help=text, **settings)


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(
    parser: pytest.Parser, args: list[str]
) -> Generator[None, None, None]:
    yield  # conftest files may add options of their own
    for arg in args:
        name = arg[11:].partition("=")[0]
        if arg.startswith("--fake-ims-") and name not in NAMES and not (
            name == "sweep" or (name.startswith("sweep-") and name[6:] in SWEEP)
        ):
            from . import settings

            settings.refuse_unknown_option(parser, arg)


def pytest_configure(config: pytest.Config) -> None:
    # pytest only warns of unknown ini values. Should it hide them, its warning has to do.
    ini = vars(config).get("_inicfg") or vars(config).get("inicfg")  # pytest 9, pytest 8
    for key in ini or ():
        if key.startswith("fake_ims_") and key[9:] not in NAMES:
            from . import settings

            settings.refuse_unknown_ini(config, key)
    config.addinivalue_line(
        "markers", f"fake_ims({'=..., '.join(NAMES)}=...): settings of the fake in this test, "
        "class or module; the nearest wins, key by key.")
    config.addinivalue_line(
        "markers", "fake_ims_sweep(kinds=..., depth=..., budget=..., expect=..., allow=...): what "
        "@sweep (from fake_ims import sweep) sets: try every failure of this test.")
    if config.getoption("fake_ims_sweep") or config.getoption("fake_ims_sweep_case"):
        from . import sweep

        sweep.register(config)
    elif config.getoption("dist", "no") != "no" and not hasattr(config, "workerinput"):
        from . import workers

        config.pluginmanager.register(workers.Listener(config))
    # An async fixture needs the mark of pytest-asyncio, which only pytest-aiohttp brings in.
    manager = config.pluginmanager
    if manager.hasplugin("aiohttp") or manager.hasplugin("pytest_aiohttp.plugin"):
        from . import client

        manager.register(client, "fake_ims_client")


def pytest_collection_modifyitems(config: pytest.Config) -> None:
    if DECORATOR in sys.modules:
        from . import sweep

        sweep.register(config)


@pytest.fixture(scope="session")
def fake_ims_server(request: pytest.FixtureRequest) -> Iterator[FakeIMS]:
    """The one fake of this run (of this xdist worker), in a thread of its own; never reset."""
    from . import fixtures

    yield from fixtures.server(request)


@pytest.fixture
def fake_ims(
    request: pytest.FixtureRequest, fake_ims_server: FakeIMS
) -> Iterator[FakeIMS]:
    """A clean fake for this test: fake_ims_server, reset, with the settings of the marker."""
    from . import fixtures

    yield from fixtures.clean(request, fake_ims_server)


@pytest.fixture
def fake_ims_env(fake_ims: FakeIMS, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """OS_* and HUAWEICLOUD_SDK_* lead to fake_ims, and nowhere else, for this test."""
    from . import fixtures

    return fixtures.environment(fake_ims, monkeypatch)


@pytest.fixture
def fake_ims_factory(request: pytest.FixtureRequest) -> Iterator[FakeImsFactory]:
    """More fakes: fake_ims_factory(profile=...), or await fake_ims_factory.in_loop(...)."""
    from . import fixtures

    yield from fixtures.factory(request)


@pytest.fixture
def fake_ims_client() -> None:
    """An aiohttp client on a fake in the test's loop. Needs pytest-aiohttp."""
    # Beside pytest-aiohttp the fixture of the same name in client.py goes before this one.
    from . import settings

    settings.fail("this fixture needs pytest-aiohttp: pip install pytest-aiohttp, and do not "
                  "switch it off with -p no:aiohttp. The fixture fake_ims does without")
