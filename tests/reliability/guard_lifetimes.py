"""A fake that lives long, or is started, stopped and reset often: does anything gather?

``python tests/reliability lifetimes [STARTS [RESETS [HOURS]]]``: so many starts and stops, in its
own thread and in a loop; so many resets, idle and after use; so many hours of the fake's clock,
with uploads, jobs, lists, log-ins, expiring tokens and deleted images in each minute.

"Flat" means: from the end of the warm-up (a fifth of all rounds) to the end, the numbers of
threads, open descriptors, unfinished asyncio tasks and files in the folder for temporary files have
not grown, and the memory that Python has allocated (``tracemalloc``, after a collection) grows by
less than ``SLACK`` in all, however many rounds there are: caches of bounded size may fill up.

A test can ask for deleted images, ended jobs and expired tokens until the next reset, so they are
kept: during the day, ``KEPT`` bytes may remain for each of them. After resets at its end (the
tokens of the last 64 resets are remembered) nothing of the day may remain.
"""

from __future__ import annotations

import asyncio
import gc
import http.client
import json
import os
import socket
import tempfile
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from fake_ims import FakeIMS

SLACK = 256 * 1024  # bytes
KEPT = 2048  # bytes of a deleted image, an ended job or an expired token, on average
REMEMBERED = 64  # resets
OCTETS = "application/octet-stream"
RAW = {"disk_format": "raw", "container_format": "bare"}
LARGE = b"x" * (5 * 2**20)  # more than the fake keeps in memory
HOUR = 60  # rounds


class Counts(NamedTuple):
    """What is there now."""

    threads: int
    descriptors: int
    tasks: int
    files: int
    memory: int


class Verdict(NamedTuple):
    """What was there after the warm-up and at the end, and how many rounds lie between."""

    what: str
    rounds: int
    before: Counts
    after: Counts
    allowed: int = SLACK

    @property
    def growth(self) -> int:
        """Bytes in all."""
        return self.after.memory - self.before.memory

    @property
    def more(self) -> dict[str, tuple[int, int]]:
        """What has grown, except memory: before and after."""
        return {name: (was, now) for name, was, now in zip(
            Counts._fields[:4], self.before, self.after, strict=False) if now > was}

    @property
    def ok(self) -> bool:
        return not self.more and self.growth < self.allowed

    def __str__(self) -> str:
        pairs = ", ".join(f"{name} {was} -> {now}" for name, was, now in zip(
            Counts._fields, self.before, self.after, strict=True))
        return (f"{'flat' if self.ok else 'NOT FLAT'}: {self.what}, {self.rounds:,} rounds after "
                f"the warm-up: {pairs} ({self.growth / self.rounds:+.1f} bytes a "
                f"round; {self.growth:+,} of {self.allowed:,} allowed)")


def counts() -> Counts:
    """Count what is there, once the tasks of closed connections have ended."""
    gc.collect()
    tasks, before = _tasks(), -1
    while tasks != before:
        time.sleep(0.02)  # in threads of their own: nothing tells when they end
        tasks, before = _tasks(), tasks
    gc.collect()
    return Counts(threading.active_count(), len(os.listdir("/proc/self/fd")), tasks,
                  len(os.listdir(tempfile.gettempdir())), tracemalloc.get_traced_memory()[0])


def _tasks() -> int:
    return sum(isinstance(one, asyncio.Task) and not one.done() for one in gc.get_objects())


@contextmanager
def watched() -> Iterator[None]:
    """Trace memory, and have a folder for temporary files of one's own."""
    before = tempfile.tempdir
    with tempfile.TemporaryDirectory() as folder:
        tempfile.tempdir = folder
        tracemalloc.start()
        try:
            yield
        finally:
            tracemalloc.stop()
            tempfile.tempdir = before


