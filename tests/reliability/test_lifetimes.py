"""Starts, stops, resets and a long day leave nothing behind; the guard sees what does."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import guard_lifetimes as guard
import pytest

from fake_ims import FakeIMS
from fake_ims.server.state import Service

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def test_nothing_gathers() -> None:
    found = guard.play(starts=15, resets=100, hours=1)
    assert len(found) == 5
    # So few rounds cannot tell what gathers in memory from what is loaded at first use.
    assert [str(verdict) for verdict in found if verdict.more] == []


def hoard(kept: list[Any]) -> None:
    kept.append(bytearray(10_000))


def open_file(kept: list[Any]) -> None:
    kept.append(Path("/dev/null").open("rb"))  # noqa: SIM115 - never closed, on purpose


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
    assert (found.growth > guard.SLACK) if what == "memory" else (what in found.more)


def test_what_a_reset_forgets_to_close_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[Any] = []
    reset = Service.reset

    def leaking(self: Service, *settings: Any) -> None:
        kept.append(Path("/dev/null").open("rb"))  # noqa: SIM115 - never closed, on purpose
        reset(self, *settings)

    monkeypatch.setattr(Service, "reset", leaking)
    try:
        with guard.watched(), FakeIMS() as fake:
            found = guard.measure("idle resets", 10, lambda _: fake.reset())
        assert found.more.keys() == {"descriptors"}
    finally:
        for file in kept:
            file.close()
