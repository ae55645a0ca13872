"""An exception that reaches a caller anywhere in the bridge (Ctrl-C, a time-out's signal) leaves
the fake usable: the next call is taken, and the loop answers."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest
from wire import Wire

from fake_ims import FakeIMS
from fake_ims.server import bridge


class Interrupt(BaseException):
    """What the signal handler raises."""


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock that is left behind makes the next call fail soon, and is looked for at once."""
    monkeypatch.setattr(bridge, "PATIENCE", 5.0)
    monkeypatch.setattr(bridge, "_LOOK", 0.001)


def interrupted_at(nth: int, act: Callable[[], object]) -> bool:
    """Do something, interrupted before the Nth bytecode of the bridge; False if it has fewer."""
    seen = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal seen
        if frame.f_code.co_filename != bridge.__file__:
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            seen += 1
            if seen == nth:
                raise Interrupt
        return trace

    before = sys.gettrace()
    # Python 3.12 traces bytecodes only if some frame has asked for it before settrace().
    sys._getframe().f_trace_opcodes = True
    sys.settrace(trace)
    try:
        act()
    except Interrupt:
        return True
    finally:
        sys.settrace(before)
    return False


def every_place(act: Callable[[], object]) -> Iterator[int]:
    """Do something again and again, interrupted one bytecode later each time."""
    nth = 1
    while interrupted_at(nth, act):
        yield nth
        nth += 1


WAYS: dict[str, Callable[[FakeIMS], object]] = {
    "beside the parked loop": lambda fake: fake._bridge.run(lambda: fake._bridge.run(int)),
    "handed over": lambda fake: fake._bridge._thread._hand_over(int),  # type: ignore[union-attr]
    "a status": lambda fake: fake.images.named("a").status,
}


@pytest.mark.parametrize("way", WAYS)
def test_no_bytecode_of_a_call_leaves_the_lock(patience: None, way: str) -> None:
    with FakeIMS() as fake:
        fake.images.add(name="a")
        wire = Wire(fake.url, fake.headers)
        places = 0
        for places in every_place(lambda: WAYS[way](fake)):
            assert len(fake.images) == 1, f"after an interrupt at bytecode {places}"
            if places % 7 == 0:
                assert wire.get("/v2/images").status == 200
        assert places > 40


def test_a_call_of_another_thread_goes_on_after_an_interrupt(patience: None) -> None:
    with FakeIMS() as fake:
        seen: list[int] = []
        for place in every_place(lambda: fake._bridge.run(int)):
            other = threading.Thread(target=lambda: seen.append(len(fake.images)))
            other.start()
            other.join()
            assert len(seen) == place


def test_a_call_that_waits_is_withdrawn(patience: None) -> None:
    with FakeIMS() as fake:
        thread = fake._bridge._thread
        assert thread is not None
        done: list[int] = []
        for _ in every_place(lambda: thread._hand_over(lambda: done.append(1))):
            fake.reset()
        assert not thread._waiting
        assert done[-1] == 1


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs timers that signal")
def test_signals_that_raise_while_a_test_polls(patience: None) -> None:
    def ring(number: int, frame: FrameType | None) -> None:
        raise Interrupt

    before = signal.signal(signal.SIGALRM, ring)
    try:
        with FakeIMS() as fake:
            image = fake.images.add(name="x", status="queued")
            for turn in range(40):
                try:
                    signal.setitimer(signal.ITIMER_REAL, 0.0005 + turn * 0.00002)
                    while image.status == "queued":
                        pass
                except Interrupt:
                    pass
                finally:
                    signal.setitimer(signal.ITIMER_REAL, 0)
                assert len(fake.images) == 1
                assert Wire(fake.url, fake.headers).get("/v2/images").status == 200
    finally:
        signal.signal(signal.SIGALRM, before)


def test_a_call_may_end_while_the_loop_looks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop waits for a long call, and this one ends before the loop sees its thread."""
    looked, ended = threading.Event(), threading.Event()
    frames = sys._current_frames

    def late() -> dict[int, FrameType]:
        looked.set()
        assert ended.wait(30)
        return frames()

    monkeypatch.setattr(bridge, "_LOOK", 0.001)
    with FakeIMS() as fake:
        wire = Wire(fake.url, fake.headers)
        wire.get("/v2/images")
        asking = threading.Thread(target=wire.get, args=("/v2/images",))

        def long() -> None:
            monkeypatch.setattr(sys, "_current_frames", late)
            asking.start()  # the loop wants to work now
            assert looked.wait(30)

        while not fake._bridge._thread._busy.acquire(blocking=False):  # type: ignore[union-attr]
            pass  # the loop is not parked yet
        fake._bridge._thread._busy.release()  # type: ignore[union-attr]
        fake._bridge.run(long)
        monkeypatch.undo()
        ended.set()
        asking.join(30)
        assert fake.running
        assert wire.get("/v2/images").status == 200
        assert len(fake.requests) == 3