def measure(what: str, rounds: int, act: Callable[[int], object]) -> Verdict:
    """Act again and again, and compare the end with the end of the warm-up."""
    warm_up = max(rounds // 5, 1)
    for number in range(warm_up):
        act(number)
    before = counts()
    for number in range(warm_up, rounds):
        act(number)
    return Verdict(what, rounds - warm_up, before, counts())


class Caller:
    """One connection to a fake."""

    def __init__(self, fake: FakeIMS) -> None:
        self._connection = http.client.HTTPConnection(
            "127.0.0.1", int(fake.url.rpartition(":")[2]), timeout=60)
        self.headers: dict[str, str] = dict(fake.headers)

    def ask(self, method: str, path: str, body: object = None, media_type: str = "",
            status: int | None = None) -> Any:
        """Send a request; return the JSON of its response."""
        if body is not None and not isinstance(body, bytes):
            body, media_type = json.dumps(body).encode(), media_type or "application/json"
        headers = {**self.headers, **({"Content-Type": media_type} if media_type else {})}
        self._connection.request(method, path, body, headers)  # type: ignore[arg-type]
        answer = self._connection.getresponse()
        content = answer.read()
        if status is not None and answer.status != status:
            raise AssertionError(f"{method} {path}: {answer.status} {content[:300]!r}")
        self.last = answer
        return json.loads(content) if content and "json" in answer.headers["Content-Type"] else None

    def close(self) -> None:
        """Hang up, and wait until the fake has done so, too."""
        sock = self._connection.sock
        if sock is not None:
            sock.shutdown(socket.SHUT_WR)
            assert sock.recv(1) == b""
        self._connection.close()


def use(fake: FakeIMS, data: bytes = b"data") -> None:
    """What a short test does."""
    caller = Caller(fake)
    image = caller.ask("POST", "/v2/images", {"name": "a", **RAW}, status=201)
    caller.ask("PUT", f"/v2/images/{image['id']}/file", data, OCTETS, 204)
    caller.ask("GET", "/v2/images", status=200)
    caller.close()


def start_and_stop(number: int) -> None:
    """One fake; every tenth is used with large data, every fifth runs in a loop."""
    if number % 5 == 4:
        asyncio.run(_in_loop())
        return
    with FakeIMS(profile="openstack" if number % 2 else "otc") as fake:
        if number % 3 == 0:
            use(fake, LARGE if number % 30 == 0 else b"data")


async def _in_loop() -> None:
    async with FakeIMS() as fake:
        fake.images.add(name="a", data=b"data")


class Day:
    """Minutes of the fake's time, one after another.

    Attributes:
        RECORDS: images that it deletes, jobs that it ends and tokens that it gets, in each minute.
    """

    RECORDS = 3 + 1 + 1 + 1

    def __init__(self, fake: FakeIMS) -> None:
        self._fake = fake
        self.caller = Caller(fake)
        self._made: list[str] = []
        self._jobs: list[str] = []
        fake.world.buckets["disks"].put("disk.qcow2", data=b"disk")
        fake.identity.add_user("ann", password="secret", project=fake.project_id)
        self._log_in = {"auth": {
            "identity": {"methods": ["password"], "password": {"user": {
                "name": "ann", "domain": {"id": fake.user_domain_id}, "password": "secret"}}},
            "scope": {"project": {"id": fake.project_id}}}}

    def __call__(self, number: int) -> None:
        fake, ask, made = self._fake, self.caller.ask, self._made
        fake.clock.advance("1m")
        if number % HOUR == 0:  # its last token ends within the day
            self.caller.headers = dict(fake.headers)
        ask("POST", "/v3/auth/tokens", self._log_in, status=201)
        if number % HOUR == HOUR // 2:
            self.caller.headers = {"X-Auth-Token": self.caller.last.headers["X-Subject-Token"]}
        for _ in range(3):
            image = ask("POST", "/v2/images", {"name": f"i{number % 50}", **RAW}, status=201)
            data = LARGE if number % 30 == 1 else b"data"
            ask("PUT", f"/v2/images/{image['id']}/file", data, OCTETS, 204)
            made.append(image["id"])
        ask("GET", f"/v2/images?limit=20&name=i{number % 50}", status=200)
        if number:
            ask("GET", f"/v2/images/{made[-6]}/file", status=200)
        job = ask("POST", "/v2/cloudimages/action", {
            "name": f"job{number}", "image_url": "disks:disk.qcow2", "min_disk": 40,
            "os_version": "CentOS 7.0 64bit"}, status=200)["job_id"]
        if number >= 3:
            shown = ask("GET", f"/v1/{fake.project_id}/jobs/{self._jobs.pop(0)}", status=200)
            assert shown["status"] == "SUCCESS", shown
            ask("DELETE", f"/v2/images/{shown['entities']['image_id']}", status=204)
        self._jobs.append(job)
        while len(made) > 3 * HOUR // 4:
            ask("DELETE", f"/v2/images/{made.pop(0)}", status=204)


def _day(fake: FakeIMS, minutes: int) -> Verdict:
    fake.reset(saving="30s", jobs="2m")
    minute = Day(fake)
    passed = measure("", minutes, minute)
    minute.caller.close()
    for _ in range(REMEMBERED + 1):
        fake.reset()
    return passed


def play(starts: int, resets: int, hours: int) -> list[Verdict]:
    """Run all rounds."""
    found = []
    with watched():
        found.append(measure("starts and stops", starts, start_and_stop))
    with watched(), FakeIMS() as fake:
        found.append(measure("idle resets", resets, lambda _: fake.reset()))
    with watched(), FakeIMS() as fake:
        def used(number: int) -> None:
            use(fake, LARGE if number % 500 == 3 else b"data")
            fake.reset()

        found.append(measure("resets after use", resets, used))
    with watched(), FakeIMS(saving="30s", jobs="2m", keep_exchanges=500) as fake:
        rounds = hours * HOUR
        _day(fake, HOUR)
        start = counts()
        passed = _day(fake, rounds)
        found += [passed._replace(what=f"{hours} hours of the fake's clock",
                                  allowed=SLACK + KEPT * Day.RECORDS * passed.rounds),
                  Verdict("the same, and then resets", rounds, start, counts())]
    return found


def main(arguments: list[str]) -> bool:
    """The long run."""
    starts, resets, hours = (*map(int, arguments), *(1000, 10_000, 24)[len(arguments):])
    found = play(starts, resets, hours)
    for verdict in found:
        print(verdict)
    return all(verdict.ok for verdict in found)
