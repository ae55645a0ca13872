"""Pauses in real time, in loops whose clock runs, stands or is patched."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

import pytest
from freezegun import freeze_time

from fake_ims.api.pause import keeps_time, pause


def pausing_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "fake-ims-pause"]


async def sample() -> tuple[bool, int]:
    """Whether the loop's clock is trusted, and how many threads a pause in it needs."""
    trusted = keeps_time(asyncio.get_running_loop())
    task = asyncio.create_task(pause(0.2))
    await asyncio.sleep(0)
    threads = len(pausing_threads())
    await task
    assert not pausing_threads()
    return trusted, threads


def test_a_running_clock_needs_no_thread() -> None:
    assert asyncio.run(sample()) == (True, 0)


@pytest.mark.parametrize("tick", [False, True])
def test_under_freezegun_a_thread_keeps_the_time(tick: bool) -> None:
    with freeze_time("2020-01-01", tick=tick):
        assert asyncio.run(sample()) == (False, 1)


def test_freezegun_may_leave_the_loop_its_time() -> None:
    with freeze_time("2020-01-01", real_asyncio=True):
        assert asyncio.run(sample()) == (True, 0)


def test_a_mocked_clock_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> tuple[bool, int]:
        monkeypatch.setattr(time, "monotonic", lambda: 5.0)
        try:
            return await sample()
        finally:
            monkeypatch.undo()

    assert asyncio.run(main()) == (False, 1)


def in_loop_with(clock: Callable[[], float]) -> tuple[bool, int]:
    class Loop(asyncio.SelectorEventLoop):
        def time(self) -> float:
            return clock()

    loop = Loop()
    try:
        return loop.run_until_complete(sample())
    finally:
        loop.close()


def test_a_loop_with_a_clock_of_its_own_is_trusted_under_freezegun() -> None:
    real = (time.monotonic,)  # freezegun replaces names in modules, not items of tuples
    with freeze_time("2020-01-01"):
        assert in_loop_with(lambda: real[0]()) == (True, 0)


def test_a_loop_whose_own_clock_stands_is_not_trusted() -> None:
    assert in_loop_with(lambda: 1.0) == (False, 1)


def test_cancelling_leaves_no_thread_behind() -> None:
    async def main() -> None:
        task = asyncio.create_task(pause(3600))
        await asyncio.sleep(0)
        assert len(pausing_threads()) == 1
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not pausing_threads()

    with freeze_time("2020-01-01"):
        asyncio.run(main())


def test_no_time_is_no_pause() -> None:
    with freeze_time("2020-01-01"):
        asyncio.run(pause(0))
