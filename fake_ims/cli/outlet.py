"""Standard output and standard error that never block the server.

A pipe that nobody reads, or a terminal that is stopped, blocks whoever writes to it. So ``serve``
hands its lines to a thread for each stream. What the stream cannot take waits in a bounded queue.
What does not fit there is dropped and counted.
"""

from __future__ import annotations

import contextlib
import io
import os
import select
import sys
from collections import deque
from collections.abc import Iterator
from threading import Condition, Thread
from typing import Any, TextIO

from ..server.realtime import monotonic

QUEUE = 256 * 1024  # characters that may wait for a stream
_STALLED = 0.2  # real seconds without progress after which the end of the process waits no more
_PATIENCE = 2.0  # real seconds that the end of the process waits at most
_AT_ONCE = getattr(select, "PIPE_BUF", 512)  # bytes that a writable pipe takes without blocking
_LOOK = 0.05  # real seconds after which a thread that waits for its stream looks for the end


@contextlib.contextmanager
def outlets() -> Iterator[Outlet]:
    """Replace ``sys.stdout`` and ``sys.stderr`` by outlets until the block ends; give the first.

    Log lines, warnings and tracebacks go to ``sys.stderr``, so they do not block either.
    """
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = out, err = Outlet(sys.stdout), Outlet(sys.stderr)
    try:
        yield out
    finally:
        sys.stdout, sys.stderr = before
        deadline = monotonic() + _PATIENCE
        out.end(deadline)
        err.end(deadline)


class Outlet(io.TextIOBase):
    """A text stream that writes complete lines to another stream, in a thread of its own.

    Args:
        stream: the stream to write to; None (a closed one) takes nothing.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self._encoding = (stream and stream.encoding) or "utf-8"
        self._descriptor = _descriptor(stream)
        self._begun = ""  # the beginning of a line
        self._lines: deque[bytes | None] = deque()  # None: close the stream
        self._size = 0
        self._dropped = 0
        self._closed = stream is None
        self._ending: float | None = None  # when the thread ends, whatever happens
        self._changed = Condition()
        self._thread: Thread | None = None

    @property
    def encoding(self) -> str:  # type: ignore[override]  # typeshed has a plain attribute
        """Encoding of the stream."""
        return self._encoding

    def writable(self) -> bool:
        """True."""
        return True

    def isatty(self) -> bool:
        """Whether the stream is a terminal."""
        return self._stream is not None and self._stream.isatty()

    def write(self, text: str) -> int:
        """Take a text. Its complete lines are written as soon as the stream takes them."""
        with self._changed:
            *lines, self._begun = (self._begun + text).split("\n")
            for line in lines:
                self._take(line)
        return len(text)

    def finish(self) -> None:
        """Close the stream for its reader, as soon as the lines so far are written."""
        with self._changed:
            if not self._closed:
                self._closed = True
                self._lines.append(None)
                self._wake()

    def end(self, deadline: float) -> None:
        """Write what the stream takes without delay, and end the thread.

        Args:
            deadline: when to stop waiting, on ``monotonic``'s clock.
        """
        if self._begun:
            self._take(self._begun)
            self._begun = ""
        with self._changed:
            self._closed = True
            self._ending = deadline
            thread = self._thread
            self._changed.notify()
        if thread is not None:
            # A write that blocks although the system said it would not is left to its thread,
            # which ends with the process.
            thread.join(max(deadline - monotonic(), 0) + _LOOK)

    def _take(self, line: str) -> None:
        data = f"{line}\n".encode(self._encoding, "backslashreplace")
        with self._changed:
            if self._closed:
                return
            if self._size + len(data) > QUEUE:
                self._dropped += 1
                return
            self._note_dropped()
            self._append(data)

    def _note_dropped(self) -> None:
        if self._dropped:
            count, self._dropped = self._dropped, 0
            self._append(f"fake-ims: dropped {count} lines, because nobody read them in time\n"
                         .encode(self._encoding, "backslashreplace"))

    def _append(self, data: bytes) -> None:
        self._lines.append(data)
        self._size += len(data)
        self._wake()

    def _wake(self) -> None:
        if self._thread is None:
            self._thread = Thread(target=self._write_all, name="fake_ims outlet", daemon=True)
            self._thread.start()
        self._changed.notify()

    # in the thread

    def _write_all(self) -> None:
        try:
            while (data := self._next()) is not None:
                while data:
                    if not self._is_ready():
                        return
                    data = data[self._put(data[:_AT_ONCE]):]
        except (OSError, ValueError):  # the reader has gone, or the stream is closed
            pass
        finally:
            with self._changed:
                self._closed = True
                self._lines.clear()
                finished = self._ending is None
        if finished:
            self._replace_by_nothing()

    def _next(self) -> bytes | None:
        """Wait for lines; return them, or None at the end."""
        with self._changed:
            while not self._lines:
                self._note_dropped()
                if not self._lines:
                    if self._ending is not None:
                        return None
                    self._changed.wait()
            found = b""
            while self._lines and len(found) < _AT_ONCE:
                line = self._lines[0]
                if line is None:
                    return found or None
                found += line
                self._lines.popleft()
            self._size -= len(found)
            return found

    def _is_ready(self) -> bool:
        """Wait until the stream takes something; False if the process ends meanwhile."""
        if self._descriptor is None or not hasattr(select, "poll"):
            return True
        poll = select.poll()
        poll.register(self._descriptor, select.POLLOUT)
        stalled = None
        while not poll.poll(_LOOK * 1000):
            if self._ending is not None:
                now = monotonic()
                stalled = now if stalled is None else stalled
                if now > min(self._ending, stalled + _STALLED):
                    return False
        return True

    def _put(self, data: bytes) -> int:
        if self._descriptor is not None and os.name == "posix":
            return os.write(self._descriptor, data)
        assert self._stream is not None
        self._stream.write(data.decode(self._encoding, "replace"))
        self._stream.flush()
        return len(data)

    def _replace_by_nothing(self) -> None:
        """Close the stream for its reader; nobody else gets its descriptor."""
        if self._descriptor is not None:
            with contextlib.suppress(OSError):
                nothing = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nothing, self._descriptor)
                os.close(nothing)


def _descriptor(stream: Any) -> int | None:
    try:
        return None if stream is None else int(stream.fileno())
    except (OSError, ValueError, AttributeError):  # a stream in memory
        return None
