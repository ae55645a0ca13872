"""``CompressedTime``: the context manager."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType

from ...errors import UsageError
from . import ways
from .places import Patches
from .sites import Site
from .waits import Engine


class CompressedTime:
    """Lets waiting cost no real time in this process, while it is entered.

    Args:
        patience: compressed seconds after which a process that only waits counts as stuck.
        stuck: called when nothing has happened for ``patience``, or when nothing can ever happen.
            Its argument says who waits for what. It runs in some thread that waits, and once
            until the next ``touch``. It may release what the threads wait for, but not wait itself.
    """

    def __init__(self, *, patience: float = 3600.0, stuck: Callable[[str], None]) -> None:
        self._patience = patience
        self._stuck = stuck
        self._engine: Engine | None = None
        self._patches: Patches | None = None
        self._began = 0.0
        self._elapsed = 0.0
        self._fakes: set[int] = set()

    def __enter__(self) -> CompressedTime:
        """Begin.

        Raises:
            UsageError: time is compressed already.
        """
        if ways.is_active():
            raise UsageError("time is compressed already; leave the other CompressedTime first")
        engine = Engine(self._patience, self._stuck)
        for port in self._fakes:
            engine.peers.add(port)
        self._began, self._elapsed = engine.now(), 0.0
        self._engine = engine
        self._patches = ways.install(engine)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Put everything back. Threads that still wait go on in real time."""
        engine, patches = self._engine, self._patches
        if engine is None or patches is None:
            return
        self._elapsed = self.elapsed
        engine.active = False
        self._engine = self._patches = None
        ways.remove(patches)

    @property
    def elapsed(self) -> float:
        """Compressed seconds since the time was entered, until it was left."""
        engine = self._engine
        return self._elapsed if engine is None else engine.now() - self._began

    @property
    def fakes(self) -> frozenset[int]:
        """The ports of the running fakes."""
        return frozenset(self._fakes)

    def add_fake(self, port: int) -> None:
        """Take note of a running fake. Waits for it get no real time."""
        self._fakes.add(port)
        if self._engine is not None:
            self._engine.peers.add(port)

    def forget_fake(self, port: int) -> None:
        """Take note that a fake has stopped."""
        self._fakes.discard(port)
        if self._engine is not None:
            self._engine.peers.forget(port)

    def touch(self) -> None:
        """Say that something has happened, such as a request: the patience starts again."""
        if self._engine is not None:
            self._engine.touch()

    def site(self, port: int) -> Site | None:
        """Return the call site of the last request of a client.

        Args:
            port: the local port of its connection. The sites of the last ``CompressedTime`` stay
                until the next one.
        """
        return ways.senders().site(port)
