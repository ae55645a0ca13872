"""Streams that nobody reads: the server goes on, and ends when it is told to."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from serving import DEADLINE, command, line_of, wait_for

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX pipes")
LONG = 6000  # characters of a path, so that few requests fill a pipe


def called(document: dict[str, Any], times: int, length: int = LONG) -> None:
    """Call the fake so many times; each request makes a line of that length."""
    connection = HTTPConnection(document["url"].removeprefix("http://"), timeout=DEADLINE)
    for number in range(times):
        connection.request("GET", f"/v2/{'x' * length}/{number}",
                           headers={"X-Auth-Token": document["token"]})
        assert connection.getresponse().read()
    connection.close()


@pytest.fixture
def full() -> Iterator[int]:
    """The end of a pipe that takes nothing more, and that nobody reads."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    try:
        for size in (4096, 1):
            while True:
                try:
                    os.write(writer, b"x" * size)
                except BlockingIOError:
                    break
        os.set_blocking(writer, True)
        yield writer
    finally:
        os.close(reader)
        os.close(writer)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_pipe_that_nobody_reads(tmp_path: Path, number: signal.Signals) -> None:
    ready = tmp_path / "ready"
    with command("serve", "--ready-file", str(ready)) as process:
        document = wait_for(ready)
        called(document, 100)
        process.send_signal(number)
        assert process.wait(DEADLINE) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert not ready.exists()


def test_lines_that_were_dropped_are_counted(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    with command("serve", "--ready-file", str(ready)) as process:
        called(wait_for(ready), 200)
        seen = dropped = 0
        while not dropped:  # the line comes as soon as there is room for it
            line = line_of(process.stdout)
            seen += "/v2/x" in line
            found = re.fullmatch(r"fake-ims: dropped (\d+) lines, because .+", line)
            dropped = int(found[1]) if found else 0
        assert seen + dropped == 200
        called({"url": wait_for(ready)["url"], "token": "t"}, 1, 1)
        assert "/v2/x/0 -> 404" in line_of(process.stdout)
        process.terminate()
        assert process.communicate(timeout=DEADLINE) == ("", "")


def test_what_was_said_before_the_end_is_written(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    with command("serve", "--ready-file", str(ready)) as process:
        called(wait_for(ready), 20)
        process.terminate()
        out, err = process.communicate(timeout=DEADLINE)
    assert [line.rpartition("/")[2].split()[0] for line in out.splitlines()[5:]] == [
        str(number) for number in range(20)]
    assert err == ""


@pytest.mark.parametrize("options", [(), ("--quiet",), ("--print-env",)])
def test_a_pipe_that_was_full_before(
    tmp_path: Path, full: int, options: tuple[str, ...]
) -> None:
    ready = tmp_path / "ready"
    with command("serve", "--ready-file", str(ready), *options, stdout=full) as process:
        called(wait_for(ready), 3)
        process.terminate()
        assert process.wait(DEADLINE) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_standard_error_that_nobody_reads(tmp_path: Path, full: int) -> None:
    """A complaint at the end, and one that ends the start."""
    ready, scenario = tmp_path / "ready", tmp_path / "s.toml"
    scenario.write_text('[[expect]]\noperation = "images.list"\n')
    with command("serve", "--quiet", "--ready-file", str(ready), "--scenario", str(scenario),
                 stderr=full) as process:
        called(wait_for(ready), 3)
        process.terminate()
        assert process.wait(DEADLINE) == 0
    with command("serve", "--saving", "soon", stderr=full) as process:
        assert process.wait(DEADLINE) == 2


def test_a_log_line_does_not_block(tmp_path: Path, full: int) -> None:
    """What goes wrong inside is logged to standard error, in the loop."""
    ready = tmp_path / "ready"
    (tmp_path / "sitecustomize.py").write_text(
        "from fake_ims.domain.images import Images\n"
        "def show(*_): raise RuntimeError\n"
        "Images.show = show\n")
    with command("serve", "--quiet", "--ready-file", str(ready), stderr=full,
                 env={**os.environ, "PYTHONPATH": str(tmp_path)}) as process:
        document = wait_for(ready)
        connection = HTTPConnection(document["url"].removeprefix("http://"), timeout=DEADLINE)
        statuses = set()
        for _ in range(3):
            connection.request("GET", "/v2/images/x",
                               headers={"X-Auth-Token": document["token"]})
            answer = connection.getresponse()
            answer.read()
            statuses.add(answer.status)
        connection.close()
        assert statuses == {500}
        process.terminate()
        assert process.wait(DEADLINE) == 0


def test_a_terminal_that_is_not_read(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    master, slave = os.openpty()
    try:
        with command("serve", "--ready-file", str(ready), stdout=slave) as process:
            called(wait_for(ready), 60)
            process.terminate()
            assert process.wait(DEADLINE) == 0
            assert process.stderr is not None
            assert process.stderr.read() == ""
    finally:
        os.close(slave)
        os.close(master)
