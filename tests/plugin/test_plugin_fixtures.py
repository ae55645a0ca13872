"""Each fixture, in sync and async tests."""

from __future__ import annotations

import pytest
from plugin_suite import Suite


def test_a_fake_is_clean_for_each_test_and_the_same_server_for_all(suite: Suite) -> None:
    suite.write("""
        urls = set()

        @pytest.mark.parametrize("turn", range(3))
        def test_sync(fake_ims, fake_ims_server, turn):
            assert fake_ims is fake_ims_server
            assert count(fake_ims) == 0
            create(fake_ims)
            urls.add(fake_ims.url)

        @pytest.mark.asyncio
        async def test_async(fake_ims):
            import aiohttp
            assert count(fake_ims) == 0
            async with aiohttp.ClientSession(fake_ims.url, headers=fake_ims.headers) as session:
                async with session.post("/v2/images", json=IMAGE) as answer:
                    assert answer.status == 201
            assert count(fake_ims) == 1
            urls.add(fake_ims.url)

        def test_one_server():
            assert len(urls) == 1
    """)
    suite.passes(5)


def test_the_server_of_the_run_is_not_reset_for_those_who_ask_for_it_alone(suite: Suite) -> None:
    suite.write("""
        def test_first(fake_ims_server):
            create(fake_ims_server)

        def test_second(fake_ims_server):
            assert count(fake_ims_server) == 1
    """)
    suite.passes(2)


def test_a_fake_that_a_test_stopped_runs_again_in_the_next(suite: Suite) -> None:
    suite.write("""
        def test_first(fake_ims):
            fake_ims.stop()

        def test_second(fake_ims):
            assert fake_ims.running
            assert count(fake_ims) == 0
    """)
    suite.passes(2)


def test_factory_makes_fakes_of_their_own_and_closes_them(suite: Suite) -> None:
    suite.write("""
        made = []

        def test_made(fake_ims, fake_ims_factory):
            one, two = fake_ims_factory(), fake_ims_factory(profile="openstack")
            create(one)
            assert [count(fake) for fake in (fake_ims, one, two)] == [0, 1, 0]
            assert len({fake.url for fake in (fake_ims, one, two)}) == 3
            assert (one.profile, two.profile) == ("otc", "openstack")
            made.extend((one, two))

        def test_closed(fake_ims):
            assert not any(fake.running for fake in made)
    """)
    suite.passes(2)


@pytest.mark.parametrize("mark", ["asyncio", "anyio"])
def test_factory_makes_a_fake_in_the_loop_of_the_test(suite: Suite, mark: str) -> None:
    suite.write(f"""
        import asyncio, threading
        import aiohttp
        made = []

        @pytest.fixture
        def anyio_backend():
            return "asyncio"

        @pytest.mark.{mark}
        async def test_made(fake_ims_factory):
            threads = threading.active_count()
            fake = await fake_ims_factory.in_loop(profile="openstack")
            assert threading.active_count() == threads
            async with aiohttp.ClientSession(fake.url, headers=fake.headers) as session:
                async with session.post("/v2/images", json=IMAGE) as answer:
                    assert answer.status == 201
            assert fake.running
            made.append(fake)

        def test_closed():
            assert not made[0].running
    """)
    suite.passes(2)


def test_fakes_are_closed_although_the_test_and_a_close_fail(suite: Suite) -> None:
    suite.write("""
        made = []

        def broken(fake, stop):
            stop()
            raise OSError("cannot close")

        @pytest.mark.asyncio
        async def test_fails(fake_ims_factory):
            for turn in range(4):
                fake = fake_ims_factory()
                made.append(fake)
                if turn % 2:
                    fake_ims_factory._request.addfinalizer(lambda: 1 / 0)
            made.append(await fake_ims_factory.in_loop())
            raise RuntimeError("the test failed")

        def test_all_closed():
            assert len(made) == 5
            assert not any(fake.running for fake in made)
    """)
    result = suite.run()
    result.assert_outcomes(failed=1, errors=1, passed=1)
    result.stdout.fnmatch_lines_random(["*the test failed*", "*ZeroDivisionError*"])


