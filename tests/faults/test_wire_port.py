"""A port that is shut for a while: connections are refused, and the port stays the fake's."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from contextlib import nullcontext, suppress
from typing import Any
from urllib.parse import urlsplit

import pytest
from freezegun import freeze_time
from sockets import RESET, Client, ask
from waiting import until

from fake_ims import FakeIMS, PortTakenError, UsageError

pytestmark = pytest.mark.usefixtures("nothing_left")


def answers(fake: FakeIMS) -> bool:
    """Whether it is served; False if the connection is refused."""
    try:
        return ask(fake).startswith(b"HTTP/1.1 200 ")
    except ConnectionRefusedError:
        return False


@pytest.mark.parametrize("port", ["any", "given"])
def test_the_port_is_shut_until_the_fault_is_removed(port: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    with FakeIMS(port=number if port == "given" else 0) as fake:
        url = fake.url
        for _ in range(3):
            with fake.faults.add(refuse=True) as fault:
                assert not answers(fake)
                assert not answers(fake)
                assert fault.hits == 1
                assert fake.faults.unused() == []
            assert answers(fake)
        assert fake.url == url
        assert len(fake.requests) == 3


def test_clear_and_reset_open_it() -> None:
    with FakeIMS() as fake:
        for opening in (fake.faults.clear, fake.reset):
            fake.faults.add(refuse=True)
            assert not answers(fake)
            opening()
            assert answers(fake)


def test_two_faults_shut_it_as_long_as_one_of_them_does() -> None:
    with FakeIMS() as fake:
        first, second = fake.faults.add(refuse=True), fake.faults.add(refuse="1h")
        first.remove()
        assert not answers(fake)
        second.remove()
        assert answers(fake)


@pytest.mark.parametrize("frozen", [False, True])
def test_it_opens_by_itself(frozen: bool) -> None:
    with freeze_time("2020-01-01") if frozen else nullcontext(), FakeIMS() as fake:
        fault = fake.faults.add(refuse="50ms")
        until(fake, lambda: answers(fake))
        assert not fault.active
        assert answers(fake)  # and stays open


def test_a_request_shuts_it_and_every_connection_is_cut() -> None:
    with FakeIMS() as fake, Client(fake) as idle, Client(fake) as waiting, Client(fake) as struck:
        idle.send().answer()
        delay = fake.faults.add("images.show", delay="1h")
        waiting.send("GET /v2/images/x")
        until(fake, lambda: delay.hits)
        fault = fake.faults.add("images.create", refuse=True, times=1)
        assert str(fault) == "images.create closes the port until the fault is removed, once"
        assert answers(fake)
        struck.send("POST /v2/images", b"{}")
        assert [client.rest() for client in (struck, idle, waiting)] == [RESET] * 3
        assert not answers(fake)
        assert len(fake.images) == 0
        exchange = fake.requests.of("images.create")[0]
        assert (exchange.status, exchange.faults) == (0, (str(fault),))
        fault.remove()
        assert answers(fake)


def test_a_request_shuts_it_for_a_while() -> None:
    with FakeIMS() as fake:
        fault = fake.faults.add("images.list", refuse="50ms", times=1)
        assert ask(fake) == RESET
        until(fake, lambda: answers(fake))
        assert (fault.hits, fault.active) == (1, False)


def test_a_connection_that_waits_to_be_taken_is_cut() -> None:
    with FakeIMS() as fake, Client(fake) as client:
        fake.faults.add(refuse=True)
        ended = b""
        with suppress(ConnectionError):  # it may be cut before it has sent anything
            ended = client.send().rest()
        assert ended in (RESET, b"")
        assert not len(fake.requests)


def test_the_port_is_kept(tmp_path: Any) -> None:
    with FakeIMS() as fake:
        number = urlsplit(fake.url).port
        assert number is not None
        with fake.faults.add(refuse=True):
            with pytest.raises(PortTakenError):
                FakeIMS(port=number).start()
            # Nor does another process get it, however it asks.
            code = (f"import socket; s = socket.socket(); "
                    f"s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); "
                    f"s.bind(('127.0.0.1', {number}))")
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
            assert b"Address already in use" in done.stderr
        assert answers(fake)


def test_a_stop_while_it_is_shut() -> None:
    for duration in (True, "1h"):
        fake = FakeIMS().start()
        fault = fake.faults.add(refuse=duration)
        fake.stop()
        assert fault.hits == 1
        fault.remove()
        fake.start()
        assert answers(fake)
        fake.stop()


def test_the_calls_of_python_go_on_meanwhile() -> None:
    with FakeIMS() as fake, fake.faults.add(refuse=True):
        fake.images.add(name="a")
        assert len(fake.images) == 1


async def test_in_a_loop() -> None:
    before = asyncio.all_tasks()
    async with FakeIMS() as fake:
        with fake.faults.add(refuse=True):
            assert not await asyncio.to_thread(answers, fake)
        assert await asyncio.to_thread(answers, fake)
        fake.faults.add(refuse="50ms")
        while not await asyncio.to_thread(answers, fake):
            pass
        fake.faults.add(refuse="1h")  # and it ends while it is shut
        await asyncio.sleep(0)
    await asyncio.get_running_loop().shutdown_default_executor()
    assert asyncio.all_tasks() == before


def test_before_the_start_there_is_no_port_to_shut() -> None:
    fake = FakeIMS()
    with pytest.raises(UsageError, match="start the fake first"):
        fake.faults.add(refuse=True)
    assert len(fake.faults) == 0
    fault = fake.faults.add("images.list", refuse=True)
    with fake:
        assert ask(fake) == RESET
        assert not answers(fake)
        fault.remove()
        assert answers(fake)
    with pytest.raises(UsageError, match="start the fake first"):
        FakeIMS().faults.add(refuse="1s")


async def test_in_another_server_there_is_none_either(fake_ims_client: Any) -> None:
    import aiohttp

    fake = fake_ims_client.fake
    with pytest.raises(UsageError, match="no port of its own"):
        fake.faults.add(refuse=True)
    with fake.faults.add("images.create", refuse=True), pytest.raises(aiohttp.ClientError):
        await fake_ims_client.post("/v2/images", json={})
    assert (await fake_ims_client.post("/v2/images", json={})).status == 201


def test_a_system_that_cannot_do_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fake_ims.server.port._HOW", 99)  # as elsewhere, the system refuses
    with FakeIMS() as fake:
        with pytest.raises(UsageError, match="such as Linux"):
            fake.faults.add(refuse=True)
        assert len(fake.faults) == 0
        assert answers(fake)
        with fake.faults.add("images.list", refuse=True, times=1):
            assert ask(fake) == RESET
            assert answers(fake)
