"""Who sent a request: the stack of the sender, by the local port of its connection."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Set
from typing import Any
from weakref import WeakKeyDictionary

from .sites import Frames, Site, frames_of


class Senders:
    """Knows the call site of the last request of each connection to a fake."""

    def __init__(self) -> None:
        self._sites: dict[int, Site] = {}
        self._sending: set[int] = set()
        self._origins: WeakKeyDictionary[Any, Frames] = WeakKeyDictionary()

    def clear(self) -> None:
        """Forget everything."""
        self._sites.clear()
        self._sending.clear()
        self._origins.clear()

    def site(self, port: int) -> Site | None:
        """Return the call site of the client whose connection has this local port."""
        return self._sites.get(port)

    def sends(self, sock: socket.socket, fakes: Set[int]) -> None:
        """Record who sends. The first one counts until something is received."""
        port = _client_port(sock, fakes)
        if port is not None and port not in self._sending:
            self._sending.add(port)
            self._sites[port] = Site(self._stack(frames_of(sys._getframe(2))))

    def has_received(self, sock: socket.socket, fakes: Set[int]) -> None:
        """Take note of a response: what is sent next is another request."""
        if self._sending:
            port = _client_port(sock, fakes)
            if port is not None:
                self._sending.discard(port)

    def has_created(self, task: Any) -> None:
        """Record who created a task: libraries send bodies in tasks of their own."""
        try:
            self._origins[task] = _in_task(self._stack(frames_of(sys._getframe(2))))[1]
        except TypeError:
            return  # a task of a library without weak references

    def _stack(self, frames: Frames) -> Frames:
        """Return a stack. One that shows nothing of the project is completed by the creator's."""
        outer, inner = _in_task(frames)
        if not outer or Site(inner).is_of_a_project:
            return frames
        try:
            task = asyncio.current_task()
        except RuntimeError:
            return frames
        origin = self._origins.get(task) if task is not None else None
        return frames if origin is None else outer + origin + inner


def _in_task(frames: Frames) -> tuple[Frames, Frames]:
    """Divide a stack into what runs a loop, and what runs in the loop."""
    for at in range(len(frames) - 1, -1, -1):
        file, _, function = frames[at]
        if function == "_run" and file.endswith("events.py") and "asyncio" in file:
            return frames[:at + 1], frames[at + 1:]
    return (), frames


def _client_port(sock: socket.socket, fakes: Set[int]) -> int | None:
    """Return the local port of a client's connection to a fake."""
    if not fakes or sock.family not in (socket.AF_INET, socket.AF_INET6):
        return None
    try:
        if sock.getpeername()[1] in fakes:
            return int(sock.getsockname()[1])
    except (OSError, IndexError):
        pass
    return None