def test_misuse_of_the_factory_is_told(suite: Suite) -> None:
    suite.write("""
        from fake_ims.errors import NotRunningError, UsageError, WrongLoopError
        kept = []

        def test_names(fake_ims_factory):
            with pytest.raises(UsageError, match="did you mean 'profile'"):
                fake_ims_factory(profil="openstack")
            with pytest.raises(UsageError, match="did you mean 'openstack'"):
                fake_ims_factory(profile="opnstack")
            kept.append(fake_ims_factory)

        def test_over():
            with pytest.raises(NotRunningError, match="the test of this fake_ims_factory is over"):
                kept[0]()

        @pytest.mark.anyio
        @pytest.mark.parametrize("anyio_backend", ["trio"])
        async def test_trio(fake_ims_factory):
            with pytest.raises(WrongLoopError, match="requires a running asyncio loop"):
                await fake_ims_factory.in_loop()
    """)
    suite.passes(3)


@pytest.mark.parametrize("mode", ["auto", "strict"])
def test_client_is_in_the_loop_and_sends_the_token(suite: Suite, mode: str) -> None:
    suite.write("""
        import threading

        @pytest.mark.asyncio
        @pytest.mark.fake_ims(profile="openstack")
        async def test_client(fake_ims_client):
            assert threading.active_count() == 1
            async with fake_ims_client.post("/v2/images", json=IMAGE) as answer:
                assert answer.status == 201
            async with fake_ims_client.get("/v2/images", headers={"X-Auth-Token": ""}) as answer:
                assert answer.status == 401
            assert fake_ims_client.fake.profile == "openstack"
            assert len(list(fake_ims_client.fake.images)) == 1
            assert len(list(fake_ims_client.fake.requests)) == 2
    """)
    suite.passes(1, "-o", f"asyncio_mode={mode}")


@pytest.mark.parametrize("scope", ["function", "class", "module", "package", "session"])
@pytest.mark.parametrize("by", ["marker", "ini"])
def test_client_in_the_loop_of_a_wider_scope(suite: Suite, scope: str, by: str) -> None:
    marker = f"asyncio(loop_scope={scope!r})" if by == "marker" else "asyncio"
    suite.write(f"""
        import asyncio

        loops = []

        @pytest.mark.{marker}
        class TestClient:
            @pytest.mark.parametrize("turn", range(2))
            async def test_it(self, fake_ims_client, turn):
                loops.append(asyncio.get_running_loop())
                assert (loops[0] is loops[-1]) == ({scope!r} != "function" or turn == 0)
                async with fake_ims_client.post("/v2/images", json=IMAGE) as answer:
                    assert answer.status == 201
                assert len(fake_ims_client.fake.images) == 1

        def test_it_is_closed():
            assert len(loops) == 2
    """)
    ini = ["-o", f"asyncio_default_test_loop_scope={scope}"] if by == "ini" else []
    suite.passes(3, *ini)


def test_client_without_pytest_aiohttp_says_what_to_install(suite: Suite) -> None:
    suite.write("""
        @pytest.mark.asyncio
        async def test_client(fake_ims_client):
            pass
    """)
    result = suite.run("-p", "no:aiohttp")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*pip install pytest-aiohttp*"])
    result.stdout.no_fnmatch_line("*plugin.py*")


def test_fixtures_are_listed_with_what_they_are(suite: Suite) -> None:
    result = suite.run("--fixtures")
    for name in ("fake_ims", "fake_ims_server", "fake_ims_factory", "fake_ims_client"):
        text = result.stdout.str().partition(f"\n{name} ")[2]
        assert text, name
        assert "no docstring" not in text.splitlines()[1]


LASTING = """
    @pytest.fixture(scope={scope!r})
    def client(fake_ims_server):
        return dict(fake_ims_server.headers)

    def ask(fake, headers):
        request = urllib.request.Request(fake.url + "/v2/images", headers=headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status
"""


@pytest.mark.parametrize("scope", ["session", "module"])
def test_a_client_that_outlives_a_test_is_no_straggler(suite: Suite, scope: str) -> None:
    code = LASTING.format(scope=scope) + """
    @pytest.mark.parametrize("turn", range(2))
    def test_it_is_used(fake_ims, client, turn):
        assert ask(fake_ims, client) == 200
        assert ask(fake_ims, fake_ims.headers) == 200
        assert fake_ims.token != fake_ims.lasting_token
    """
    suite.write(code)
    suite.pytester.path.joinpath("test_second.py").write_text(
        next(suite.pytester.path.glob("test_*.py")).read_text())
    suite.passes(4, "--fake-ims-auth=issued", "--fake-ims-strict=true")


def test_what_a_test_left_running_fails_the_next_in_strict_mode(suite: Suite) -> None:
    suite.write(LASTING.format(scope="session") + """
    left = []

    def test_first(fake_ims):
        left.append(fake_ims.headers)

    def test_second(fake_ims):
        ask(fake_ims, left[0])
    """)
    result = suite.run("--fake-ims-strict=true")
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*to an earlier test*"])
