"""What is measured: each function gives rows of the table."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bench_bare import Bare
from bench_load import Load
from bench_table import Row, alone, paired

from fake_ims import FakeIMS

Bench = Iterator[Row]
IMAGE = {"name": "image-1", "container_format": "bare", "disk_format": "qcow2", "min_disk": 1,
         "tags": ["a=b"], "__os_version": "Ubuntu 16.04 server 64bit"}
OPENSTACK_IMAGE = {**IMAGE, "architecture": "x86_64"}
del OPENSTACK_IMAGE["__os_version"]
TOKEN = "a-token"


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    rounds: int
    requests: int
    connections: int
    images: int
    starts: int
    resets: int
    processes: int


FULL = Size(rounds=9, requests=4000, connections=32, images=100_000, starts=60, resets=2000,
            processes=15)
TINY = Size(rounds=1, requests=8, connections=2, images=200, starts=1, resets=5, processes=1)


def http(method: str, target: str, document: object = None, token: str = TOKEN) -> bytes:
    """A request as bytes."""
    lines = [f"{method} {target} HTTP/1.1", "Host: 127.0.0.1", f"X-Auth-Token: {token}"]
    body = b""
    if document is not None:
        body = json.dumps(document).encode()
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def ask(port: int, request: bytes) -> bytes:
    """The body of the answer to one request on a connection of its own."""
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.sendall(request)
        answer = b""
        while (end := answer.find(b"\r\n\r\n")) < 0:
            answer += sock.recv(65536)
        at = answer.find(b"Content-Length: ", 0, end)
        size = end + 4 + int(answer[at + 16 : answer.index(b"\r", at)])
        while len(answer) < size:
            answer += sock.recv(65536)
        if not answer.startswith(b"HTTP/1.1 2"):
            raise RuntimeError(answer.decode())
        return answer[end + 4 :]


def port_of(fake: FakeIMS) -> int:
    """The port that a fake listens on."""
    return urlsplit(fake.url).port or 0


# start, first answer, stop; reset


def life(size: Size) -> Bench:
    """A fake from start to stop, and its reset."""
    listing = http("GET", "/v2/images")
    with FakeIMS() as fake:
        empty = ask(port_of(fake), listing)

    def ours() -> float:
        started = time.perf_counter()
        fake = FakeIMS()
        fake.start()
        ask(port_of(fake), listing)
        fake.stop()
        return time.perf_counter() - started

    def bare() -> float:
        started = time.perf_counter()
        server = Bare(empty, "/v2/images")
        server.start()
        ask(server.port, listing)
        server.stop()
        return time.perf_counter() - started

    yield paired("start, first answer, stop", ours, bare, size.starts, "<= 1.3")
    with FakeIMS() as fake:
        yield alone("reset(), nothing to forget", lambda: _reset(fake), size.resets, "< 100 µs")
        yield alone("reset() after 3 images and 4 requests", lambda: _reset_used(fake),
                    size.resets // 4, "< 100 µs")


def _reset(fake: FakeIMS) -> float:
    started = time.perf_counter()
    fake.reset()
    return time.perf_counter() - started


def _reset_used(fake: FakeIMS) -> float:
    for _ in range(3):
        fake.images.add(name="a", data=b"x")
    for _ in range(4):
        ask(port_of(fake), http("GET", "/v2/images"))
    return _reset(fake)


# requests against the bare handler


def requests(size: Size, load: Load) -> Bench:
    """POST, GET and LIST on many connections, in both profiles."""
    for profile in ("otc", "openstack"):
        document = IMAGE if profile == "otc" else OPENSTACK_IMAGE
        with FakeIMS(profile=profile) as fake:  # type: ignore[arg-type]
            images = [fake.images.add(**document) for _ in range(30)]
            create = http("POST", "/v2/images", document)
            for what, request in (
                ("GET image", http("GET", f"/v2/images/{images[7].id}")),
                ("LIST of 25", http("GET", "/v2/images?limit=25")),
                ("POST image", create),
            ):
                yield _against_bare(f"{what}, {profile}", size, load, fake, request)


def log_ins(size: Size, load: Load) -> Bench:
    """A log-in with a password, which answers with the catalog."""
    for profile in ("otc", "openstack"):
        with FakeIMS(profile=profile, auth="issued") as fake:  # type: ignore[arg-type]
            domain = {"name": fake.user_domain_name}
            user = {"name": fake.username, "password": fake.password, "domain": domain}
            scope = {"project": {"name": fake.project_name, "domain": domain}}
            document = {"auth": {"identity": {"methods": ["password"],
                                              "password": {"user": user}}, "scope": scope}}
            request = http("POST", "/v3/auth/tokens", document)
            yield _against_bare(f"log in, {profile}", size, load, fake, request, "<= 3")


def _against_bare(
    what: str, size: Size, load: Load, fake: FakeIMS, request: bytes, target_ratio: str = ""
) -> Row:
    method, target = request.decode().split(" ", 2)[:2]
    body = ask(port_of(fake), request)
    posts = method == "POST"

    def run(port: int) -> float:
        return served(load, port, request, size.requests, size.connections)

    def ours() -> float:
        if posts:
            fake.reset()
            fake.world.quota = size.requests
        return run(port_of(fake))

    with Bare(body, target.partition("?")[0], 201 if posts else 200) as bare:
        return paired(f"{what} ({len(body)} bytes)", ours, lambda: run(bare.port), size.rounds,
                      target_ratio)


def served(load: Load, port: int, request: bytes, count: int, connections: int) -> float:
    """Processor seconds that this process, the server, takes for a request.

    It serves in one thread, so its reciprocal is the requests a second of one processor; unlike
    those it does not tell how busy the machine is with other things.
    """
    started = time.process_time()
    load.seconds(port, request, count, connections)
    return (time.process_time() - started) / count


# whole processes

_ENVIRONMENT = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
for _name in ("PYTEST_ADDOPTS", "PYTHONDONTWRITEBYTECODE"):
    _ENVIRONMENT.pop(_name, None)


def processes(size: Size) -> Bench:
    """What importing costs, and what the plugin adds to a run that does not use it."""
    with tempfile.TemporaryDirectory() as compiled:
        # The first round, which does not count, compiles.
        _ENVIRONMENT["PYTHONPYCACHEPREFIX"] = compiled
        yield from _processes(size)


def _processes(size: Size) -> Bench:
    yield paired("import fake_ims vs bare interpreter", lambda: _python("import fake_ims"),
                 lambda: _python("pass"), size.processes)
    yield paired("from fake_ims import FakeIMS vs import aiohttp.web",
                 lambda: _python("from fake_ims import FakeIMS; FakeIMS().app"),
                 lambda: _python("import aiohttp.web"), size.processes)
    with _empty_suite() as suite:
        run = ["-m", "pytest", "-q", "-p", "no:cacheprovider", str(suite)]
        yield paired("empty pytest run with the plugin vs without",
                     lambda: _cpu([*run, "-p", "pytest_fake_ims.plugin"]),
                     lambda: _cpu(run), size.processes, "1")


@contextmanager
def _empty_suite() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "pytest.ini").write_text("[pytest]\n")
        Path(folder, "test_nothing.py").write_text("def test_nothing():\n    pass\n")
        yield Path(folder)


def _python(code: str) -> float:
    return _cpu(["-c", code])


def _cpu(arguments: list[str]) -> float:
    """Processor seconds, user and system, of one run of this interpreter."""
    process = subprocess.Popen([sys.executable, *arguments], env=_ENVIRONMENT,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert process.stdout is not None
    with process.stdout:
        said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    with suppress(ChildProcessError):
        process.wait()
    if status:
        raise RuntimeError(said.decode())
    return usage.ru_utime + usage.ru_stime
