"""Starts, stops, resets and a long day leave nothing behind; the guard sees what does."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import guard_lifetimes as guard
import pytest

from fake_ims import FakeIMS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def test_nothing_gathers() -> None:
    found = guard.play(starts=40, resets=150, hours=2)
    assert len(found) == 5
    assert all(verdict.ok for verdict in found), "\n".join(map(str, found))


def hoard(kept: list[Any]) -> None:
    kept.append(bytearray(10_000))


def open_file(kept: list[Any]) -> None:
    kept.append(Path("/dev/null").open("rb"))


def write_file(kept: list[Any]) -> None:
    kept.append(tempfile.NamedTemporaryFile())  # noqa: SIM115


def start(kept: list[Any]) -> None:
    kept.append(FakeIMS().start())


@pytest.mark.parametrize(("leak", "what"), [
    (hoard, "memory"), (open_file, "descriptors"), (write_file, "files"), (start, "threads"),
])
def test_what_gathers_is_seen(leak: Any, what: str) -> None:
    kept: list[Any] = []
    with guard.watched():
        found = guard.measure("leak", 40, lambda _: leak(kept))
        for one in kept:
            getattr(one, "stop", getattr(one, "close", list))()
    assert not found.ok
    assert getattr(found.after, what) > getattr(found.before, what)
