"""freezegun holds the clock: nothing hangs, and the fake's time is the frozen one."""

from __future__ import annotations

import pytest
from plugin_suite import Suite, prepare

HEAD = """
    from freezegun import freeze_time
    pytestmark = pytest.mark.fake_ims(saving="30s")

    def uploaded(fake):
        id = create(fake)
        upload(fake, id)
        assert show(fake, id) == "saving"
        return id
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Suite:
    """With processes that nothing has been imported in."""
    prepare(monkeypatch)
    return Suite(pytester)


def test_sync(suite: Suite) -> None:
    suite.write(HEAD + """
    def test_tick(fake_ims):
        with freeze_time("2024-05-01") as frozen:
            id = uploaded(fake_ims)
            frozen.tick(29)
            assert show(fake_ims, id) == "saving"
            frozen.tick(2)
            assert show(fake_ims, id) == "active"

    def test_move_to(fake_ims):
        with freeze_time("2024-05-01") as frozen:
            id = uploaded(fake_ims)
            frozen.move_to("2024-05-02")
            assert show(fake_ims, id) == "active"

    def test_ticking(fake_ims):
        # A ticking clock loses in tick() what it has ticked by itself: therefore not 31.
        with freeze_time("2024-05-01", tick=True) as frozen:
            id = uploaded(fake_ims)
            frozen.tick(120)
            assert show(fake_ims, id) == "active"

    @freeze_time("2024-05-01")
    def test_decorated(fake_ims):
        id = uploaded(fake_ims)
        with freeze_time("2024-05-01 00:00:31"):
            assert show(fake_ims, id) == "active"

    def test_wall_time_again(fake_ims):
        with freeze_time("2024-05-01"):
            id = uploaded(fake_ims)
        assert show(fake_ims, id) == "active"

    def test_made_under_ice(fake_ims_factory):
        with freeze_time("2024-05-01") as frozen:
            fake = fake_ims_factory()
            id = uploaded(fake)
            frozen.tick(31)
            assert show(fake, id) == "active"
            fake.stop()
    """)
    suite.passes(6)


@pytest.mark.parametrize("tick", ["False", "True"])
def test_all_fixtures_under_ice_from_the_first_to_the_last(suite: Suite, tick: str) -> None:
    suite.pytester.makeconftest(f"""
        import pytest
        from freezegun import freeze_time

        @pytest.fixture(scope="session", autouse=True)
        def frozen():
            with freeze_time("2024-05-01", tick={tick}) as frozen:
                yield frozen
    """)
    suite.write(HEAD + """
    def test_sync(fake_ims, frozen):
        id = uploaded(fake_ims)
        frozen.tick(120)
        assert show(fake_ims, id) == "active"

    def test_factory(fake_ims_factory, frozen):
        fake = fake_ims_factory()
        id = uploaded(fake)
        frozen.tick(120)
        assert show(fake, id) == "active"

    @pytest.mark.asyncio
    async def test_async(fake_ims, fake_ims_factory, frozen):
        in_loop = await fake_ims_factory.in_loop()
        id = uploaded(fake_ims)
        frozen.tick(120)
        assert show(fake_ims, id) == "active"
    """)
    suite.passes(3)


ASYNC = HEAD + """
    import aiohttp

    async def check(session, frozen):
        async with session.post("/v2/images", json=IMAGE) as answer:
            path = f"/v2/images/{(await answer.json())['id']}"
        async with session.put(path + "/file", data=b"data", headers=BINARY) as answer:
            assert answer.status == 204, await answer.text()
        for seconds, status in ((0, "saving"), (20, "saving"), (120, "active")):
            frozen.tick(seconds)
            async with session.get(path) as answer:
                assert (await answer.json())["status"] == status

    async def test_thread(fake_ims):
        with freeze_time("2024-05-01") as frozen:
            async with aiohttp.ClientSession(fake_ims.url, headers=fake_ims.headers) as session:
                await check(session, frozen)

    async def test_in_loop(fake_ims_factory):
        with freeze_time("2024-05-01", tick=TICK) as frozen:
            fake = await fake_ims_factory.in_loop()
            async with aiohttp.ClientSession(fake.url, headers=fake.headers) as session:
                await check(session, frozen)

    @freeze_time("2024-05-01")
    async def test_decorated(fake_ims):
        with freeze_time("2024-05-02") as frozen:
            async with aiohttp.ClientSession(fake_ims.url, headers=fake_ims.headers) as session:
                await check(session, frozen)
"""
CLIENT = """
    async def test_client(fake_ims_client):
        with freeze_time("2024-05-01") as frozen:
            await check(fake_ims_client, frozen)
"""


@pytest.mark.parametrize("tick", ["False", "True"])
def test_async_on_pytest_asyncio(suite: Suite, tick: str) -> None:
    suite.write((ASYNC + CLIENT).replace("TICK", tick))
    suite.passes(4, "-o", "asyncio_mode=auto")


def test_async_on_anyio(suite: Suite) -> None:
    suite.write(
        ASYNC.replace("TICK", "False").replace(
            'pytest.mark.fake_ims(saving="30s")',
            '[pytest.mark.fake_ims(saving="30s"), pytest.mark.anyio]')
        + """
    @pytest.fixture
    def anyio_backend():
        return "asyncio"
""")
    suite.passes(3, "-p", "no:asyncio", "-p", "no:aiohttp")
