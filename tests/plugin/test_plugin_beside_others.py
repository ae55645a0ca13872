"""The plugin beside the plugins and switches of our users."""

from __future__ import annotations

import pytest
from plugin_suite import ASYNCIO_SCOPE, Suite

SYNC = """
    def test_sync(fake_ims):
        create(fake_ims)
        assert count(fake_ims) == 1
"""
ASYNC = """
    async def test_async(fake_ims, fake_ims_factory):
        import aiohttp
        in_loop = await fake_ims_factory.in_loop()
        for fake in (fake_ims, in_loop):
            async with aiohttp.ClientSession(fake.url, headers=fake.headers) as session:
                async with session.post("/v2/images", json=IMAGE) as answer:
                    assert answer.status == 201
        assert count(fake_ims) == 1
"""
CLIENT = """
    async def test_client(fake_ims_client):
        async with fake_ims_client.post("/v2/images", json=IMAGE) as answer:
            assert answer.status == 201
"""


def marked(mark: str, source: str) -> str:
    return source.replace("    async def", f"    @pytest.mark.{mark}\n    async def", 1)


def test_pytest_asyncio_auto(suite: Suite) -> None:
    suite.write(SYNC + ASYNC)
    suite.passes(2, "-o", "asyncio_mode=auto", "-p", "no:anyio", "-p", "no:aiohttp")


def test_pytest_asyncio_strict(suite: Suite) -> None:
    suite.write(SYNC + marked("asyncio", ASYNC))
    suite.passes(2, "-o", "asyncio_mode=strict", "-p", "no:anyio", "-p", "no:aiohttp")


@pytest.mark.parametrize("scope", ["module", "session"])
def test_pytest_asyncio_with_one_loop_for_more_tests(suite: Suite, scope: str) -> None:
    mark = f"asyncio(loop_scope='{scope}')"
    again = ASYNC.replace("test_async", "test_again")
    suite.write(SYNC + marked(mark, ASYNC) + marked(mark, again))
    suite.passes(3)


@pytest.mark.parametrize("mode", ["auto", "strict"])
def test_pytest_aiohttp(suite: Suite, mode: str) -> None:
    suite.write(SYNC + marked("asyncio", ASYNC) + marked("asyncio", CLIENT))
    suite.passes(3, "-o", f"asyncio_mode={mode}")


def test_anyio_on_asyncio(suite: Suite) -> None:
    suite.write(SYNC + marked("anyio", ASYNC) + """
    @pytest.fixture
    def anyio_backend():
        return "asyncio"
""")
    suite.passes(2, "-p", "no:asyncio", "-p", "no:aiohttp")


def test_anyio_on_trio_with_the_fake_in_its_thread(suite: Suite) -> None:
    suite.write("""
    @pytest.fixture
    def anyio_backend():
        return "trio"

    @pytest.mark.anyio
    async def test_trio(fake_ims, fake_ims_factory):
        import anyio.to_thread
        for fake in (fake_ims, fake_ims_factory(profile="openstack")):
            await anyio.to_thread.run_sync(create, fake)
            assert await anyio.to_thread.run_sync(count, fake) == 1
    """)
    suite.passes(1)


def test_xdist_has_a_fake_for_each_worker(suite: Suite) -> None:
    suite.write("""
    import os, pathlib

    @pytest.mark.parametrize("turn", range(8))
    def test_it(fake_ims, turn):
        create(fake_ims)
        assert count(fake_ims) == 1
        line = f"{os.environ['PYTEST_XDIST_WORKER']} {fake_ims.url}\\n"
        with open("urls", "a") as urls:
            urls.write(line)

    def test_fails(fake_ims):
        create(fake_ims)
        assert False
    """)
    result = suite.run(
        "-n", "2", "-W", "error", "-W", ASYNCIO_SCOPE, "--fake-ims-profile=openstack")
    result.assert_outcomes(passed=8, failed=1)
    result.stdout.fnmatch_lines(["*-- fake_ims --*", "fake_ims: received 1 request"])
    lines = set((suite.pytester.path / "urls").read_text().splitlines())
    assert len(lines) == len({line.split()[0] for line in lines}) == 2
    assert len({line.split()[1] for line in lines}) == 2


def test_random_order(suite: Suite) -> None:
    source = SYNC + marked("asyncio", ASYNC) + """
    @pytest.mark.parametrize("profile", ["otc", "openstack"])
    @pytest.mark.parametrize("turn", range(5))
    def test_more(fake_ims, turn, profile):
        assert count(fake_ims) == 0
        assert fake_ims.profile == "otc"
        create(fake_ims)
        fake_ims.reset(profile=profile)
        create(fake_ims)
    """
    suite.write(source)
    for seed in ("1", "2", "3"):
        suite.passes(12, f"--randomly-seed={seed}", random=True)


@pytest.mark.parametrize(
    "switches",
    [
        ("-p", "no:cacheprovider"),
        ("--strict-markers", "--strict-config"),
        ("-p", "no:logging", "-p", "no:terminalreporter"),
        ("-p", "no:threadexception", "-p", "no:unraisableexception"),
        ("--import-mode=importlib", "-x", "-q"),
        ("-s", "--setup-show"),
    ],
)
def test_switches(suite: Suite, switches: tuple[str, ...]) -> None:
    suite.pytester.makeini("[pytest]\nfake_ims_profile = openstack\n")
    suite.write(SYNC + "\n    pytestmark = pytest.mark.fake_ims(auth='any')\n")
    result = suite.run("-W", "error", "-W", ASYNCIO_SCOPE, *switches)
    assert result.ret == 0


def test_unittest_classes_and_doctests(suite: Suite) -> None:
    suite.write('''
    import unittest

    @pytest.mark.fake_ims(profile="openstack")
    class TestCase(unittest.TestCase):
        @pytest.fixture(autouse=True)
        def _fake(self, fake_ims):
            self.fake = fake_ims

        def test_it(self):
            assert self.fake.profile == "openstack"
            assert count(self.fake) == 0

    class TestAsyncCase(unittest.IsolatedAsyncioTestCase):
        @pytest.fixture(autouse=True)
        def _fake(self, fake_ims):
            self.fake = fake_ims

        async def test_it(self):
            assert count(self.fake) == 0

    def documented():
        """
        >>> fake = getfixture("fake_ims")
        >>> count(fake)
        0
        """
    ''')
    suite.passes(3, "--doctest-modules", "-p", "no:asyncio", "-p", "no:aiohttp")
