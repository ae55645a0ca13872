"""What the system limits: disk, descriptors, memory; and a wall clock that jumps.

``python tests/reliability exhaustion [ROUNDS [NAME …]]``: each situation runs in a process of its
own, which uses the resource up and gets it back, ROUNDS times. While it is used up, a request that
needs it gets the documented error, all others are served, and the log has one line a round. After
it is back, everything works again.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1]))  # for what all tests share

from waiting import until

from fake_ims import FakeIMS

MIB = 2**20
LARGE = 5 * MIB  # more than the fake keeps in memory
RAW = {"disk_format": "raw", "container_format": "bare"}
OCTETS = {"Content-Type": "application/octet-stream"}


class Child:
    """A fake, one connection to it, and what has been logged."""

    def __init__(self, fake: FakeIMS) -> None:
        self.fake = fake
        self.address = ("127.0.0.1", int(fake.url.rpartition(":")[2]))
        self._connection = HTTPConnection(*self.address, timeout=60)
        self.logged: list[str] = []
        handler = logging.Handler(logging.WARNING)
        handler.emit = self._log  # type: ignore[method-assign]
        logging.getLogger().addHandler(handler)

    def _log(self, record: logging.LogRecord) -> None:
        self.logged.append(record.getMessage() + (" and a traceback" if record.exc_info else ""))

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, bytes]:
        """Status and body of the response; status 0 if the connection was cut."""
        sent = {**self.fake.headers, **{key.replace("_", "-"): one for key, one in headers.items()}}
        try:
            self._connection.request(method, path, body, sent)
            answer = self._connection.getresponse()
            return answer.status, answer.read()
        except OSError:
            self._connection.close()
            return 0, b""

    def create(self) -> str:
        status, body = self.ask("POST", "/v2/images", json.dumps({"name": "i", **RAW}),
                                Content_Type="application/json")
        assert status == 201, (status, body)
        return str(json.loads(body)["id"])

    def upload(self, size: int) -> tuple[int, str]:
        """Status of an upload, and of its image afterwards."""
        image = self.create()
        status, _ = self.ask("PUT", f"/v2/images/{image}/file", pieces(size),
                             Content_Type=OCTETS["Content-Type"], Content_Length=str(size))
        return status, self.fake.images[image].status

    def is_well(self) -> None:
        """What needs little is served."""
        assert self.ask("GET", "/v2/images?limit=1")[0] == 200
        assert self.upload(1000) == (204, "active")


def pieces(size: int) -> Iterator[bytes]:
    """So many bytes, in pieces."""
    for at in range(0, size, 65536):
        yield b"x" * min(65536, size - at)


def _full(child: Child, rounds: int, use_up: Callable[[], object], free: Callable[[], object]) -> (
        dict[str, Any]):
    left = "killed" if child.fake.profile == "otc" else "queued"
    refused = 0
    for _ in range(rounds):
        use_up()
        for _ in range(3):
            assert child.upload(LARGE) == (413, left)
            refused += 1
            child.is_well()
        free()
        assert child.upload(LARGE) == (204, "active")
        child.fake.images.clear()
    return {"refused with 413": refused, "logged": check_log(child, rounds, "cannot be stored")}


def check_log(child: Child, most: int, text: str) -> int:
    """The number of lines: at most one a round, all of which say this."""
    assert len(child.logged) <= most, child.logged[:5]
    for line in child.logged:
        assert text in line, line
        assert "traceback" not in line, line
    return len(child.logged)


def file_size(rounds: int) -> dict[str, Any]:
    """Files may not grow (``ulimit -f``): EFBIG."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with FakeIMS() as fake:
        child = Child(fake)
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        return _full(child, rounds,
                     lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (MIB, hard)),
                     lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard)))


def disk(rounds: int) -> dict[str, Any]:
    """A file system of 8 MiB, which another file fills: ENOSPC."""
    with FakeIMS(profile="openstack") as fake:
        filler = Path(tempfile.gettempdir(), "filler")

        def fill() -> None:
            filler.write_bytes(b"x" * 6 * MIB)

        return _full(Child(fake), rounds, fill, filler.unlink)


