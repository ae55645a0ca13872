"""Descriptors: real looks at whether one is ready.

- They use the real functions of ``select``: ours would wait on the compressed clock.
- Other threads than the waiting one look too, so each look has a poll object of its own.
"""

from __future__ import annotations

import math
import select
import selectors
from collections.abc import Callable
from typing import Any

from . import state

# pytest leaves our frames out of tracebacks.
__tracebackhide__ = True


def is_there(fd: int, events: int) -> bool:
    """Return whether a descriptor is ready for one of these events of ``selectors``."""
    return bool(looker(fd, events)(0))


def looker(fd: int, events: int) -> Callable[[float | None], Any]:
    """Return a function that waits some real seconds for a descriptor."""
    if "poll" not in state.SELECT:
        reads = [fd] if events & selectors.EVENT_READ else []
        writes = [fd] if events & selectors.EVENT_WRITE else []
        return lambda seconds: any(state.SELECT["select"](reads, writes, writes, seconds))
    poller = state.SELECT["poll"]()
    poller.register(fd, (select.POLLIN | select.POLLPRI if events & selectors.EVENT_READ else 0)
                    | (select.POLLOUT if events & selectors.EVENT_WRITE else 0))
    return lambda seconds: poller.poll(None if seconds is None else math.ceil(seconds * 1000))


def fd_of(thing: Any) -> int:
    """Return the descriptor of what has one; -1 if it is closed."""
    try:
        return thing if isinstance(thing, int) else int(thing.fileno())
    except (OSError, ValueError):
        return -1
