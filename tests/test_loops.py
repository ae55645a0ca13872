"""``async with FakeIMS()`` in each loop that people use: it answers, refuses, leaves nothing."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import anyio
import pytest
from wire import Wire

from fake_ims import FakeIMS

try:  # without it, only its own tests are skipped
    import uvloop
except ImportError:
    uvloop = None


class ForeignServer:
    """A server as winloop's and uvloop's are: with asyncio's interface, and none of its classes."""

    def __init__(self, server: asyncio.Server) -> None:
        self._server = server

    def __getattr__(self, name: str) -> Any:
        return getattr(self._server, name)


class ForeignLoop(asyncio.SelectorEventLoop):
    """A loop whose servers are not asyncio's own."""

    async def create_server(self, *args: Any, **settings: Any) -> Any:
        return ForeignServer(await super().create_server(*args, **settings))


LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "asyncio": asyncio.new_event_loop,
    "foreign": ForeignLoop,
    **({"uvloop": uvloop.new_event_loop} if uvloop else {}),
}


@pytest.fixture(params=LOOPS)
def run(request: pytest.FixtureRequest) -> Callable[[Any], Any]:
    """Runs a coroutine in a new loop of a kind, and closes it."""
    def work(coroutine: Any) -> Any:
        loop = LOOPS[request.param]()
        try:
            return loop.run_until_complete(coroutine)
        finally:
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()

    return work


async def ask(fake: FakeIMS) -> int | str:
    """The status of a list, or ``refused``."""
    async with aiohttp.ClientSession() as session:
        try:
            async with session.get(f"{fake.url}/v2/images", headers=fake.headers) as response:
                return response.status
        except aiohttp.ClientConnectorError:
            return "refused"


def descriptors() -> int:
    """How many this process has open; 0 where the system does not say."""
    listed = Path("/proc/self/fd")
    return len(list(listed.iterdir())) if listed.exists() else 0


def refused(port: int) -> bool:
    """Whether nobody listens there any more."""
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) != 0


def test_the_port_is_closed_behind_the_block(run: Callable[[Any], Any]) -> None:
    async def work() -> tuple[int, int, list[int]]:
        before, ports = descriptors(), []
        for _ in range(10):
            async with FakeIMS() as fake:
                assert await ask(fake) == 200
                ports.append(int(fake.url.rpartition(":")[2]))
            assert refused(ports[-1])
        return before, descriptors(), ports

    before, after, ports = run(work())
    assert after <= before + 1
    assert all(map(refused, ports))


def test_a_refused_port_and_a_lost_answer(run: Callable[[Any], Any]) -> None:
    async def work() -> None:
        async with FakeIMS() as fake:
            for _ in range(3):
                with fake.faults.add(refuse=True):
                    assert await ask(fake) == "refused"
                for _ in range(5):
                    await asyncio.sleep(0)  # the loop begins to listen again
                assert await ask(fake) == 200
            fake.faults.add("images.list", reset_connection="after")
            with pytest.raises(aiohttp.ClientError):
                await ask(fake)
            assert fake.requests.last.status == 0

    run(work())


@pytest.mark.skipif(uvloop is None, reason="uvloop is not installed")
def test_uvloop_ends_without_a_warning() -> None:
    code = ("import uvloop\nfrom fake_ims import FakeIMS\n"
            "async def main():\n    async with FakeIMS(): pass\n"
            "uvloop.run(main())")
    subprocess.run([sys.executable, "-X", "dev", "-W", "error", "-c", code], check=True, timeout=60)


BACKENDS = [
    ("asyncio", {"use_uvloop": False}),
    pytest.param("asyncio", {"use_uvloop": True},
                 marks=pytest.mark.skipif(uvloop is None, reason="uvloop is not installed")),
    ("trio", {}),
]


@pytest.mark.parametrize(("backend", "options"), BACKENDS)
def test_backends_of_anyio(fake_ims: FakeIMS, backend: str, options: dict[str, Any]) -> None:
    async def work() -> int:
        wire = Wire(fake_ims.url, fake_ims.headers)
        created = await anyio.to_thread.run_sync(lambda: wire.create(name="a"))
        assert fake_ims.images[created["id"]].name == "a"
        if backend == "asyncio":
            async with FakeIMS() as own:
                return await ask(own)  # type: ignore[return-value]
        return 200

    assert anyio.run(work, backend=backend, backend_options=options) == 200
