"""Generation of ids."""

from __future__ import annotations

from os import urandom


def new_id() -> str:
    """Return a random UUID (version 4) as text, several times faster than ``str(uuid.uuid4())``."""
    digits = urandom(16).hex()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
