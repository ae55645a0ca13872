"""Starting, stopping, and calls from every thread: nothing is left, nothing hangs."""

from __future__ import annotations

import asyncio
import gc
import http.client
import os
import socket
import subprocess
import sys
import textwrap
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
from waiting import until, until_in_loop
from wire import Wire

from fake_ims import (
    FakeIMS,
    NotRunningError,
    PortTakenError,
    UsageError,
    WrongLoopError,
)
from fake_ims.server import bridge

DEADLINE = 20.0  # real seconds; never reached unless something hangs


def wire_of(fake: FakeIMS) -> Wire:
    return Wire(fake.url, fake.headers)


def open_files() -> int | None:
    gc.collect()
    directory = Path("/proc/self/fd")
    return len(list(directory.iterdir())) if directory.exists() else None


@pytest.fixture
def nothing_left() -> Iterator[None]:
    """Neither thread nor descriptor is left behind by the test."""
    threads, files = set(threading.enumerate()), open_files()
    yield
    assert set(threading.enumerate()) <= threads
    assert open_files() == files


def in_background(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def ended(thread: threading.Thread) -> bool:
    thread.join(DEADLINE)
    return not thread.is_alive()


def attempt(fake: FakeIMS) -> int | None:
    """Status of a list of images; None if no answer came."""
    try:
        return wire_of(fake).get("/v2/images").status
    except (OSError, http.client.HTTPException):
        return None


def has_loop_address_6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as sock:
            sock.bind(("::1", 0))
    except OSError:
        return False
    return True


# where it listens


def test_only_this_machine_reaches_it() -> None:
    with FakeIMS() as fake:
        parts = urlsplit(fake.url)
        assert (parts.scheme, parts.hostname) == ("http", "127.0.0.1")
        assert wire_of(fake).get("/v2/images").status == 200


@pytest.mark.filterwarnings("ignore::fake_ims.ExposedWarning")
@pytest.mark.parametrize(("host", "shown"), [
    ("0.0.0.0", "127.0.0.1"), ("localhost", "127.0.0.1"),
    pytest.param("127.0.0.2", "127.0.0.2", marks=pytest.mark.skipif(
        sys.platform != "linux", reason="only Linux listens on all of 127.0.0.0/8 unasked")),
])
def test_the_url_can_be_called(host: str, shown: str) -> None:
    with FakeIMS(host=host) as fake:
        assert urlsplit(fake.url).hostname == shown
        assert wire_of(fake).get("/v2/images").status == 200


@pytest.mark.skipif(not has_loop_address_6(), reason="needs IPv6 on the loopback interface")
@pytest.mark.filterwarnings("ignore::fake_ims.ExposedWarning")
@pytest.mark.parametrize("host", ["::1", "::"])
async def test_an_address_of_version_6(host: str) -> None:
    async with FakeIMS(host=host) as fake, aiohttp.ClientSession(headers=fake.headers) as session:
        assert fake.url.startswith("http://[::1]:")
        async with session.get(f"{fake.url}/v2/images") as answer:
            assert answer.status == 200


def test_a_taken_port(nothing_left: None) -> None:
    with FakeIMS() as fake:
        port = urlsplit(fake.url).port
        assert port
        second = FakeIMS(port=port)
        with pytest.raises(PortTakenError, match=f"port {port} of 127.0.0.1 is in use"):
            second.start()
        assert not second.running
    with second:  # the port is free now
        assert urlsplit(second.url).port == port
        assert wire_of(second).get("/v2/images").status == 200


async def test_a_taken_port_in_a_loop(nothing_left: None) -> None:
    async with FakeIMS() as fake:
        second = FakeIMS(port=urlsplit(fake.url).port or 0)
        with pytest.raises(PortTakenError):
            await second.__aenter__()
        assert not second.running


@pytest.mark.parametrize("host", ["256.1.1.1", "no such host", "192.0.2.1", "a" * 300])
def test_a_host_that_is_not_here(host: str, nothing_left: None) -> None:
    with pytest.raises(UsageError):
        FakeIMS(host=host).start()


# ends


def test_start_and_stop(nothing_left: None) -> None:
    for _ in range(20):
        fake = FakeIMS()
        fake.stop()  # not started: nothing to do
        assert fake.start() is fake
        assert fake.running
        assert wire_of(fake).get("/v2/images").status == 200
        fake.stop()
        fake.stop()
        assert not fake.running


def test_stop_at_once(nothing_left: None) -> None:
    for _ in range(20):
        with FakeIMS():
            pass


def test_stop_cuts_connections(nothing_left: None) -> None:
    fake = FakeIMS().start()
    address = urlsplit(fake.url).hostname, urlsplit(fake.url).port
    idle = http.client.HTTPConnection(f"{address[0]}:{address[1]}", timeout=DEADLINE)
    idle.request("GET", "/v2/images", headers=fake.headers)
    assert idle.getresponse().read()
    silent = socket.create_connection(address, timeout=DEADLINE)
    half = socket.create_connection(address, timeout=DEADLINE)
    half.sendall(b"PUT /v2/images/x/file HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
    outcome: list[object] = []
    fault = fake.faults.add("images.list", delay="1h")
    client = in_background(lambda: outcome.append(attempt(fake)))
    until(fake, lambda: fault.hits)
    fake.stop()
    assert ended(client)
    assert outcome == [None]
    for sock in (idle.sock, silent):
        assert sock.recv(1) == b""
    idle.close()
    silent.close()
    half.close()


def test_stop_in_the_middle_of_an_upload(nothing_left: None) -> None:
    with FakeIMS() as fake:
        image = fake.images.add(name="a", status="queued")
        host, port = urlsplit(fake.url).hostname, urlsplit(fake.url).port
        sock = socket.create_connection((host, port), timeout=DEADLINE)
        sock.sendall(f"PUT /v2/images/{image.id}/file HTTP/1.1\r\nHost: x\r\n"
                     f"X-Auth-Token: {fake.token}\r\nContent-Length: 9000000\r\n"
                     "Content-Type: application/octet-stream\r\n\r\n".encode())
        sock.sendall(bytes(5_000_000))  # more than is kept in memory
        until(fake, lambda: image.status == "saving")
    sock.close()


async def test_a_loop_is_left_clean(nothing_left: None) -> None:
    before = asyncio.all_tasks()
    async with FakeIMS() as fake, aiohttp.ClientSession(headers=fake.headers) as session:
        url = f"{fake.url}/v2/images"
        async with session.get(url) as answer:
            assert answer.status == 200
        fault = fake.faults.add("images.list", delay="1h")
        late = asyncio.ensure_future(session.get(url))
        await until_in_loop(lambda: fault.hits)
        await fake.__aexit__(None, None, None)
        # Whether the client has already heard of it depends on the release of aiohttp.
        assert asyncio.all_tasks() - before - {late} == set()
        with pytest.raises(aiohttp.ClientError):
            await late
    assert asyncio.all_tasks() == before


def test_large_data_is_given_back(nothing_left: None) -> None:
    with FakeIMS() as fake:
        fake.images.add(name="a", data=bytes(6_000_000))
        wire = wire_of(fake)
        wire.upload(wire.create(name="b")["id"], bytes(6_000_000))


def test_what_waits_at_a_reset_is_no_part_of_what_follows(nothing_left: None) -> None:
    with FakeIMS() as fake:
        fault = fake.faults.add("images.list", delay="1h")
        outcome: list[object] = []
        client = in_background(lambda: outcome.append(attempt(fake)))
        until(fake, lambda: fault.hits)
        fake.reset()
        assert wire_of(fake).get("/v2/images").status == 200
        assert (len(fake.requests), fault.hits) == (1, 1)
    assert ended(client)
    assert outcome == [None]


def test_nothing_is_said_under_the_strictest_warnings(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(textwrap.dedent("""
        import asyncio, urllib.request
        from fake_ims import FakeIMS

        def get(fake):
            request = urllib.request.Request(fake.url + "/v2/images", headers=fake.headers)
            with urllib.request.urlopen(request) as answer:
                assert answer.status == 200

        async def in_loop():
            async with FakeIMS() as fake:
                fake.images.add(name="a", data=bytes(6_000_000))
                await asyncio.to_thread(get, fake)

        for _ in range(3):
            with FakeIMS(auth="issued") as fake:
                fake.images.add(name="a", data=bytes(6_000_000))
                get(fake)
        asyncio.run(in_loop())
        FakeIMS()
        get(FakeIMS().start())          # forgotten: ends by itself
        kept = FakeIMS().start()        # never stopped: must not keep the interpreter
        get(kept)
    """))
    run = subprocess.run([sys.executable, "-W", "error", str(program)],
                         capture_output=True, text=True, timeout=60)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_a_forgotten_fake_ends() -> None:
    before = set(threading.enumerate())
    fake = FakeIMS().start()
    (thread,) = set(threading.enumerate()) - before
    del fake
    gc.collect()
    assert ended(thread)


# misuse


def test_start_twice() -> None:
    with FakeIMS() as fake, pytest.raises(UsageError, match="is already running;"):
        fake.start()


def test_stop_from_within(nothing_left: None) -> None:
    with FakeIMS() as fake:
        seen: list[BaseException] = []

        def stop_from_within() -> None:
            try:
                fake.stop()
            except WrongLoopError as error:
                seen.append(error)

        # A generator among the attributes is consumed where the state belongs.
        thread = fake._bridge._thread
        assert thread is not None
        thread._hand_over(stop_from_within)
        assert "from within its own loop" in str(seen[0])
        assert fake.running


async def test_one_fake_runs_once() -> None:
    async with FakeIMS() as fake:
        with pytest.raises(WrongLoopError, match="is already running in a loop"), fake:
            pass
        with pytest.raises(WrongLoopError, match="it stops at the end of that block"):
            fake.stop()
        assert fake.running
    with fake:
        with pytest.raises(UsageError, match="is already running;"):
            await fake.__aenter__()
        assert fake.running


async def test_a_fake_with_its_own_thread_in_an_async_test(nothing_left: None) -> None:
    with FakeIMS() as fake:
        async with (aiohttp.ClientSession(headers=fake.headers) as session,
                    session.post(f"{fake.url}/v2/images", json={"name": "a"}) as answer):
            assert answer.status == 201
        assert fake.images.named("a").status == "queued"


def test_leaving_in_another_loop() -> None:
    fake = FakeIMS()
    loop = asyncio.new_event_loop()
    loop.run_until_complete(fake.__aenter__())
    with pytest.raises(WrongLoopError, match="another loop"):
        asyncio.run(fake.__aexit__(None, None, None))
    loop.run_until_complete(fake.__aexit__(None, None, None))
    loop.close()


def test_a_loop_that_was_closed_too_early() -> None:
    fake = FakeIMS()
    loop = asyncio.new_event_loop()
    loop.run_until_complete(fake.__aenter__())
    loop.close()
    assert not fake.running
    fake.stop()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # what the loop itself left
        gc.collect()
    with fake:
        assert wire_of(fake).names() == []


# calls from other threads


def test_many_threads_at_once() -> None:
    with FakeIMS() as fake, ThreadPoolExecutor(8) as pool:
        wire = wire_of(fake)

        def work(number: int) -> None:
            for turn in range(25):
                if (number + turn) % 2:
                    image = fake.images.add(name=f"{number}-{turn}", data=b"x")
                    assert image.status == "active"
                    assert image in fake.images
                else:
                    wire.create(name=f"{number}-{turn}")

        list(pool.map(work, range(8)))
        assert len(fake.images) == 200
        assert len({image.id for image in fake.images}) == 200
        assert len(fake.requests) == 100
        assert [exchange.number for exchange in fake.requests] == list(range(1, 101))


async def test_threads_beside_a_loop() -> None:
    async with FakeIMS() as fake:
        def work() -> str:
            image = fake.images.add(name="a")
            fake.tenant("p2")
            return wire_of(fake).status(image.id)

        assert await asyncio.gather(*(asyncio.to_thread(work) for _ in range(5))) == ["active"] * 5
        assert len(fake.images) == 5


def test_a_call_within_a_call() -> None:
    with FakeIMS() as fake:
        fake.images.add(name="a")
        image = fake.images.add(tags=(f"k=v{len(fake.images)}" for _ in range(1)))
        assert image.tags == ["k=v1"]


def test_an_error_comes_back_and_harms_nothing() -> None:
    with FakeIMS() as fake:
        thread = fake._bridge._thread
        assert thread is not None
        for run in (fake._bridge.run, thread._hand_over):
            with pytest.raises(ZeroDivisionError):
                run(lambda: 1 / 0)
            assert run(lambda: 7) == 7
        assert wire_of(fake).get("/v2/images").status == 200


def test_what_a_client_has_done_is_done() -> None:
    """A look after an answer sees the exchange, however quickly it comes."""
    with FakeIMS() as fake:
        wire = wire_of(fake)
        image = fake.images.add(name="a", data=bytes(200_000))
        for count in range(1, 200, 2):
            wire.download(image.id)
            wire.get("/v2/images")
            assert len(fake.requests) == count + 1
            assert fake.requests.last.status == 200


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_loop_that_died(nothing_left: None) -> None:
    fake = FakeIMS().start()
    thread = fake._bridge._thread
    assert thread is not None
    threads = [thread for thread in threading.enumerate() if thread.name == "fake_ims"]
    thread._loop.call_soon_threadsafe(sys.exit, 3)
    assert ended(threads[-1])
    assert not fake.running
    for use in (fake.reset, lambda: len(fake.images), lambda: fake.images.add(name="a")):
        with pytest.raises(NotRunningError, match=r"ended with SystemExit\(3\)"):
            use()
    fake.stop()
    with fake:
        assert wire_of(fake).get("/v2/images").status == 200


def test_a_call_that_waits_while_the_loop_ends() -> None:
    loop = asyncio.new_event_loop()  # never runs, so the call cannot be taken
    calls = bridge.LoopThread(loop, ident=0, is_alive=lambda: True)
    seen: list[BaseException] = []

    def call() -> None:
        try:
            calls.run(lambda: None)
        except NotRunningError as error:
            seen.append(error)

    caller = in_background(call)
    while not calls._waiting:  # the caller has left its work there
        assert caller.is_alive()
    loop.close()
    calls.close()
    assert ended(caller)
    assert "has been stopped" in str(seen[0])


def test_a_loop_that_is_blocked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge, "PATIENCE", 0.0)
    with FakeIMS() as fake:
        thread = fake._bridge._thread
        assert thread is not None
        blocked, go = threading.Event(), threading.Event()

        def block() -> None:
            blocked.set()
            go.wait(DEADLINE)

        thread._loop.call_soon_threadsafe(block)
        blocked.wait(DEADLINE)
        with pytest.raises(WrongLoopError, match="has not responded for"):
            fake.images.add(name="a")
        go.set()
        monkeypatch.undo()
        assert len(fake.images) == 0  # the call was withdrawn


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_a_forked_child_does_not_hang() -> None:
    program = textwrap.dedent("""
        import os, warnings
        from fake_ims import FakeIMS, NotRunningError
        warnings.simplefilter("ignore")
        with FakeIMS() as fake:
            thread = fake._bridge._thread
            child = os.fork()
            if child == 0:
                try:
                    thread._hand_over(lambda: None)
                except NotRunningError:
                    os._exit(7)
                os._exit(1)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    """)
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
