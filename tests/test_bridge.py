"""Calls that are handed to the loop: given up, interrupted, taken at the last moment."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from errno import EMFILE
from functools import partial
from threading import get_ident

import pytest

from fake_ims import FakeIMS, NotRunningError, WrongLoopError
from fake_ims.server import bridge
from fake_ims.server.bridge import LoopThread, ParkingLoop


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """A loop that does nothing by itself."""
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


def turn(loop: asyncio.AbstractEventLoop) -> None:
    loop.run_until_complete(asyncio.sleep(0))


def test_work_that_was_given_up_is_not_done_later(
    loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bridge, "PATIENCE", 0.0)
    done: list[int] = []
    with pytest.raises(WrongLoopError):
        LoopThread(loop, 0, lambda: True).run(lambda: done.append(1))
    turn(loop)
    assert done == []


def test_work_whose_caller_was_interrupted_is_not_done_later(
    loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wait(work: object, seconds: float) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(bridge._Work, "wait", wait)
    done: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        LoopThread(loop, 0, lambda: True).run(lambda: done.append(1))
    turn(loop)
    assert done == []


def test_work_that_the_loop_takes_at_the_last_moment_is_waited_for(
    loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = LoopThread(loop, 0, lambda: True)
    taken: list[bridge._Work[str]] = []

    def wait(work: object, seconds: float) -> bool:
        if not taken:
            taken.append(calls._waiting.popleft())
            return False
        taken[0].run()
        return True

    monkeypatch.setattr(bridge, "PATIENCE", -1.0)  # over before it begins
    monkeypatch.setattr(bridge._Work, "wait", wait)
    assert calls.run(lambda: "done") == "done"


def test_nobody_waits_for_a_loop_that_has_ended(
    loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bridge._Work, "wait", lambda work, seconds: pytest.fail("it waits"))
    with pytest.raises(NotRunningError, match="is not running"):
        LoopThread(loop, 0, lambda: False).run(lambda: None)


def test_a_call_that_a_call_makes_first_of_all() -> None:
    with FakeIMS() as fake:
        thread = fake._bridge._thread
        assert thread is not None
        # Now and then the loop is busy, and does the work itself.
        assert any(thread.run(partial(thread.run, get_ident)) == get_ident() for _ in range(1000))


def test_used_up_descriptors_are_told_once_a_minute(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    now = [0.0]
    monkeypatch.setattr(bridge, "monotonic", lambda: now[0])
    loop = ParkingLoop()
    told = []
    with caplog.at_level(logging.ERROR):
        for now[0] in (5.0, 64.9, 65.0, 124.9):
            loop.call_exception_handler({"exception": OSError(EMFILE, "Too many open files")})
            told.append(len(caplog.records))
    loop.close()
    assert told == [1, 1, 2, 2]
