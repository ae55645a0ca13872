"""After each test and after the run nothing of ours is left: thread, task, socket, file."""

from __future__ import annotations

import json
import sys

import pytest
from plugin_suite import ASYNCIO_SCOPE, Suite, prepare

WATCH = """
    import asyncio, gc, json, os, pathlib, tempfile, threading, time
    import pytest

    found = {}

    def present():
        gc.collect()
        descriptors = {}
        for name in os.listdir("/proc/self/fd"):
            try:
                target = os.readlink(f"/proc/self/fd/{name}")
            except OSError:
                continue
            if target.startswith(("socket:", "anon_inode:")) or tempfile.gettempdir() in target:
                descriptors[f"{name} {target}"] = 1
        tasks = [task for task in gc.get_objects()
                 if isinstance(task, asyncio.Task) and not task.done()]
        return {
            "threads": sorted(thread.name for thread in threading.enumerate()),
            "descriptors": sorted(descriptors),
            "tasks": sorted(map(str, tasks)),
            "files": sorted(str(path) for path in pathlib.Path(tempfile.gettempdir()).rglob("*")),
        }

    def settled(before):
        # The server sees only a moment later that a client has hung up.
        end = time.monotonic() + 5
        while (left := new(before)) and time.monotonic() < end:
            time.sleep(0.02)  # sockets of another thread: nothing tells when they close
        return left

    def new(before):
        now = present()
        left = {key: [one for one in now[key] if one not in before[key]] for key in now}
        return {key: more for key, more in left.items() if more}

    start = present()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(item):
        before = present()
        result = yield
        if "warm" not in item.name:
            found[item.nodeid] = settled(before)
        return result

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure():
        found["session"] = settled(start)
        pathlib.Path("found.json").write_text(json.dumps(found))
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Suite:
    """With processes that nothing has been imported in."""
    prepare(monkeypatch)
    return Suite(pytester)


@pytest.mark.skipif(sys.platform != "linux", reason="counts descriptors in /proc/self/fd")
def test_nothing_is_left(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    suite.pytester.mkdir("temporary")
    monkeypatch.setenv("TMPDIR", str(suite.pytester.path / "temporary"))
    suite.pytester.makeconftest(WATCH)
    suite.write("""
        import aiohttp

        def big(fake):
            id = create(fake)
            data = b"x" * 5_000_000
            assert call(fake, "PUT", f"/v2/images/{id}/file", data, BINARY)[0] == 204

        def test_warm(fake_ims_server):
            create(fake_ims_server)

        async def test_warm_async(aiohttp_client):
            pass

        def test_fake_ims(fake_ims):
            create(fake_ims)

        def test_factory(fake_ims_factory):
            big(fake_ims_factory())
            fake_ims_factory().stop()
            fake_ims_factory(profile="openstack")

        async def test_in_loop(fake_ims_factory):
            fake = await fake_ims_factory.in_loop()
            async with aiohttp.ClientSession(fake.url, headers=fake.headers) as session:
                async with session.post("/v2/images", json=IMAGE) as answer:
                    assert answer.status == 201

        async def test_connection_that_is_still_open(fake_ims, fake_ims_factory):
            fake = await fake_ims_factory.in_loop()
            other = fake_ims_factory()
            for one in (fake, other, fake_ims):
                session = aiohttp.ClientSession(one.url, headers=one.headers)
                async with session.get("/v2/images") as answer:
                    assert answer.status == 200
                await session.close()

        async def test_client(fake_ims_client):
            await fake_ims_client.get("/v2/images")

        def test_fails(fake_ims_factory, fake_ims):
            big(fake_ims)
            fake_ims.reset()
            create(fake_ims_factory())
            assert False

        async def test_fails_async(fake_ims_factory, fake_ims_client):
            await fake_ims_factory.in_loop()
            assert False

        @pytest.mark.parametrize("anyio_backend", ["asyncio"])
        @pytest.mark.anyio
        async def test_anyio(fake_ims_factory, anyio_backend):
            await fake_ims_factory.in_loop()
    """)
    if left_by_run(suite, "-k", "test_warm_async")["session"]:
        pytest.skip("this pytest-asyncio itself leaves a loop behind, without any fake")
    found = left_by_run(suite)
    assert len(found) == 9
    assert {name: left for name, left in found.items() if left} == {}


def left_by_run(suite: Suite, *args: str) -> dict[str, object]:
    result = suite.run(  # without capture, whose files would be among those that are counted
        "-s", "-W", "error", "-W", ASYNCIO_SCOPE, "-o", "asyncio_mode=auto", *args)
    if args:
        result.assert_outcomes(passed=1, deselected=9)
    else:
        result.assert_outcomes(passed=8, failed=2)
    found: dict[str, object] = json.loads((suite.pytester.path / "found.json").read_text())
    return found
