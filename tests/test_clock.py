"""Time in the test's hands: advance() and freezegun, frozen, ticking, moved; nothing hangs."""

from __future__ import annotations

import asyncio
import faulthandler
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer
from freezegun import freeze_time
from waiting import until_in_loop
from wire import Wire

from fake_ims import FakeIMS, UsageError
from fake_ims.server import realtime
from fake_ims.server.bridge import ParkingLoop

START = "2024-05-01T12:00:00Z"
START_AT = 1714564800.0


@pytest.fixture(autouse=True)
def no_hang() -> Iterator[None]:
    """End the run with a traceback if a test hangs; this timer is none that freezegun stops."""
    faulthandler.dump_traceback_later(60, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


def wire_of(fake: FakeIMS) -> Wire:
    return Wire(fake.url, fake.headers)


def uploaded(wire: Wire) -> str:
    """Id of an image whose upload has just ended."""
    image_id = str(wire.create(name="a", disk_format="raw", container_format="bare")["id"])
    assert wire.upload(image_id, b"x").status == 204
    return image_id


class Client:
    """The same in a loop."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = f"{url}/v2/images"

    async def uploaded(self) -> str:
        async with self._session.post(self._url, json={"name": "a"}) as answer:
            assert answer.status == 201
            image_id = str((await answer.json())["id"])
        async with self._session.put(f"{self._url}/{image_id}/file", data=b"x", headers={
            "Content-Type": "application/octet-stream",
        }) as answer:
            assert answer.status == 204
        return image_id

    async def status(self, image_id: str) -> str:
        async with self._session.get(f"{self._url}/{image_id}") as answer:
            assert answer.status == 200
            return str((await answer.json())["status"])


# the fake's own clock


@pytest.mark.parametrize("duration", [600, "10m", timedelta(minutes=10)])
def test_advance(fake_ims: FakeIMS, wire: Wire, duration: float | str | timedelta) -> None:
    fake_ims.reset(saving="599s")
    image_id = uploaded(wire)
    before = fake_ims.clock.utcnow()
    moved = fake_ims.clock.advance(duration)
    assert moved - before >= timedelta(minutes=10)
    assert moved.tzinfo is timezone.utc
    assert wire.status(image_id) == "active"


@pytest.mark.parametrize("duration", [-1, "soon", None, float("inf"), True])
def test_advance_refuses_what_is_no_duration(fake_ims: FakeIMS, duration: object) -> None:
    with pytest.raises(UsageError):
        fake_ims.clock.advance(duration)  # type: ignore[arg-type]


def test_advance_adds_to_a_frozen_clock(fake_ims: FakeIMS, wire: Wire) -> None:
    with freeze_time(START) as frozen:
        fake_ims.clock.advance("1h")
        assert fake_ims.clock.now() == START_AT + 3600
        assert wire.create(name="a")["created_at"] == "2024-05-01T13:00:00Z"
        frozen.tick(60)
        assert wire.create(name="b")["created_at"] == "2024-05-01T13:01:00Z"
        fake_ims.reset()
        assert fake_ims.clock.utcnow() == datetime(2024, 5, 1, 12, 1, tzinfo=timezone.utc)


# freezegun, sync


def test_everything_while_frozen() -> None:
    with freeze_time(START) as frozen, FakeIMS(saving="30s") as fake:
        wire = wire_of(fake)
        image_id = uploaded(wire)
        assert fake.images[image_id]["created_at"] == START
        assert wire.status(image_id) == "saving"
        frozen.tick(29)
        assert wire.status(image_id) == "saving"
        frozen.tick(1)
        assert wire.status(image_id) == "active"
        assert fake.images[image_id].status == "active"
        assert 0 <= fake.requests.last.seconds < 60
        assert fake.requests.last.started_at == START_AT + 30


def test_frozen_after_the_start() -> None:
    with FakeIMS(saving="30s") as fake:
        wire = wire_of(fake)
        early = uploaded(wire)
        with freeze_time("2099-01-01") as frozen:
            assert wire.status(early) == "active"
            late = uploaded(wire)
            frozen.move_to("2099-01-02")
            assert wire.status(late) == "active"
        assert wire.status(late) == "active"
        assert uploaded(wire)
        with freeze_time(START):
            fake.reset(saving="0s")
            assert wire.status(uploaded(wire)) == "active"


def test_stopped_while_frozen() -> None:
    fake = FakeIMS().start()
    with freeze_time(START):
        uploaded(wire_of(fake))
        fake.stop()
        fake.start()
        uploaded(wire_of(fake))
    fake.stop()


def test_unfrozen_while_it_runs() -> None:
    frozen = freeze_time(START)
    frozen.start()
    fake = FakeIMS().start()
    uploaded(wire_of(fake))
    frozen.stop()
    uploaded(wire_of(fake))
    assert fake.clock.now() > START_AT + 86400
    fake.stop()


def test_a_ticking_clock() -> None:
    with freeze_time(START, tick=True) as frozen, FakeIMS(saving="1h") as fake:
        wire = wire_of(fake)
        image_id = uploaded(wire)
        assert wire.status(image_id) == "saving"
        frozen.move_to("2024-05-01T13:30:00Z")
        assert wire.status(image_id) == "active"


def test_a_clock_that_ticks_at_each_look() -> None:
    with freeze_time(START, auto_tick_seconds=15), FakeIMS(saving="10m") as fake:
        wire = wire_of(fake)
        image_id = uploaded(wire)
        while wire.status(image_id) == "saving":
            pass
        assert wire.status(image_id) == "active"


@freeze_time(START)
def test_a_decorated_test(fake_ims: FakeIMS, wire: Wire) -> None:
    assert fake_ims.images[uploaded(wire)]["created_at"] == START


@freeze_time(START, as_kwarg="frozen")
def test_nested_freezing(fake_ims: FakeIMS, wire: Wire, **_: object) -> None:
    with freeze_time("2030-01-01"):
        assert wire.create(name="a")["created_at"] == "2030-01-01T00:00:00Z"
    assert wire.create(name="b")["created_at"] == START


def test_time_that_goes_back(fake_ims: FakeIMS, wire: Wire) -> None:
    fake_ims.reset(saving="30s")
    with freeze_time(START) as frozen:
        image_id = uploaded(wire)
        frozen.move_to("2020-01-01")
        assert wire.status(image_id) == "saving"
        uploaded(wire)
        assert len(wire.names()) == 2


def test_a_token_expires_by_frozen_time() -> None:
    with FakeIMS(auth="issued") as fake, freeze_time(START) as frozen:
        tenant = fake.tenant("p2")
        tenant.expire(after="1h")
        wire = Wire(fake.url, tenant.headers)
        assert wire.get("/v2/images").status == 200
        frozen.move_to("2024-05-01T13:00:00Z")
        assert wire.get("/v2/images").status == 401


def test_a_delay_is_real_time(fake_ims: FakeIMS, wire: Wire) -> None:
    with freeze_time(START):
        fault = fake_ims.faults.add("images.list", delay="20ms")
        assert wire.get("/v2/images").status == 200
        assert fault.hits == 1


# freezegun, async


async def test_everything_while_frozen_in_a_loop() -> None:
    with freeze_time(START) as frozen:
        async with (FakeIMS(saving="30s") as fake,
                    aiohttp.ClientSession(headers=fake.headers) as session):
            client = Client(session, fake.url)
            image_id = await client.uploaded()
            assert await client.status(image_id) == "saving"
            frozen.tick(30)
            assert await client.status(image_id) == "active"
            assert fake.images[image_id]["created_at"] == START
            assert 0 <= fake.requests.last.seconds < 60


async def test_frozen_after_the_start_in_a_loop() -> None:
    async with (FakeIMS(saving="30s") as fake,
                aiohttp.ClientSession(headers=fake.headers) as session):
        client = Client(session, fake.url)
        early = await client.uploaded()
        with freeze_time("2099-01-01") as frozen:  # its timers are decades overdue now
            assert await client.status(early) == "active"
            late = await client.uploaded()
            frozen.move_to("2099-01-02")
            assert await client.status(late) == "active"
        assert await client.uploaded()


async def test_stopped_while_frozen_in_a_loop() -> None:
    fake = FakeIMS()
    await fake.__aenter__()
    async with aiohttp.ClientSession(headers=fake.headers) as session:
        await Client(session, fake.url).uploaded()
        with freeze_time(START):
            await Client(session, fake.url).uploaded()
            waiting = fake.faults.add("images.list", delay="1h")
            late = asyncio.ensure_future(session.get(f"{fake.url}/v2/images"))
            await until_in_loop(lambda: waiting.hits)
            await fake.__aexit__(None, None, None)
            with pytest.raises(aiohttp.ClientError):
                await late


@freeze_time(START)
async def test_a_decorated_async_test(fake_ims: FakeIMS) -> None:
    async with aiohttp.ClientSession(headers=fake_ims.headers) as session:
        image_id = await Client(session, fake_ims.url).uploaded()
        assert fake_ims.images[image_id]["created_at"] == START


@pytest.mark.parametrize("how", [{"tick": True}, {"real_asyncio": True}, {"auto_tick_seconds": 1}])
async def test_other_ways_of_freezing_in_a_loop(how: dict[str, Any]) -> None:
    with freeze_time(START, **how):
        async with FakeIMS() as fake, aiohttp.ClientSession(headers=fake.headers) as session:
            client = Client(session, fake.url)
            assert await client.status(await client.uploaded()) == "active"
        with FakeIMS() as fake:
            async with aiohttp.ClientSession(headers=fake.headers) as session:
                client = Client(session, fake.url)
                assert await client.status(await client.uploaded()) == "active"


async def test_the_test_client_while_frozen() -> None:
    with freeze_time(START) as frozen:
        fake = FakeIMS(saving="30s")
        async with TestClient(TestServer(fake.app), headers=fake.headers) as client:
            one = Client(client.session, str(client.make_url("")).rstrip("/"))
            image_id = await one.uploaded()
            frozen.tick(31)
            assert await one.status(image_id) == "active"


async def test_a_delay_is_real_time_in_a_loop() -> None:
    with freeze_time(START):
        async with FakeIMS() as fake, aiohttp.ClientSession(headers=fake.headers) as session:
            fault = fake.faults.add("images.list", delay="20ms")
            async with session.get(f"{fake.url}/v2/images") as answer:
                assert answer.status == 200
            assert fault.hits == 1


# real time


def test_real_time_is_never_frozen() -> None:
    loop = ParkingLoop()
    fresh = realtime._from_fresh_module()
    with freeze_time(START):
        assert time.monotonic() == START_AT
        for clock in (realtime.monotonic, loop.time, fresh):
            first = clock()
            assert first != START_AT
            while clock() == first:
                pass
    assert loop.time() == pytest.approx(realtime.loop_time(), abs=60)
    loop.close()


@pytest.mark.parametrize("fallback", [False, True])
def test_imported_while_frozen(fallback: bool) -> None:
    """Also where there is no clock_gettime, as on Windows."""
    program = textwrap.dedent(f"""
        import time, urllib.request
        from freezegun import freeze_time
        if {fallback}:
            del time.clock_gettime
        with freeze_time("{START}") as frozen:
            from fake_ims import FakeIMS
            from fake_ims.server import realtime
            assert realtime.monotonic() != time.time() == {START_AT}
            with FakeIMS() as fake:
                request = urllib.request.Request(fake.url + "/v2/images", headers=fake.headers)
                urllib.request.urlopen(request).close()
                assert fake.requests.last.started_at == {START_AT}
        with FakeIMS() as fake:
            request = urllib.request.Request(fake.url + "/v2/images", headers=fake.headers)
            urllib.request.urlopen(request).close()
            assert fake.requests.last.started_at > {START_AT} + 86400
            with freeze_time("{START}"):
                assert realtime.monotonic() != time.monotonic() == {START_AT}
                fake.reset()
    """)
    run = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True,
                         text=True, timeout=60)
    assert (run.returncode, run.stderr) == (0, "")