def descriptors(rounds: int) -> dict[str, Any]:
    """No descriptor is left (``ulimit -n``): EMFILE, while an upload is under way."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    refused = 0
    with FakeIMS() as fake:
        child = Child(fake)
        for _ in range(rounds):
            child.is_well()
            image = child.create()
            body = b"x" * LARGE
            with socket.create_connection(child.address, 60) as under_way:
                head = (f"PUT /v2/images/{image}/file HTTP/1.1\r\nHost: x\r\n"
                        f"X-Auth-Token: {fake.token}\r\nContent-Length: {LARGE}\r\n"
                        "Content-Type: application/octet-stream\r\n\r\n")
                under_way.sendall(head.encode() + body[:1000])
                until(fake, lambda image=image: fake.images[image].status == "saving")
                # From now on this process can open a few more files, which clients use up.
                used = max(map(int, os.listdir("/proc/self/fd")))
                resource.setrlimit(resource.RLIMIT_NOFILE, (used + 8, hard))
                held = []
                try:
                    while True:
                        held.append(socket.create_connection(child.address, 60))
                except OSError:
                    pass
                for _ in range(3):
                    child.is_well()
                under_way.sendall(body[1000:])  # its data would need a file
                status = int(under_way.recv(65536).split()[1])
                ended = status, fake.images[image].status
                assert ended == (503, "killed"), ended
                refused += 1
                child.is_well()
                for one in held:
                    one.close()
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            until(fake, lambda: _is_answered(child))
            assert child.upload(LARGE) == (204, "active")
            fake.images.clear()
    connections = [line for line in child.logged if "accepts no connections" in line]
    assert len(connections) <= 1 + rounds  # once a minute
    child.logged = [line for line in child.logged if line not in connections]
    return {"refused with 503": refused,
            "logged": len(connections) + check_log(child, rounds, "cannot be stored")}


def _is_answered(child: Child) -> bool:
    with socket.create_connection(child.address, 60) as late:
        late.sendall(f"GET /v2/images HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {child.fake.token}"
                     "\r\n\r\n".encode())
        return late.recv(12) == b"HTTP/1.1 200"


def memory(rounds: int) -> dict[str, Any]:
    """Little memory is left (``ulimit -v``): uploads are streamed, and large bodies refused."""
    with FakeIMS() as fake:
        child = Child(fake)
        child.is_well()
        child.upload(LARGE)
        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        answers: dict[str, int] = {}
        # As bytes, so that the client, in the same process, needs no memory.
        text = b'{"name": "' + b"x" * (11 * MIB) + b'"}'
        values = b"[" + b"[]," * 190_000 + b"1]"
        for number in range(rounds):
            size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (size + 64 * MIB, hard))
            assert child.upload(80 * MIB) == (204, "active")
            for body in (text, values):  # a name that is too long, and no object
                assert child.ask("POST", "/v2/images", body,
                                 Content_Type="application/json")[0] == 400
                child.is_well()
            # Now even that is too much.
            size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (size + (2 + number % 10) * MIB, hard))
            for body in (text, values):
                status, _ = child.ask("POST", "/v2/images", body, Content_Type="application/json")
                answers[str(status)] = answers.get(str(status), 0) + 1
            resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
            child.is_well()
            assert child.upload(LARGE) == (204, "active")
            fake.images.clear()
        assert set(answers) <= {"400", "500"}, answers
    return {"answers": answers, "logged": check_log(child, rounds, "no memory is left")}


def clock(rounds: int) -> dict[str, Any]:
    """The wall clock jumps by an hour, back and forth, while images and jobs are under way."""
    jump = 0.0
    real = time.time
    time.time = lambda: real() + jump
    ended = 0
    try:
        with FakeIMS(saving="30s", jobs="2m") as fake:
            child = Child(fake)
            fake.world.buckets["disks"].put("disk.qcow2", data=b"disk")
            for number in range(rounds):
                status, body = child.ask("POST", "/v2/cloudimages/action", json.dumps({
                    "name": "disk", "image_url": "disks:disk.qcow2", "min_disk": 40,
                    "os_version": "CentOS 7.0 64bit"}), Content_Type="application/json")
                assert status == 200, body
                job = fake.jobs[json.loads(body)["job_id"]]
                assert child.upload(1000)[0] == 204
                image = [one for one in fake.images if one.name == "i"][-1]
                assert (job.status, image.status) == ("INIT", "saving")
                for to in (-3600.0, -7200.0):
                    jump = to
                    assert job.status in ("INIT", "RUNNING")  # nothing is due before its instant
                    assert image.status == "saving"
                jump = 0.0
                fake.clock.advance("1m")
                assert (job.status, image.status) == ("RUNNING", "active")
                jump = -3600.0
                assert image.status == "active"  # what has happened stays so
                jump = 3600.0
                assert job.status == "SUCCESS"
                jump = -3600.0
                assert job.status == "SUCCESS"
                assert child.ask("GET", f"/v1/{fake.project_id}/jobs/{job.id}")[0] == 200
                jump = 0.0
                made = [one for one in fake.images if one.name == "disk"]
                assert len(made) == 1  # no job ends twice
                # A token expires at its instant, and only then.
                tenant = fake.tenant(f"p{number}")
                tenant.expire(after="30m")
                for to, expected in ((-3600.0, 200), (3600.0, 401), (0.0, 200)):
                    jump = to
                    assert child.ask("GET", "/v2/images",
                                     X_Auth_Token=tenant.token)[0] == expected
                # Lists are in order of created_at, as Glance's are, whatever the clock has done.
                jump = -3600.0
                child.create()
                jump = 0.0
                child.ask("POST", "/v2/images", json.dumps({"name": "last"}),
                          Content_Type="application/json")
                listed = json.loads(child.ask("GET", "/v2/images")[1])["images"]
                instants = [one["created_at"] for one in listed]
                assert len(listed) == 4
                assert instants == sorted(instants, reverse=True)
                fake.images.clear()
                ended += 1
    finally:
        time.time = real
    return {"jobs": ended, "logged": check_log(child, 0, "")}


SITUATIONS: dict[str, Callable[[int], dict[str, Any]]] = {
    "file_size": file_size, "disk": disk, "descriptors": descriptors, "memory": memory,
    "clock": clock,
}


def command(name: str, rounds: int) -> list[str] | None:
    """The command that runs a situation; None if this system does not allow it."""
    run = [sys.executable, __file__, name, str(rounds)]
    if name != "disk":
        return run
    mount = ["unshare", "-rm", "sh", "-c",
             'mount -t tmpfs -o size=8m none "$TMPDIR" && exec "$@"', "sh"]
    if shutil.which("unshare") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        tried = subprocess.run([*mount, "true"], capture_output=True, check=False,
                               env={**os.environ, "TMPDIR": folder})
    return [*mount, *run] if tried.returncode == 0 else None


def play(name: str, rounds: int) -> tuple[bool | None, str]:
    """Run a situation. Return whether it held (None if it cannot run here), and what it printed."""
    line = command(name, rounds)
    if line is None:
        return None, "this system lets nobody mount a file system; not run"
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(line, capture_output=True, text=True, timeout=1200, check=False,
                              env={**os.environ, "TMPDIR": folder})
    return done.returncode == 0, done.stdout.strip() + done.stderr[-3000:]


def main(arguments: list[str]) -> bool:
    """The long run."""
    rounds = int(arguments[0]) if arguments else 30
    ok = True
    for name in arguments[1:] or SITUATIONS:
        held, told = play(name, rounds)
        ok = ok and held is not False
        print(f"{name}: {'holds' if held else 'NOT RUN' if held is None else 'FAILED'}, "
              f"{rounds} rounds: {told}")
    return ok


if __name__ == "__main__":
    print(json.dumps(SITUATIONS[sys.argv[1]](int(sys.argv[2]))))
