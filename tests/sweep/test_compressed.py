"""Compressed time. That a test ends at all shows that an hour of waiting takes no real hour."""

from __future__ import annotations

import _thread
import asyncio
import http.client
import io
import itertools
import os
import queue
import select
import selectors
import socket
import subprocess
import sys
import threading
import time
import types
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import closing
from time import monotonic as its_monotonic
from time import sleep as its_sleep
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import anyio
import freezegun
import httpx
import pytest
import requests
import time_machine
import trio
import urllib3

from fake_ims import FakeIMS, UsageError
from fake_ims.server.realtime import monotonic as real_monotonic
from fake_ims.sweeping.compressed import (
    CompressedTime,
    bystanders,
    clocks,
    peers,
    tasks,
    waits,
    ways,
)
from fake_ims.sweeping.compressed import state as shared

HOUR = 3600.0
BUILTIN = {name: getattr(time, name) for name in clocks.NEW}


@pytest.fixture
def stuck() -> list[str]:
    """What the callback was told."""
    return []


@pytest.fixture
def compressed(fake_ims: FakeIMS, stuck: list[str]) -> Iterator[CompressedTime]:
    """Compressed time that knows the fake."""
    context = CompressedTime(patience=10 * HOUR, stuck=stuck.append)
    context.add_fake(port_of(fake_ims))
    with context:
        yield context
    assert time.sleep is BUILTIN["sleep"]


@pytest.fixture
def lists(fake_ims: FakeIMS) -> str:
    """A URL that the fake never responds to."""
    fake_ims.faults.add("images.list", hang=True)
    return f"{fake_ims.url}/v2/images"


def port_of(fake: FakeIMS) -> int:
    port = urlsplit(fake.url).port
    assert port is not None
    return port


# Clients with a time-out, each against a fake that never responds


def by_requests(fake: FakeIMS, url: str) -> None:
    with pytest.raises(requests.ReadTimeout):
        requests.get(url, headers=fake.headers, timeout=HOUR)


def by_urllib3(fake: FakeIMS, url: str) -> None:
    with urllib3.PoolManager() as pool, pytest.raises(urllib3.exceptions.ReadTimeoutError):
        pool.request("GET", url, headers=fake.headers, timeout=HOUR, retries=False)


def by_http_client(fake: FakeIMS, url: str) -> None:
    with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=HOUR)) as connection:
        connection.request("GET", "/v2/images", headers=fake.headers)
        with pytest.raises(TimeoutError, match=r"^timed out$"):
            connection.getresponse()


def by_httpx(fake: FakeIMS, url: str) -> None:
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(url, headers=fake.headers, timeout=HOUR)


def by_httpx_async(fake: FakeIMS, url: str) -> None:
    async def get() -> None:
        async with httpx.AsyncClient(timeout=HOUR) as client:
            with pytest.raises(httpx.ReadTimeout):
                await client.get(url, headers=fake.headers)

    asyncio.run(get())


def by_aiohttp(fake: FakeIMS, url: str) -> None:
    async def get() -> None:
        limit = aiohttp.ClientTimeout(total=HOUR)
        async with aiohttp.ClientSession(timeout=limit, headers=fake.headers) as session:
            with pytest.raises(asyncio.TimeoutError):
                await session.get(url)

    asyncio.run(get())


def by_wait_for(fake: FakeIMS, url: str) -> None:
    async def get() -> None:
        limit = aiohttp.ClientTimeout(total=None)
        async with aiohttp.ClientSession(timeout=limit, headers=fake.headers) as session:
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(session.get(url), HOUR)

    asyncio.run(get())


def by_httpx_in_trio(fake: FakeIMS, url: str) -> None:
    async def get() -> None:
        async with httpx.AsyncClient(timeout=HOUR) as client:
            with pytest.raises(httpx.ReadTimeout):
                await client.get(url, headers=fake.headers)

    trio.run(get)


def in_a_thread(fake: FakeIMS, url: str) -> None:
    thread = threading.Thread(target=by_requests, args=(fake, url))
    thread.start()
    thread.join()


def in_an_executor(fake: FakeIMS, url: str) -> None:
    async def main() -> None:
        await asyncio.get_running_loop().run_in_executor(None, by_requests, fake, url)

    asyncio.run(main())


