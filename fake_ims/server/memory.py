"""What the log says when this process has no memory left: one line a minute, no traceback.

A process that is short of memory fails at each request, in our code and in aiohttp's.
"""

from __future__ import annotations

from .realtime import monotonic

TEXT = "no memory is left for this request; send smaller bodies, or raise the limit (ulimit -v)"
_TOLD_FOR = 60.0  # real seconds until it is logged again
_told_until = float("-inf")


def is_news() -> bool:
    """Return whether to log it, at most once a minute."""
    global _told_until
    now = monotonic()
    if now < _told_until:
        return False
    _told_until = now + _TOLD_FOR
    return True
