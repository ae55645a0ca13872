"""What only private names of ``threading`` say.

- ``threading.enumerate`` takes a lock, which a watched thread may hold. These functions take none.
"""

from __future__ import annotations

import threading


def thread_of(ident: int) -> threading.Thread | None:
    """Return the thread; None of one that was not started by ``threading``."""
    threads: dict[int, threading.Thread] = vars(threading)["_active"]
    return threads.get(ident)


def is_starting() -> bool:
    """Return whether a thread has been started and does not run yet."""
    return bool(vars(threading).get("_limbo"))