@pytest.mark.parametrize("client", [
    by_requests, by_urllib3, by_http_client, by_httpx, by_httpx_async, by_aiohttp, by_wait_for,
    by_httpx_in_trio, in_a_thread, in_an_executor,
], ids=lambda client: client.__name__)
def test_a_client_with_a_time_out(
    fake_ims: FakeIMS, lists: str, compressed: CompressedTime, stuck: list[str],
    client: Callable[[FakeIMS, str], None],
) -> None:
    client(fake_ims, lists)
    assert compressed.elapsed >= HOUR
    assert stuck == []


async def test_a_client_in_the_loop_of_its_fake(stuck: list[str]) -> None:
    async with FakeIMS() as fake:
        fake.faults.add("images.list", hang=True)
        context = CompressedTime(patience=10 * HOUR, stuck=stuck.append)
        context.add_fake(port_of(fake))
        limit = aiohttp.ClientTimeout(total=HOUR)
        with context:
            async with aiohttp.ClientSession(timeout=limit, headers=fake.headers) as session:
                with pytest.raises(asyncio.TimeoutError):
                    await session.get(f"{fake.url}/v2/images")
        assert context.elapsed >= HOUR
    assert stuck == []


@pytest.mark.parametrize("in_loop", [False, True])
async def test_a_delay_of_the_fake_costs_nothing(stuck: list[str], in_loop: bool) -> None:
    fake = FakeIMS()
    try:
        if in_loop:
            await fake.__aenter__()
        else:
            fake.start()
        fake.faults.add("images.list", delay=HOUR)
        context = CompressedTime(patience=10 * HOUR, stuck=stuck.append)
        context.add_fake(port_of(fake))
        limit = aiohttp.ClientTimeout(total=2 * HOUR)
        with context:
            async with aiohttp.ClientSession(timeout=limit, headers=fake.headers) as session:
                async with session.get(f"{fake.url}/v2/images") as answer:
                    assert answer.status == 200
                (exchange,) = fake.requests
        assert context.elapsed >= HOUR
        assert exchange.seconds >= HOUR
    finally:
        if in_loop:
            await fake.__aexit__(None, None, None)
        else:
            fake.stop()


# Other ways of waiting


def sleeps() -> None:
    time.sleep(HOUR)


def sleeps_by_its_own_name() -> None:
    before = its_monotonic()
    its_sleep(HOUR)
    assert its_monotonic() - before >= HOUR


def waits_for_an_event() -> None:
    assert not threading.Event().wait(HOUR)


def waits_for_a_condition() -> None:
    condition = threading.Condition()
    with condition:
        assert not condition.wait_for(lambda: False, HOUR)


def gets_from_a_queue() -> None:
    with pytest.raises(queue.Empty):
        queue.Queue[int]().get(timeout=HOUR)


def waits_for_a_future() -> None:
    with pytest.raises(FutureTimeoutError):
        Future[int]().result(HOUR)


def joins_a_thread() -> None:
    gate = threading.Event()
    thread = threading.Thread(target=gate.wait)
    thread.start()
    thread.join(HOUR)
    assert thread.is_alive()
    gate.set()
    thread.join()
    assert not thread.is_alive()


def waits_for_a_timer() -> None:
    timer = threading.Timer(HOUR, lambda: None)
    timer.start()
    timer.join()


def selects() -> None:
    here, there = socket.socketpair()
    with here, there:
        assert select.select([here], [], [], HOUR) == ([], [], [])
        there.send(b"x")
        assert select.select([here], [], [], HOUR) == ([here], [], [])


def polls() -> None:
    here, there = socket.socketpair()
    with here, there:
        poll = select.poll()
        poll.register(here, select.POLLIN)
        assert poll.poll(HOUR * 1000) == []
        there.send(b"x")
        assert poll.poll(HOUR * 1000) == [(here.fileno(), select.POLLIN)]


def polls_with_epoll() -> None:
    here, there = socket.socketpair()
    with here, there, select.epoll() as poll:
        poll.register(here, select.EPOLLIN)
        assert poll.poll(HOUR) == []
        there.send(b"x")
        assert poll.poll() == [(here.fileno(), select.EPOLLIN)]


