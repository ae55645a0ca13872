"""Numbers in the texts that clients send: Python refuses to read thousands of digits, and reads
digits of other scripts."""

from __future__ import annotations

HUGE = 10**18


def is_whole(text: str) -> bool:
    """Return whether a text is ASCII digits."""
    return text.isascii() and text.isdecimal()


def bounded(text: str) -> int:
    """Return the number that ASCII digits say, at most ``HUGE``."""
    return int(text) if len(text) < len(str(HUGE)) else HUGE


def whole(text: str) -> int | None:
    """Return the number that a text of ASCII digits says; None if it says none, or a huge one."""
    return int(text) if is_whole(text) and len(text) < len(str(HUGE)) else None
