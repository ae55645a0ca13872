"""The entry point for pytest: options, markers and fixtures.

pytest imports this module in every run wherever ``fake-ims`` is installed, so it must be cheap. It
imports only what pytest has imported already. ``fake_ims``, aiohttp and the rest of the plugin are
imported when a test requests a fixture, or to report an error.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from fake_ims import FakeIMS

    from .fixtures import FakeImsFactory

# The settings of the marker; also options --fake-ims-NAME, and fake_ims_NAME in the ini file. They
# are here, and settings.py imports them, because an empty run must load this module only.
NAMES = {
    "profile": "service to imitate: otc (default) is Open Telekom Cloud's IMS, openstack is plain "
    "Glance",
    "auth": "tokens to accept: any token (default); issued: only tokens that the fake issued; "
    "triple: USER:PROJECT:ROLES",
    "saving": "time until an uploaded image becomes active: a duration such as 30s (default: 0s), "
    "polls(3) or 'by hand'",
    "deleting": "time until a deleted image disappears: a duration (default: 0s), polls(3) or "
    "'by hand'",
    "jobs": "time until an asynchronous job ends: a duration (default: 0s), polls(3) or 'by hand'",
    "region": "region name in the service catalog (default: eu-de)",
    "seed": "seed for faults that fire at random: an integer or a string (default: 0)",
    "strict": "'true' fails a test for requests that no correct client sends, and for unused "
    "faults",
    "glance": "options of Glance, such as 'image_tag_quota=10; api_limit_max=50'; a mapping in the "
    "marker; 'fake-ims options' lists them",
    "prefix": "path below which the image service answers, such as /image",
    "endpoint": "path behind it in the catalog's image endpoint, such as /v2",
    "regions": "further regions in the service catalog, separated by commas; a list in the marker",
    "scenario": "scenario file to play (TOML or JSON), relative to the test file (marker), the ini "
    "file, or the working directory (command line)",
}
# Options --fake-ims-sweep-NAME, and fake_ims_sweep_NAME in the ini file; their texts are in
# fake_ims.sweeping.options.
SWEEP = ("kinds", "skip", "operations", "depth", "budget", "survive", "expect", "allow", "patience",
         "full", "real-time")
SWITCHES = ("full", "real-time")
# More of them, for the run as a whole.
FOR_ALL: dict[str, tuple[str, dict[str, Any]]] = {
    "case": ("run only this case; the report of a sweep names the cases", {"metavar": "CASE"}),
    "report": ("write the report to this file: .html for people, .json for programs, .xml as JUnit "
               "XML; 'github' prints the findings as annotations of GitHub Actions instead; can be "
               "given more than once", {"metavar": "FILE", "action": "append"}),
    "update-baseline": ("write the cases that go wrong now to the baseline",
                        {"action": "store_true"}),
}
BASELINE = ("file with the cases that are known to go wrong, each with a reason; only other cases "
            "fail the run")
# Imported as soon as a test is decorated with @sweep.
DECORATOR = "fake_ims.sweeping.mark"


class _Text(str):
    """The help of an option of the sweep. Only --help reads it, and imports fake_ims for it."""

    __slots__ = ()

    def __mod__(self, values: object) -> str:
        from fake_ims.sweeping.options import TABLE

        return TABLE[self]


def pytest_addoption(parser: pytest.Parser) -> None:
    # Without dest=, pytest compares each option with all others.
    group = parser.getgroup("fake_ims", "fake Image Management Service (fake_ims)")
    for name, text in NAMES.items():
        group.addoption(f"--fake-ims-{name}", dest=f"fake_ims_{name}", metavar=name.upper(),
                        help=text)
        parser.addini(f"fake_ims_{name}", text, type="string", default=None)
    group.addoption("--fake-ims-sweep", dest="fake_ims_sweep", action="store_true",
                    help="run each test that uses a fake again, once for every possible failure of "
                    "every request")
    for name in SWEEP:
        dest = f"fake_ims_sweep_{name.replace('-', '_')}"
        how = {"action": "store_true"} if name in SWITCHES else {"metavar": name.upper()}
        group.addoption(f"--fake-ims-sweep-{name}", dest=dest, help=_Text(name), **how)
        parser.addini(dest, f"as --fake-ims-sweep-{name}", type="string", default=None)
    group.addoption("--fake-ims-sweep-baseline", dest="fake_ims_sweep_baseline", metavar="FILE",
                    help=BASELINE)
    parser.addini("fake_ims_sweep_baseline", BASELINE, type="string", default=None)
    for name, (text, more) in FOR_ALL.items():
        group.addoption(f"--fake-ims-sweep-{name}", help=text, **more,
                        dest=f"fake_ims_sweep_{name.replace('-', '_')}")


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(
    parser: pytest.Parser, args: list[str]
) -> Generator[None, None, None]:
    yield  # conftest files can add options of their own
    for arg in args:
        name = arg[11:].partition("=")[0]
        if arg.startswith("--fake-ims-") and name not in NAMES and not _is_sweep(name):
            from . import settings

            settings.refuse_unknown_option(parser, arg)


def _is_sweep(name: str, *, ini: bool = False) -> bool:
    """Return whether this is the name of an option of the sweep, without its prefix."""
    if name == "sweep":
        return not ini
    inner = name[6:] if name.startswith("sweep-") else ""
    return inner in SWEEP or inner == "baseline" or (not ini and inner in FOR_ALL)


def pytest_configure(config: pytest.Config) -> None:
    # pytest only warns about unknown ini options. If both attributes are gone, its warning remains.
    ini = vars(config).get("_inicfg") or vars(config).get("inicfg")  # pytest 9, pytest 8
    for key in ini or ():
        if key.startswith("fake_ims_") and key[9:] not in NAMES and not (
                _is_sweep(key[9:].replace("_", "-"), ini=True)):
            from . import settings

            settings.refuse_unknown_ini(config, key)
    config.addinivalue_line(
        "markers", f"fake_ims({'=..., '.join(NAMES)}=...): settings of the fake for a test, class "
        "or module. The marker closest to the test wins, setting by setting.")
    config.addinivalue_line(
        "markers", "fake_ims_sweep(kinds=..., skip=..., survive=..., ...): run this test again "
        "for every possible failure of its requests; same as @sweep.")
    if config.getoption("fake_ims_sweep") or config.getoption("fake_ims_sweep_case"):
        from . import sweep

        sweep.register(config)
    elif config.getoption("dist", "no") != "no" and not hasattr(config, "workerinput"):
        from . import workers

        config.pluginmanager.register(workers.Listener(config))
    # The async fixture needs pytest-asyncio, which pytest-aiohttp requires.
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
    """The session-wide fake, in its own thread. fake_ims resets it before each test.

    With pytest-xdist, each worker has its own.
    """
    from . import fixtures

    yield from fixtures.server(request)


@pytest.fixture
def fake_ims(
    request: pytest.FixtureRequest, fake_ims_server: FakeIMS
) -> Iterator[FakeIMS]:
    """A running fake of the Image Management Service, reset before each test.

    fake_ims.url is its URL, and fake_ims.headers contains a valid token. Change its settings with
    @pytest.mark.fake_ims(...).
    """
    from . import fixtures

    yield from fixtures.clean(request, fake_ims_server)


@pytest.fixture
def fake_ims_env(fake_ims: FakeIMS, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Set the environment variables OS_* and HUAWEICLOUD_SDK_* so that clients use fake_ims.

    Returns the variables. Other variables with these prefixes are removed during the test.
    """
    from . import fixtures

    return fixtures.environment(fake_ims, monkeypatch)


@pytest.fixture
def fake_ims_factory(request: pytest.FixtureRequest) -> Iterator[FakeImsFactory]:
    """A factory of more fakes for this test.

    fake_ims_factory(profile=...) starts one in its own thread.
    await fake_ims_factory.in_loop(...) starts one in the asyncio loop of the test.
    """
    from . import fixtures

    yield from fixtures.factory(request)


@pytest.fixture
def fake_ims_client() -> None:
    """An aiohttp test client for a fake in the event loop of the test.

    Requires pytest-aiohttp.
    """
    # If pytest-aiohttp is active, the fixture of this name in client.py overrides this one.
    from . import settings

    settings.fail("the fixture fake_ims_client requires pytest-aiohttp: run 'pip install "
                  "pytest-aiohttp', and do not disable it with -p no:aiohttp. The fixture fake_ims "
                  "works without it")