def waits_for_each_selector() -> None:
    for kind in (selectors.DefaultSelector, selectors.SelectSelector, selectors.PollSelector):
        here, there = socket.socketpair()
        with here, there, kind() as selector:
            selector.register(here, selectors.EVENT_READ)
            assert selector.select(HOUR) == []
            there.send(b"x")
            assert len(selector.select(HOUR)) == 1


def receives() -> None:
    here, there = socket.socketpair()
    with here, there:
        here.settimeout(HOUR)
        for receive in (lambda: here.recv(1), lambda: here.recv_into(bytearray(1)),
                        lambda: here.recvfrom(1), lambda: here.makefile("rb").read(1)):
            with pytest.raises(TimeoutError):
                receive()


def sends_too_much() -> None:
    here, there = socket.socketpair()
    with here, there:
        here.settimeout(HOUR)
        with pytest.raises(TimeoutError):
            here.sendall(bytes(2**24))
        with pytest.raises(TimeoutError):
            here.send(b"x")


def accepts() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(HOUR)
        with pytest.raises(TimeoutError):
            server.accept()


def sleeps_in_asyncio() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        rung = asyncio.Event()
        loop.call_later(HOUR, rung.set)
        await rung.wait()
        await asyncio.sleep(HOUR)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), HOUR)
        if sys.version_info >= (3, 11):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(HOUR):
                    await asyncio.Event().wait()

    asyncio.run(main())


def sleeps_in_anyio() -> None:
    async def main() -> None:
        with anyio.move_on_after(HOUR) as scope:
            await anyio.sleep_forever()
        assert scope.cancelled_caught
        await anyio.to_thread.run_sync(sleeps)

    anyio.run(main)


def sleeps_in_trio() -> None:
    trio.run(trio.sleep, HOUR)


@pytest.mark.parametrize("way", [
    sleeps, sleeps_by_its_own_name, waits_for_an_event, waits_for_a_condition, gets_from_a_queue,
    waits_for_a_future, joins_a_thread, waits_for_a_timer, selects, polls, polls_with_epoll,
    waits_for_each_selector, receives, sends_too_much, accepts, sleeps_in_asyncio,
    sleeps_in_anyio, sleeps_in_trio,
], ids=lambda way: way.__name__)
def test_a_way_of_waiting(
    compressed: CompressedTime, stuck: list[str], way: Callable[[], None]
) -> None:
    if way.__name__.startswith("polls") and not hasattr(select, "epoll"):
        pytest.skip("select.poll and select.epoll are only on Linux")
    way()
    assert compressed.elapsed >= HOUR
    assert stuck == []


# What waits for something that comes


def test_sent_data_arrive_and_the_clock_stands(compressed: CompressedTime) -> None:
    here, there = socket.socketpair()
    received = bytearray()

    def receive() -> None:
        there.settimeout(HOUR)
        while data := there.recv(65536):
            received.extend(data)

    with here, there, ThreadPoolExecutor() as pool:
        ended = pool.submit(receive)
        here.sendall(bytes(2**24))
        here.shutdown(socket.SHUT_WR)
        ended.result(HOUR)
    assert len(received) == 2**24
    assert compressed.elapsed < HOUR


def test_an_event_that_comes(compressed: CompressedTime) -> None:
    event = threading.Event()
    threading.Timer(10, event.set).start()
    assert event.wait(HOUR)
    assert 10 <= compressed.elapsed < HOUR


