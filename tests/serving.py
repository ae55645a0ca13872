"""The command ``fake-ims`` as a process of its own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from fake_ims.server import realtime

DEADLINE = 20.0  # real seconds; never reached unless something hangs
COMMAND = [sys.executable, "-W", "error", "-m", "fake_ims"]


@contextmanager
def command(*arguments: str, **settings: Any) -> Iterator[subprocess.Popen[str]]:
    """The command as a process of its own, killed at the end if it still runs."""
    process = subprocess.Popen([*COMMAND, *arguments], text=True, **{
        "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **settings})
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def line_of(stream: IO[str] | None) -> str:
    assert stream is not None
    return stream.readline().rstrip("\n")


def first_lines(process: subprocess.Popen[str]) -> tuple[str, list[str]]:
    """URL and the lines to paste."""
    found = re.search(r"listening on (http://\S+)$", line_of(process.stdout))
    assert found
    assert line_of(process.stdout).endswith("paste these commands:")
    return found[1], [line_of(process.stdout).strip() for _ in range(3)]


def wait_for(path: Path) -> dict[str, Any]:
    deadline = realtime.monotonic() + DEADLINE
    while not path.exists():
        assert realtime.monotonic() < deadline
    document: dict[str, Any] = json.loads(path.read_text())
    return document