def test_threads_keep_their_order(compressed: CompressedTime) -> None:
    order: list[int] = []

    def wait(seconds: int) -> None:
        time.sleep(seconds)
        order.append(seconds)

    threads = [threading.Thread(target=wait, args=(seconds,)) for seconds in (30, 10, 20, 40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert order == [10, 20, 30, 40]
    assert 40 <= compressed.elapsed < 60


def test_a_heartbeat_does_not_run_wild(
    fake_ims: FakeIMS, lists: str, compressed: CompressedTime
) -> None:
    beats, stop = [], threading.Event()

    def beat() -> None:
        while not stop.wait(30):
            beats.append(time.monotonic())

    thread = threading.Thread(target=beat)
    thread.start()
    with pytest.raises(requests.ReadTimeout):
        requests.get(lists, headers=fake_ims.headers, timeout=300)
    stop.set()
    thread.join()
    assert 9 <= len(beats) <= 11


def test_a_thread_that_computes_is_not_timed_out(compressed: CompressedTime) -> None:
    computed = threading.Event()

    def compute() -> None:
        until = real_monotonic() + 0.2
        while real_monotonic() < until:
            sum(range(1000))
        computed.set()

    thread = threading.Thread(target=compute)
    thread.start()
    assert computed.wait(1)
    thread.join()


def test_who_is_not_a_fake_gets_real_time(
    compressed: CompressedTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server outside the process responds while the client could wait for an hour."""
    monkeypatch.setattr(peers, "_REAL", 60.0)  # so that the load of the machine cannot matter
    code = ("import socket, sys, time; server = socket.create_server(('127.0.0.1', 0)); "
            "print(server.getsockname()[1], flush=True); client, _ = server.accept(); "
            "client.recv(1); time.sleep(0.2); client.send(b'x'); client.close(); server.close()")
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        port = int(child.stdout.readline())
        with socket.create_connection(("127.0.0.1", port), timeout=HOUR) as client:
            client.send(b"x")
            assert client.recv(1) == b"x"
        child.wait(60)
    assert compressed.elapsed < HOUR


def test_what_a_descriptor_leads_to() -> None:
    known = peers.Peers()
    here, there = socket.socketpair()
    out, into = os.pipe()
    server = socket.create_server(("127.0.0.1", 0))
    client = socket.create_connection(server.getsockname())
    with here, there, server, client, open(out, "rb"), open(into, "wb"):
        assert [known.grace(one) for one in (here.fileno(), out, server.fileno())] == [0] * 3
        assert known.grace(client.fileno()) == peers._REAL
        known.add(server.getsockname()[1])
        assert known.grace(client.fileno()) == 0
        known.forget(server.getsockname()[1])
        assert known.grace(client.fileno()) == peers._REAL
    assert known.grace(out) == 0  # it is closed
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert known.grace(child.stdout.fileno()) == float("inf")
        child.communicate(b"\n")


def test_a_thread_that_has_been_woken_and_has_not_run_yet(stuck: list[str]) -> None:
    engine = waits.Engine(10 * HOUR, stuck.append)
    gate, offsets, looks = threading.Lock(), [], itertools.count()
    gate.acquire()

    def wait() -> None:
        woken = waits.Wait("what is there", lambda: True)
        engine.wait(woken, lambda seconds: seconds != 0 and gate.acquire(), None)
        offsets.append(engine.offset)

    def look(seconds: float | None) -> None:
        time.sleep(seconds or 0)  # real, as a select is: the engine gives short ones only
        if next(looks) == 100:
            gate.release()

    thread = threading.Thread(target=wait)
    thread.start()
    engine.wait(waits.Wait("nothing", lambda: False), look, HOUR)
    if not offsets and next(looks) < 100:
        gate.release()
    thread.join()
    assert offsets == [0.0]
    assert engine.offset > HOUR / 2


def test_a_child_process_has_its_own_clock(compressed: CompressedTime) -> None:
    # The real wait of a child is the subject: our clock must stand meanwhile.
    code = "import time; time.sleep(0.3); print('done')"
    timer = threading.Timer(HOUR, lambda: None)
    timer.start()
    done = subprocess.run([sys.executable, "-c", code], timeout=60, capture_output=True,
                          check=True)
    assert done.stdout.split() == [b"done"]
    assert compressed.elapsed < HOUR
    timer.cancel()
    timer.join()

    async def main() -> bytes:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
        out, _ = await asyncio.wait_for(child.communicate(), 60)
        return out

    assert asyncio.run(main()).split() == [b"done"]

    async def without_pipes() -> int:
        child = await asyncio.create_subprocess_exec(sys.executable, "-c", "import time; "
                                                     "time.sleep(0.3)")
        return await asyncio.wait_for(child.wait(), 60)

    assert asyncio.run(without_pipes()) == 0


def test_the_timer_of_pytest_timeout_is_real(compressed: CompressedTime) -> None:
    def interrupt() -> None:
        fired.append(1)

    fired: list[int] = []
    interrupt.__module__ = "pytest_timeout"
    timer = threading.Timer(60, interrupt)
    timer.start()
    time.sleep(HOUR)
    assert fired == []
    timer.cancel()
    timer.join()


def test_a_client_in_uvloop_waits_in_real_time(
    fake_ims: FakeIMS, lists: str, compressed: CompressedTime, stuck: list[str]
) -> None:
    uvloop = pytest.importorskip("uvloop", reason="uvloop is not for Windows")

    async def get() -> None:
        limit = aiohttp.ClientTimeout(total=0.3)
        async with aiohttp.ClientSession(timeout=limit, headers=fake_ims.headers) as session:
            with pytest.raises(asyncio.TimeoutError):
                await session.get(lists)

    loop = uvloop.new_event_loop()
    try:
        loop.run_until_complete(get())
    finally:
        loop.close()
    assert stuck == []
    assert compressed.elapsed < HOUR


@pytest.mark.parametrize("timeout", [5, 0.5])
def test_requests_that_are_answered_never_time_out(
    fake_ims: FakeIMS, compressed: CompressedTime, timeout: float
) -> None:
    lists = f"{fake_ims.url}/v2/images"
    with requests.Session() as session:
        for _ in range(200):
            assert session.get(lists, headers=fake_ims.headers, timeout=timeout).status_code == 200


async def test_many_clients_in_one_loop(fake_ims: FakeIMS) -> None:
    lists = f"{fake_ims.url}/v2/images"
    context = CompressedTime(stuck=pytest.fail)
    context.add_fake(port_of(fake_ims))

    async def client(session: aiohttp.ClientSession, number: int) -> None:
        for _ in range(5):
            async with session.get(lists) as answer:
                assert answer.status == 200
            await asyncio.sleep(number)

    with context:
        limit = aiohttp.ClientTimeout(total=5)
        async with aiohttp.ClientSession(timeout=limit, headers=fake_ims.headers) as session:
            await asyncio.gather(*(client(session, number) for number in range(1, 20)))
        assert 95 <= context.elapsed < 120


# Stuck


def test_a_client_without_a_time_out_is_stuck(
    fake_ims: FakeIMS, lists: str, compressed: CompressedTime, stuck: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def release(text: str) -> None:
        stuck.append(text)
        assert connection.sock is not None
        connection.sock.shutdown(socket.SHUT_RDWR)

    connection = http.client.HTTPConnection(urlsplit(fake_ims.url).netloc)
    monkeypatch.setattr(compressed._engine, "_stuck", release)
    with closing(connection):
        connection.request("GET", "/v2/images", headers=fake_ims.headers)
        line = sys._getframe().f_lineno + 2
        with pytest.raises(http.client.RemoteDisconnected):
            connection.getresponse()
    assert stuck == [
        "nothing can happen any more: the client waits without a time-out in socket.recv_into "
        f"(tests/sweep/test_compressed.py:{line} in "
        "test_a_client_without_a_time_out_is_stuck)"]


def test_patience(stuck: list[str]) -> None:
    stop = threading.Event()

    def release(text: str) -> None:
        stuck.append(text)
        if len(stuck) == 2:
            stop.set()
        else:
            context.touch()

    def wait() -> None:
        while not stop.wait(30):
            pass

    context = CompressedTime(patience=100, stuck=release)
    with context:
        wait()
        assert 200 <= context.elapsed < 300
    assert len(stuck) == 2
    assert "the clock has moved 100 s since the last request: the client waits" in stuck[0]
    assert "in wait)" in stuck[0]


async def test_a_task_that_is_stuck(stuck: list[str]) -> None:
    loop, done = asyncio.get_running_loop(), asyncio.Event()

    def release(text: str) -> None:
        stuck.append(text)
        loop.call_soon_threadsafe(done.set)

    async def waits_for_ever() -> None:
        await done.wait()

    with CompressedTime(stuck=release):
        await asyncio.create_task(waits_for_ever())
    assert len(stuck) == 1
    assert "the client waits in asyncio (" in stuck[0]
    assert "in waits_for_ever)" in stuck[0]


def test_a_deadlock_in_c(stuck: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread inside C may wait for something real, so it gets more time."""
    monkeypatch.setattr(waits, "_UNKNOWN", 0.2)
    lock = threading.Lock()
    lock.acquire()

    def release(text: str) -> None:
        stuck.append(text)
        lock.release()
        stop.set()

    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    with CompressedTime(stuck=release):
        thread.start()
        lock.acquire()
        thread.join()
    assert len(stuck) == 1
    assert "the client waits in a function in C (tests/sweep/test_compressed.py:" in stuck[0]


async def test_the_callback_in_a_loop_can_schedule(stuck: list[str]) -> None:
    loop, done = asyncio.get_running_loop(), asyncio.Event()

    def release(text: str) -> None:
        stuck.append(text)
        loop.call_soon(done.set)

    with CompressedTime(stuck=release):
        await done.wait()
    assert len(stuck) == 1


async def test_the_callback_in_another_thread_can_schedule() -> None:
    loop, done, stop = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

    def beat() -> None:
        while not stop.wait(30):
            pass

    def release(_: str) -> None:
        loop.call_soon(done.set)

    thread = threading.Thread(target=beat)  # the only one with a deadline, so it finds out
    with CompressedTime(patience=100, stuck=release):
        thread.start()
        await done.wait()
        stop.set()
        thread.join()


def test_the_callback_can_use_the_fake(fake_ims: FakeIMS, stuck: list[str]) -> None:
    def release(text: str) -> None:
        stuck.append(text)
        fake_ims.images.add(name="told")
        fake_ims.faults.clear()
        connection.sock.shutdown(socket.SHUT_RDWR)

    connection = http.client.HTTPConnection(urlsplit(fake_ims.url).netloc)
    fake_ims.faults.add("images.list", hang=True)
    context = CompressedTime(stuck=release)
    context.add_fake(port_of(fake_ims))
    with closing(connection), context:
        connection.request("GET", "/v2/images", headers=fake_ims.headers)
        with pytest.raises(http.client.RemoteDisconnected):
            connection.getresponse()
    assert len(stuck) == 1
    assert fake_ims.images.named("told")


def test_threads_that_were_there_before_cost_nothing() -> None:
    """Under xdist, one of execnet waits inside C, and ``threading`` does not know it."""
    gate, began, ended = threading.Lock(), threading.Event(), threading.Event()
    gate.acquire()

    def wait() -> None:
        began.set()
        gate.acquire()
        ended.set()

    ident = _thread.start_new_thread(wait, ())
    began.wait()
    idle = bystanders.Bystanders(threading.get_ident())
    gate.release()
    ended.wait()
    assert ident in idle._there
    assert threading.get_ident() not in idle._there


# Call sites


def test_the_site_of_a_thread(fake_ims: FakeIMS, compressed: CompressedTime) -> None:
    found = []

    def first(connection: http.client.HTTPConnection) -> None:
        connection.request("POST", "/v2/images", b"{}", fake_ims.headers)
        connection.getresponse().read()

    def second(connection: http.client.HTTPConnection) -> None:
        connection.request("GET", "/v2/images", headers=fake_ims.headers)
        connection.getresponse().read()

    with closing(http.client.HTTPConnection(urlsplit(fake_ims.url).netloc, timeout=5)) as one:
        for send in (first, second, second):
            send(one)
            site = compressed.site(one.sock.getsockname()[1])
            assert site is not None
            found.append(site)
    assert [site.line.partition(" in ")[2] for site in found] == ["first", "second", "second"]
    assert found[0].line.startswith("tests/sweep/test_compressed.py:")
    assert found[0].frames[-1][2] in ("send", "sendall")
    assert found[0].key != found[1].key == found[2].key
    assert compressed.site(1) is None


@pytest.mark.parametrize("body", [None, b"x" * 10, io.BytesIO])
async def test_the_site_of_a_task(fake_ims: FakeIMS, body: Any) -> None:
    context = CompressedTime(stuck=pytest.fail)
    context.add_fake(port_of(fake_ims))

    async def first(session: aiohttp.ClientSession) -> None:
        data = body(b"y" * 2**18) if callable(body) else body
        async with session.put(f"{fake_ims.url}/v2/images/1/file", data=data) as answer:
            assert answer.status >= 400

    with context:
        async with aiohttp.ClientSession(headers=fake_ims.headers) as session:
            await asyncio.create_task(first(session))
        (site,) = ways.senders()._sites.values()
    assert site.line.endswith("in first")


# Beside other patches


def test_freezegun_in_the_test(compressed: CompressedTime) -> None:
    module = types.ModuleType("some_client")
    vars(module).update(time=time.time, sleep=time.sleep)
    sys.modules["some_client"] = module
    try:
        with freezegun.freeze_time("2030-01-01"):
            frozen = module.time()
            assert frozen == time.time() == 1893456000
            time.sleep(HOUR)
            assert module.time() == frozen
        assert time.time is clocks.NEW["time"]
        assert module.time is clocks.NEW["time"]
        time.sleep(HOUR)
    finally:
        del sys.modules["some_client"]
    assert compressed.elapsed >= 2 * HOUR


def test_freezegun_around_it() -> None:
    with freezegun.freeze_time("2030-01-01"):
        frozen = time.time
        with CompressedTime(stuck=pytest.fail) as context:
            time.sleep(HOUR)
            assert time.time() == pytest.approx(1893456000 + HOUR, abs=60)
            assert context.elapsed >= HOUR
        assert time.time is frozen
        assert time.time() == 1893456000


def test_time_machine_in_the_test(compressed: CompressedTime) -> None:
    with time_machine.travel(1893456000.0, tick=False):
        before = time.time()
        time.sleep(HOUR)
        assert time.time() - before == pytest.approx(HOUR, abs=60)
    assert compressed.elapsed >= HOUR


# Tracebacks


def waits_for_a_response_too_long(fake: FakeIMS) -> None:
    with closing(socket.create_connection(("127.0.0.1", port_of(fake)), timeout=1)) as sock:
        sock.recv(1)


def waits_for_a_child_too_long(fake: FakeIMS) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        child.wait(timeout=0.001)


def selects_nonsense(fake: FakeIMS) -> None:
    select.select([-1], [], [], 1)


def joins_itself(fake: FakeIMS) -> None:
    threading.current_thread().join(1)


def sleeps_a_text(fake: FakeIMS) -> None:
    time.sleep("1")  # type: ignore[arg-type]  # that is the mistake


def makes_a_task_of_nothing(fake: FakeIMS) -> None:
    with closing(asyncio.new_event_loop()) as loop:
        loop.create_task(None)  # type: ignore[arg-type]  # that is the mistake


def is_interrupted_while_it_looks(fake: FakeIMS) -> None:
    mine, real = threading.get_ident(), shared.SELECT["poll"]

    def poll() -> Any:
        if threading.get_ident() == mine:
            raise KeyboardInterrupt
        return real()

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(shared.SELECT, "poll", poll)
        waits_for_a_response_too_long(fake)


@pytest.mark.parametrize(("fails", "error", "files"), [
    (sleeps_a_text, TypeError, {"clocks.py"}),
    (joins_itself, RuntimeError, {"locks.py", "waits.py"}),
    (selects_nonsense, ValueError, {"selects.py", "waits.py"}),
    (waits_for_a_response_too_long, TimeoutError, {"sockets.py"}),
    (waits_for_a_child_too_long, subprocess.TimeoutExpired, {"processes.py"}),
    (makes_a_task_of_nothing, TypeError, {"tasks.py"}),
    pytest.param(is_interrupted_while_it_looks, KeyboardInterrupt, {"descriptors.py", "sockets.py"},
                 marks=pytest.mark.skipif(not hasattr(select, "poll"), reason="no poll")),
])
def test_tracebacks_do_not_show_us(
    compressed: CompressedTime, fake_ims: FakeIMS, fails: Callable[[FakeIMS], None],
    error: type[BaseException], files: set[str],
) -> None:
    with pytest.raises(error) as caught:
        fails(fake_ims)
    ours = os.path.dirname(waits.__file__)
    frames = [str(one.path) for one in caught.traceback]
    assert {os.path.basename(path) for path in frames if path.startswith(ours)} == files
    shown = [str(one.path) for one in caught.traceback.filter(caught)]
    assert __file__ in shown
    assert not [path for path in shown if path.startswith(ours)]


# Entering and leaving


def state() -> dict[str, Any]:
    """Everything that is replaced."""
    owners = (time, select, threading, threading.Thread, socket.socket, subprocess.Popen, queue,
              asyncio.BaseEventLoop, selectors.DefaultSelector, selectors.SelectSelector,
              freezegun.api, sys.modules[__name__])
    return {f"{owner.__name__}.{name}": value for owner in owners
            for name, value in vars(owner).items() if name not in ("__warningregistry__",)}


@pytest.mark.parametrize("error", [None, KeyboardInterrupt, ZeroDivisionError])
def test_everything_is_restored(error: type[BaseException] | None) -> None:
    before, threads = state(), threading.active_count()
    context = CompressedTime(stuck=pytest.fail)
    for _ in range(2):
        try:
            with context:
                assert time.sleep is its_sleep is not BUILTIN["sleep"]
                assert state() != before
                time.sleep(1)
                if error is not None:
                    raise error
        except BaseException as raised:
            if type(raised) is not error:
                raise
        after = state()
        assert {name for name in before | after
                if before.get(name) is not after.get(name)} == set()
    assert threading.active_count() == threads
    assert context.elapsed < 60


def test_what_was_imported_meanwhile_is_restored_too() -> None:
    module = types.ModuleType("imported_meanwhile")
    try:
        with CompressedTime(stuck=pytest.fail):
            exec("from time import sleep, time\nfrom select import select", vars(module))
            sys.modules[module.__name__] = module
            assert module.sleep is not BUILTIN["sleep"]
        assert module.sleep is BUILTIN["sleep"]
        assert module.time is BUILTIN["time"]
        assert module.select is select.select
        with CompressedTime(stuck=pytest.fail) as context:
            module.sleep(HOUR)
            assert context.elapsed >= HOUR
    finally:
        del sys.modules[module.__name__]


def test_a_failure_at_the_start_restores_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    before = state()
    with monkeypatch.context() as patch:
        patch.setattr(tasks, "_create_task", lambda before: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            CompressedTime(stuck=pytest.fail).__enter__()
    after = state()
    assert {name for name in before | after if before.get(name) is not after.get(name)} == set()


def test_it_is_entered_once() -> None:
    with CompressedTime(stuck=pytest.fail), pytest.raises(UsageError, match="already"):
        CompressedTime(stuck=pytest.fail).__enter__()


def test_kept_functions_work_afterwards() -> None:
    with CompressedTime(stuck=pytest.fail):
        kept = time.sleep, time.monotonic, select.poll, threading.Condition()
        sleep, monotonic, poll, condition = kept
        sleep(HOUR)
    sleep(0)
    assert monotonic() == pytest.approx(time.monotonic(), abs=60)
    assert poll().poll(0) == []
    with condition:
        assert not condition.wait(0.001)


def test_a_thread_that_waits_at_the_end_goes_on() -> None:
    event = threading.Event()
    thread = threading.Thread(target=event.wait, args=(HOUR,))
    stop = threading.Event()
    with CompressedTime(stuck=pytest.fail):
        thread.start()
        assert not stop.wait(1)
    event.set()
    thread.join()


def test_errors_are_those_of_the_standard_library(compressed: CompressedTime) -> None:
    for seconds, error in ((-1, ValueError), ("1", TypeError), (float("nan"), ValueError)):
        with pytest.raises(error):
            time.sleep(seconds)  # type: ignore[arg-type]
    here, there = socket.socketpair()
    there.close()
    with here:
        assert here.recv(1) == b""
    with pytest.raises(OSError, match="Bad file descriptor"):
        here.recv(1)
    with pytest.raises(RuntimeError, match="before it is started"):
        threading.Thread().join()


def test_off_linux_only_the_instructions_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bystanders, "_of_the_system", lambda ident: (True, ""))
    with CompressedTime(stuck=pytest.fail) as context:
        thread = threading.Thread(target=time.sleep, args=(HOUR,))
        thread.start()
        thread.join()
        assert context.elapsed >= HOUR
